"""Scratch spaces for tests: one in which nothing fits in memory, and a run that uses it."""

from contextlib import contextmanager

from pi_engine.bigint.scratch import space_of_run
from pi_engine.bigint.scratch.scratch_space import ScratchSpace
from pi_engine.engine.planning import fitting

LEAST_BYTES = 1 << 12


class FullSpace(ScratchSpace):
    """No memory is free: every number of a page waits on disk, and one prime at a time is transformed, in memory or in tiles."""

    tiled = False

    def fits(self, size):
        return False

    def holds(self, size):
        return not self.tiled

    def parks(self, size):
        return size >= LEAST_BYTES

    def at_once(self, most, each, besides):
        return 1


@contextmanager
def by_disk(folder):
    """Run everything in a folder on disk."""
    with space_of_run.within(FullSpace(folder, 1 << 20)) as space:
        yield space


def always_by_disk(monkeypatch):
    """Have every computation that can use the disk go there, with all that it does."""
    from pi_engine.bigint.scratch import scratch_folder
    from pi_engine.splitting.compiled import compiled_tree

    fits = fitting.fits
    monkeypatch.setattr(fitting, "fits", lambda plan, limit, **more: plan.scratch and fits(plan, limit, **more))
    monkeypatch.setattr(scratch_folder, "ScratchSpace", FullSpace)
    monkeypatch.setattr(compiled_tree, "SUBTREE_BITS", 4000)
    monkeypatch.setattr(compiled_tree, "LANE_SUBTREE_BITS", 4000)
    monkeypatch.setattr(FullSpace, "free", lambda self: 60_000 * compiled_tree.CHUNK_BYTES // 8)
