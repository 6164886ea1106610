"""What the tree asks of whoever keeps its large nodes, so that a run that was ended goes on with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pi_engine.splitting.compiled.compiled_tree import Cuts
    from pi_engine.splitting.compiled.upper_tree import LargeNode


class NodeKeeper(Protocol):
    """Keeps nodes of one sum. A node is named by its terms, lo ≤ k < hi; nodes are exchangeable only where the cuts are the same."""

    def cuts(self, cuts: Cuts) -> Cuts:
        """The cuts of an earlier run, some of whose nodes are here; else these."""
        ...

    def load(self, lo: int, hi: int, threads: int) -> LargeNode | None:
        """The node as it was kept, compared with its residues; None if it is not here, or is not what it was."""
        ...

    def keep(self, lo: int, hi: int, node: LargeNode) -> None:
        """Take a finished node, which may take the place of those within it, and go on, or end the run if it has been asked to."""
        ...

    def leave(self, lo: int, hi: int, node: LargeNode) -> None:
        """Take a node that waits for its neighbour, because the run ends."""
        ...
