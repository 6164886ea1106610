"""A large node as the numbers and the fields of a record, and made of them again: exactly what it was."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Protocol

from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.residues.written_residues import DamagedRecordError, read_residues, require_residues, written
from pi_engine.bigint.scratch.arriving_limbs import place_for
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs
from pi_engine.splitting.compiled.rounding import Errors
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.bigint.scratch.stored_limbs import LimbWriter
    from pi_engine.checkpoint.record_file import Allocate, Record
    from pi_engine.checkpoint.untrusted_json import JSON


class Loading(Protocol):
    """Gives a record, or None if there is none."""

    def __call__(self, allocate: Allocate) -> Record | None:
        """`allocate` as `RecordFile.load` has it."""
        ...


def numbers_of_node(node: LargeNode) -> dict[str, tuple[Limbs | DiskLimbs, bool]]:
    """What a record holds of a node: views of its numbers, where they are."""
    return {name: (x.operand(), x.negative) for name, x in zip("PQT", node[:3], strict=True) if x is not None}


def fields_of_node(node: LargeNode) -> dict[str, JSON]:
    """What a record says of it."""
    residues: dict[str, JSON] = {
        name: None if x.residues is None else [written(one) for one in x.residues]  # type: ignore[misc]
        for name, x in zip("PQT", node[:3], strict=True)
        if x is not None
    }
    return {"residues": residues, "errors": [error.hex() for error in node.errors]}


def load_node(load: Loading, threads: int) -> LargeNode | None:
    """The node of a record, whose residues are those that were written with it.

    Raises:
        DamagedRecordError: it is not a node, or a number has other residues.
    """
    buffers: dict[str, PooledLimbs] = {}

    def allocate(name: str, limbs: int) -> Limbs | LimbWriter:
        def in_memory(count: int) -> Limbs:
            buffers[name] = PooledLimbs(count)
            return buffers[name].limbs

        return place_for(limbs, in_memory)

    try:
        record = load(allocate)
        if record is not None:
            return _node_of(record, buffers, threads)
    except BaseException:
        _release(buffers)
        raise
    _release(buffers)
    return None


def _release(buffers: dict[str, PooledLimbs]) -> None:
    for buffer in buffers.values():
        buffer.release()


def _node_of(record: Record, buffers: dict[str, PooledLimbs], threads: int) -> LargeNode:
    numbers = {
        name: Number.on_disk(limbs, negative=negative)
        if isinstance(limbs, DiskLimbs)
        else Number(limbs, negative, buffers[name])
        for name, (limbs, negative) in record.numbers.items()
    }
    if not {"Q", "T"} <= numbers.keys() <= {"P", "Q", "T"}:
        raise DamagedRecordError("it is not a node")
    known = record.fields.get("residues")
    for name, number in numbers.items():
        number.residues = _residues(known, name)
        expected = number.residues and number.residues[0]
        require_residues(name, expected, partial(number.read, threads))
    return LargeNode(numbers.get("P"), numbers["Q"], numbers["T"], _errors(record.fields.get("errors")))


def _residues(known: JSON, name: str) -> tuple[Residues, Residues] | None:
    """Those of a number as it is, and as it would be had nothing been cut off."""
    if not isinstance(known, dict) or name not in known:
        raise DamagedRecordError("it does not say what its numbers are")
    match known[name]:
        case None:
            return None
        case [as_it_is, whole]:
            first, second = read_residues(as_it_is), read_residues(whole)
        case _:
            first = second = None
    if first is None or second is None:
        raise DamagedRecordError("its residues are not valid")
    return first, second


def _errors(value: JSON) -> Errors:
    try:
        assert isinstance(value, list)
        T, P = (float.fromhex(str(text)) for text in value)
    except (AssertionError, ValueError) as error:
        raise DamagedRecordError("it does not say how exact it is") from error
    if math.isnan(T) or math.isnan(P):
        raise DamagedRecordError("it does not say how exact it is")
    return Errors(T, P)
