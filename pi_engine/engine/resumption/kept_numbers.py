"""Integers in custody as records: their limbs, and the residues that they must have; compared when they are loaded."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.moduli import residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.residues.written_residues import DamagedRecordError, read_residues, require_residues, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pi_engine.bigint.buffers.limbs import LimbBuffer, Limbs
    from pi_engine.checkpoint.checkpoint_store import CheckpointStore
    from pi_engine.checkpoint.untrusted_json import JSON


def fields_of(numbers: Mapping[str, Tracked]) -> dict[str, JSON]:
    """What a record says of its numbers."""
    return {name: written(number.residues) for name, number in numbers.items()}  # type: ignore[misc]


def limbs_by_name(numbers: Mapping[str, Tracked]) -> dict[str, tuple[Limbs, bool]]:
    """The numbers as a record holds them, in memory; views, no copies, where they are there."""
    from pi_engine.bigint.buffers.limbs import limbs_of
    from pi_engine.bigint.scratch.disk_integer import in_memory

    return {name: (limbs_of(in_memory(number.value)), number.value < 0) for name, number in numbers.items()}


def load_tracked(
    store: CheckpointStore, key: str, names: set[str], threads: int
) -> tuple[dict[str, Tracked], dict[str, JSON]] | None:
    """The numbers of a record with their residues, and its fields; None if it is not there, or is damaged, which the store notes.

    Raises:
        DamagedRecordError: it holds others than `names`, or a number has not the residues that were kept with it.
    """
    from pi_engine.bigint.buffers.limbs import LimbBuffer

    buffers: dict[str, LimbBuffer] = {}

    def allocate(name: str, limbs: int) -> Limbs:
        buffers[name] = LimbBuffer(limbs)
        return buffers[name].array

    record = store.load(key, allocate)
    if record is None:
        return None
    signs = {name: negative for name, (_, negative) in record.numbers.items()}
    record.numbers.clear()
    known = record.fields.get("residues")
    if not isinstance(known, dict) or not known.keys() == signs.keys() == names:
        raise DamagedRecordError("it does not say what its numbers are")
    found = {}
    for name, negative in signs.items():
        value = buffers.pop(name).finish(negative=negative)
        expected = require_residues(name, read_residues(known[name]), partial(residues, value, threads))
        found[name] = Tracked(value, expected)
    return found, record.fields
