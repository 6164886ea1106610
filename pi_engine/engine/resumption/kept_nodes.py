"""The large nodes of one sum as records: what the tree goes on with is exactly what it had made."""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.scratch.arriving_limbs import place_for
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs
from pi_engine.engine.resumption.kept_numbers import DamagedRecordError, read_residues, require_residues, written
from pi_engine.splitting.compiled.rounding import Errors
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.residues.moduli import Residues
    from pi_engine.bigint.scratch.stored_limbs import LimbWriter
    from pi_engine.checkpoint.record_file import Record
    from pi_engine.checkpoint.untrusted_json import JSON
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
    from pi_engine.splitting.compiled.compiled_tree import Cuts

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
        key = self._key(lo, hi)
        buffers: dict[str, PooledLimbs] = {}

        def allocate(name: str, limbs: int) -> Limbs | LimbWriter:
            def in_memory(count: int) -> Limbs:
                buffers[name] = PooledLimbs(count)
                return buffers[name].limbs

            return place_for(limbs, in_memory)

        def read(record: Record) -> LargeNode:
            numbers = {
                name: Number.on_disk(limbs, negative=negative)
                if isinstance(limbs, DiskLimbs)
                else Number(limbs, negative, buffers[name])
                for name, (limbs, negative) in record.numbers.items()
            }
            if not {"Q", "T"} <= numbers.keys() <= {"P", "Q", "T"}:
                raise DamagedRecordError("it is no node")
            known = record.fields.get("residues")
            for name, number in numbers.items():
                number.residues = _residues(known, name)
                expected = number.residues and number.residues[0]
                require_residues(name, expected, partial(number.read, threads))
            return LargeNode(numbers.get("P"), numbers["Q"], numbers["T"], _errors(record.fields.get("errors")))

        found = self._run.load_record(key, allocate, read)
        if found is None:
            for buffer in buffers.values():
                buffer.release()
        return found

    def keep(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        self._keep(lo, hi, node)
        self._run.step_done()

    def leave(self, lo: int, hi: int, node: LargeNode) -> None:
        """See `NodeKeeper`."""
        if self._run.stopping and self._key(lo, hi) not in self._run.records:
            self._keep(lo, hi, node)

    def drop(self, guard_bits: int) -> None:
        """Take all nodes of the sum away, whose run has so many guard bits: the sum has failed its check, and one of them may be why."""
        from pi_engine.engine.resumption.run_checkpoint import ATTEMPT

        places = list(self._places())
        if places:
            self._run.store.keep(ATTEMPT, {}, {"guard_bits": guard_bits}, drop=places)

    def _keep(self, lo: int, hi: int, node: LargeNode) -> None:
        numbers = {name: x for name, x in zip("PQT", node[:3], strict=True) if x is not None}
        residues: dict[str, JSON] = {
            name: None if x.residues is None else [written(one) for one in x.residues]  # type: ignore[misc]
            for name, x in numbers.items()
        }
        self._run.keep(
            self._key(lo, hi),
            {name: (x.operand(), x.negative) for name, x in numbers.items()},
            {"residues": residues, "errors": [error.hex() for error in node.errors]},
            drop=self._within(lo, hi),
            phase="sum",
            terms=(lo, hi),
        )


def _residues(known: JSON, name: str) -> tuple[Residues, Residues] | None:
    """Those of a number as it is, and as it would be had nothing been cut off."""
    if not isinstance(known, dict) or name not in known:
        raise DamagedRecordError("it does not say what its numbers are")
    pair = known[name]
    if pair is None:
        return None
    if not isinstance(pair, list) or len(pair) != len(("as it is", "whole")):
        raise DamagedRecordError("its residues are none")
    first, second = (read_residues(value) for value in pair)
    if first is None or second is None:
        raise DamagedRecordError("its residues are none")
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
