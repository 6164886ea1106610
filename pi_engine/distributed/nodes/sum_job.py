"""What a worker must know of a sum to make its nodes: the same nodes that one process makes with the same cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.runtime.progress import silent
from pi_engine.series.model.truncation import needed_bits
from pi_engine.splitting.compiled.compiled_tree import CompiledTree
from pi_engine.splitting.kernels.tree_kernels import cut

if TYPE_CHECKING:
    from pi_engine.runtime.repairs import Repairs
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.splitting.compiled.compiled_tree import Cuts
    from pi_engine.splitting.compiled.node_keeper import NodeKeeper


class Span(NamedTuple):
    """A node of the tree: the terms lo ≤ k < hi, in 2^halvings chunks."""

    lo: int
    hi: int
    halvings: int

    def halves(self) -> tuple[Span, Span]:
        """The two nodes that it is made of."""
        middle = cut(self.lo, self.hi, 1, 2)
        return Span(self.lo, middle, self.halvings - 1), Span(middle, self.hi, self.halvings - 1)

    def leaves(self, halvings: int) -> list[Span]:
        """The nodes within it of a given number of halvings at most, in the order of their terms."""
        if self.halvings <= halvings:
            return [self]
        return [leaf for half in self.halves() for leaf in half.leaves(halvings)]

    @property
    def key(self) -> str:
        """Of its record."""
        return f"node-{self.lo}-{self.hi}"

    def __str__(self) -> str:
        """For messages."""
        return f"the terms {self.lo} to {self.hi - 1}"


@dataclass(frozen=True)
class SumJob:
    """A sum.

    Attributes:
        run: the name of the run, which no other has.
        series: it is the sum of one of its components.
        component: which.
        terms: how many.
        fraction_bits: of π.
        cuts: where it is cut.
        check: whether merges are compared with residues.
        shared: the folder for nodes that all see; None where each worker has its own.
    """

    run: str
    series: PiSeries
    component: int
    terms: int
    fraction_bits: int
    cuts: Cuts
    check: bool
    shared: str | None

    def tree(self, threads: int, keeper: NodeKeeper | None, repairs: Repairs) -> CompiledTree:
        """What makes its nodes."""
        return CompiledTree(
            self.series.components[self.component].sum,
            self.cuts,
            threads,
            silent,
            check=self.check,
            needed=needed_bits(self.series, self.fraction_bits, self.terms, self.component),
            keeper=keeper,
            repairs=repairs,
        )

    def work(self, span: Span, *, whole: bool) -> int:
        """Units of work of a node, as the tree counts them: with all that is below it, or its own merge alone."""
        length = span.hi - span.lo
        return length * (self.cuts.levels - self.cuts.halvings + span.halvings) if whole else length


class NodePlace(NamedTuple):
    """Where a node's file is.

    Attributes:
        worker: the address of the worker that has it; of one in the shared folder, that has made it.
        file: its name.
        size: in bytes.
        digest: over all of it.
    """

    worker: str
    file: str
    size: int
    digest: str
