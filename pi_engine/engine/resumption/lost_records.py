"""Records of a checkpoint that were damaged, whose work a run has done again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.runtime.repairs import Repair

if TYPE_CHECKING:
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint


def lost_records(kept: RunCheckpoint | None) -> list[Repair]:
    """What a run had to do again because its record was damaged; nothing without a checkpoint."""
    lost = [] if kept is None else kept.store.lost
    return [Repair(f"the work of the record {key}", note, "file") for key, note in lost]
