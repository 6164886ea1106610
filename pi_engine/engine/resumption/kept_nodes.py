"""The large nodes of one sum as records: what the tree goes on with is exactly what it had made."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from pi_engine.engine.resumption.writing_share import ALWAYS
from pi_engine.splitting.node_files.node_record import fields_of_node, load_node, numbers_of_node

if TYPE_CHECKING:
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.splitting.compiled.compiled_tree import Cuts
    from pi_engine.splitting.compiled.upper_tree import LargeNode

_PARTS = re.compile(r"h(\d{1,2})-t(\d{1,9})-d(\d{1,2})-(\d{1,18})-(\d{1,18})")
"""What names a node: halvings, subtrees and depth of the cuts, and its terms."""


class KeptNodes:
    """The `NodeKeeper` of one sum of a run."""

    def __init__(self, run: RunCheckpoint, prefix: str) -> None:
        """Keys begin with `prefix`."""
        self._run, self._prefix, self._cuts = run, prefix, ""

    def _places(self) -> dict[str, re.Match[str]]:
        """The nodes that are kept, by key."""
        found = {
            key: _PARTS.fullmatch(key.removeprefix(self._prefix))
            for key in self._run.records
            if key.startswith(self._prefix)
        }
        return {key: match for key, match in found.items() if match is not None}

    def cuts(self, cuts: Cuts) -> Cuts:
        """See `NodeKeeper`: what an earlier run has cut goes on, whatever the threads and the processor of this one are."""
        for match in self._places().values():
            earlier = cuts.with_parts(*(int(match[i]) for i in (1, 2, 3)))
            if earlier is not None:
                cuts = earlier
                break
        self._cuts = f"h{cuts.halvings}-t{cuts.subtrees}-d{cuts.depth}"
        return cuts

    def _key(self, lo: int, hi: int) -> str:
        return f"{self._prefix}{self._cuts}-{lo}-{hi}"

    def _within(self, lo: int, hi: int) -> list[str]:
        """The nodes of parts of a range, which the node of the range takes the place of."""
        places = self._places()
        return [key for key, match in places.items() if lo <= int(match[4]) and int(match[5]) <= hi]

    def load(self, lo: int, hi: int, threads: int) -> LargeNode | None:
        """See `NodeKeeper`."""
        return self._run.load_record(self._key(lo, hi), partial(load_node, threads=threads))

    def keep(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        self._keep(lo, hi, node)
        self._run.step_done()

    @property
    def stopping(self) -> bool:
        """Whether the run has been asked to end."""
        return self._run.stopping

    def step_done(self) -> None:
        """End the run if it has been asked to."""
        self._run.step_done()

    def keeps(self, lo: int, hi: int) -> bool:
        """Whether the node is kept."""
        return self._key(lo, hi) in self._run.records

    def is_worth(self, lo: int, hi: int, size: int) -> bool:
        """Whether a node of `size` bytes that is elsewhere is worth being brought here and kept."""
        return self._run.is_worth(size, (lo, hi))

    def keep_at_once(self, lo: int, hi: int, node: LargeNode) -> None:
        """Keep a finished node, whatever that takes, in the place of those within it."""
        self._keep(lo, hi, node, ALWAYS)

    def leave(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        if self._run.stopping and self._key(lo, hi) not in self._run.records:
            self._keep(lo, hi, node)

    def drop(self, guard_bits: int) -> None:
        """Remove all nodes of the sum: it has failed its check, and one of them may be why. The run has these guard bits."""
        from pi_engine.engine.resumption.run_checkpoint import ATTEMPT

        places = list(self._places())
        if places:
            self._run.store.keep(ATTEMPT, {}, {"guard_bits": guard_bits}, drop=places)

    def _keep(self, lo: int, hi: int, node: LargeNode, least_saved: float = 0.0) -> None:
        self._run.keep(
            self._key(lo, hi),
            numbers_of_node(node),
            fields_of_node(node),
            drop=self._within(lo, hi),
            phase="sum",
            terms=(lo, hi),
            least_saved=least_saved,
        )
