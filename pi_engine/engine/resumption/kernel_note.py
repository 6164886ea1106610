"""Which kernels made the records of a checkpoint: a fact that is kept and shown, and never a reason to refuse a run.

A record is good because of what it holds: its numbers have their hashes and their residues, and a cut node carries the bound of its own
error. None of that depends on the machine code that made it, so what other kernels have made goes on, as after a change of the
processor, of Numba or of the machine. What must be equal is the version of this package, which decides what the numbers mean.
The digest is kept all the same: should kernels turn out to be wrong, it tells which checkpoints they were in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.engine.planning.backend import BACKEND

if TYPE_CHECKING:
    from pi_engine.checkpoint.checkpoint_store import CheckpointStore

NAME = "kernels"
"""Among the versions of a manifest."""

_NONE = "none"


def note_kernels(store: CheckpointStore, *, compiled: bool) -> None:
    """Have the manifests to come name the kernels of this process, and a note say so if the earlier run had others."""
    kernels = BACKEND.version() if compiled else _NONE
    before = store.computed_by({NAME: kernels}).get(NAME, _NONE)
    if _NONE not in (before, kernels) and before != kernels:
        store.notes.append(
            f"the kernels of the earlier run were {before}, and those of this one are {kernels}: its records are used, "
            "each compared with its residues"
        )
