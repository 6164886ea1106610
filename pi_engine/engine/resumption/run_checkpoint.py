"""The checkpoint of a run: what has been finished, and where the next run of the same digits goes on."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.residues.moduli import adopt_prime, is_random_prime
from pi_engine.bigint.residues.written_residues import DamagedRecordError
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.engine.resumption.checkpoint_use import CheckpointUse
from pi_engine.engine.resumption.disk_reserve import DiskReserve
from pi_engine.engine.resumption.equal_parameters import run_parameters
from pi_engine.engine.resumption.kept_numbers import fields_of, limbs_by_name, load_tracked
from pi_engine.engine.resumption.kernel_note import note_kernels
from pi_engine.engine.resumption.writing_share import ALWAYS, WritingShare
from pi_engine.errors import CapacityError, CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.residues.tracked import Tracked
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs
    from pi_engine.bigint.square_root import InverseRoot
    from pi_engine.checkpoint.untrusted_json import JSON
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.engine.resumption.kept_nodes import KeptNodes
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.splitting.node_files.node_record import Loading

_Found = TypeVar("_Found")

ATTEMPT = "attempt"
_MOST_GUARD_BITS = 1 << 40


class RunCheckpoint:
    """Keeps what a run has finished, gives it back to the next, and ends the run between two steps; a context.

    Attributes:
        is_there: whether it has not been taken away.
        digits_are_out: whether its caller has them all where they belong, unless it says otherwise.
    """

    def __init__(self, store: CheckpointStore) -> None:
        """Of a store that is open; its prime becomes that of this process."""
        if not is_random_prime(store.prime):
            store.close()
            raise CorruptFileError(f"{store.folder} is damaged: its manifest names a prime that no run has drawn")
        adopt_prime(store.prime)
        self.store = store
        self._reserve, self.is_there, self.digits_are_out = DiskReserve(store), True, True
        self._share = WritingShare()
        self._loaded = self._kept = 0
        self._prefix = ""
        self._end: BaseException | None = None
        self._begin = time.monotonic()
        self._last_step: Callable[[], None] = _nothing

    @classmethod
    def open(
        cls, folder: str | os.PathLike[str], digits: int, base: int, series: PiSeries, *, check: bool, resume: bool
    ) -> Self:
        """Begin the checkpoint of a run in a folder, or go on with the one that is there.

        Raises:
            UsageError: there is one, or with `resume` there is none; or it is that of another run; or another process uses it.
            CorruptFileError: it cannot be read.
            CapacityError, OutputError: the folder cannot be written to.
        """
        make = CheckpointStore.resume if resume else CheckpointStore.create
        return cls(make(os.fspath(folder), run_parameters(digits, base, series, check=check)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reserve.close()
        self.store.close()

    def clean(self) -> None:
        """Take the checkpoint away: the digits are where they belong."""
        self._reserve.close()
        self.store.clean()
        self.is_there = False

    @property
    def use(self) -> CheckpointUse:
        """What has been done so far."""
        share = self._share
        return CheckpointUse(
            str(self.store.folder), self._loaded, self._kept, share.bytes, share.seconds, list(self.store.notes)
        )

    @property
    def records(self) -> list[str]:
        """The keys of those that are there."""
        return self.store.keys()

    # ------------------------------------------------------------ the end between two steps

    def stop(self, end: BaseException) -> None:
        """Raise `end` as soon as the step in hand is finished and kept; may be called from a signal's handler."""
        self._end = self._end or end

    @property
    def stopping(self) -> bool:
        """Whether the run has been asked to end."""
        return self._end is not None

    def step_done(self) -> None:
        """End the run if it has been asked to."""
        if self._end is not None:
            raise self._end

    # ------------------------------------------------------------ records

    def is_worth(self, size: int, terms: tuple[int, int] | None, least_saved: float = 0.0) -> bool:
        """Whether a record of `size` bytes is worth its time (`WritingShare.is_worth`)."""
        return self._share.is_worth(size, terms, least_saved)

    def keep(
        self,
        key: str,
        numbers: Mapping[str, tuple[Limbs | DiskLimbs, bool]],
        fields: Mapping[str, JSON],
        *,
        drop: Iterable[str],
        phase: str,
        terms: tuple[int, int] | None = None,
        least_saved: float = 0.0,
    ) -> None:
        """Keep a record if it is worth its time, or if the run is about to end.

        terms: those of a node, which saves the work on the nodes within them; other records save all that no record has saved yet.
        least_saved: seconds of work that it counts for at least.

        Raises:
            CapacityError, OutputError: it cannot be written; what was kept before is as it was.
        """
        size = sum(8 * len(limbs) for limbs, _ in numbers.values())
        if not self.is_worth(size, terms, ALWAYS if self.stopping else least_saved):
            return
        begin = time.monotonic()
        self._reserve.give(size)
        self.store.keep(key, numbers, fields, drop=drop, phase=phase)
        self._reserve.take_back()
        self._kept += 1
        self._share.has_written(size, begin)

    def load_record(self, key: str, read: Callable[[Loading], _Found | None]) -> _Found | None:
        """What `read` makes of a record, which it loads by what it is given; None if it is not there or damaged."""
        try:
            found = read(partial(self.store.load, key))
        except DamagedRecordError as error:
            self.store.refuse(key, str(error))
            return None
        self._loaded += found is not None
        return found

    def _load_tracked(
        self, key: str, names: set[str], threads: int
    ) -> tuple[dict[str, Tracked], dict[str, JSON]] | None:
        try:
            found = load_tracked(self.store, key, names, threads)
        except DamagedRecordError as error:
            self.store.refuse(key, str(error))
            return None
        self._loaded += found is not None
        return found

    # ------------------------------------------------------------ the phases

    def guard_bits(self, usual: int) -> int:
        """Those of the attempt that the earlier run was at."""
        if ATTEMPT not in self.records:
            return usual
        record = self.store.load(ATTEMPT)
        bits = record.fields.get("guard_bits") if record is not None else None
        return bits if isinstance(bits, int) and usual <= bits <= _MOST_GUARD_BITS else usual

    def begin_attempt(self, plan: Plan, usual: int) -> None:
        """From here on records are those of this plan, and their disk is held; those of an attempt whose last digit is open are dropped.

        Raises:
            CapacityError: the disk has less than they may take; a checkpoint without records is taken away.
        """
        self._prefix = f"b{plan.fraction_bits}-"
        others = [key for key in self.records if not key.startswith(self._prefix) and key != ATTEMPT]
        if others and plan.guard_bits != usual:
            self.store.keep(ATTEMPT, {}, {"guard_bits": plan.guard_bits}, drop=others)
        try:
            self._reserve.require(plan.checkpoint_bytes)
        except CapacityError:
            if not self.records:
                self.clean()
            raise
        note_kernels(self.store, compiled=plan.compiled)

    def nodes(self, component: int) -> KeptNodes:
        """The keeper of the nodes of one sum."""
        from pi_engine.engine.resumption.kept_nodes import KeptNodes

        return KeptNodes(self, f"{self._prefix}node-{component}-")

    def sum_of(self, component: int, threads: int) -> tuple[Tracked, Tracked] | None:
        """Q and T of one sum, if they are kept."""
        found = self._load_tracked(f"{self._prefix}sum-{component}", {"q", "t"}, threads)
        return None if found is None else (found[0]["q"], found[0]["t"])

    def keep_sum(self, component: int, Q: Tracked, T: Tracked, *, always: bool = False) -> None:
        """Q and T of one sum, in place of its nodes; `always` where they are lost as soon as they have been used."""
        self._keep_sum(component, Q, T, ALWAYS if always else 0.0)
        self.step_done()

    def leave_sum(self, component: int, Q: Tracked, T: Tracked) -> None:
        """Q and T of one sum that are in hand while the run ends."""
        if self.stopping and f"{self._prefix}sum-{component}" not in self.records:
            self._keep_sum(component, Q, T, 0.0)

    def _keep_sum(self, component: int, Q: Tracked, T: Tracked, least_saved: float) -> None:
        nodes = [key for key in self.records if key.startswith(f"{self._prefix}node-{component}-")]
        numbers = {"q": Q, "t": T}
        key, fields = f"{self._prefix}sum-{component}", {"residues": fields_of(numbers)}
        self.keep(key, limbs_by_name(numbers), fields, drop=nodes, phase="sum", least_saved=least_saved)

    def root(self, radicand: int, threads: int) -> Tracked | InverseRoot | None:
        """The root, or what is kept in its place, if it is."""
        from pi_engine.bigint.square_root import InverseRoot

        plain = self._load_tracked(f"{self._prefix}root", {"root"}, threads)
        if plain is not None:
            return plain[0]["root"]
        key = f"{self._prefix}inverse-root"
        found = self._load_tracked(key, {"X", "E"}, threads)
        if found is None:
            return None
        X, E = found[0]["X"], found[0]["E"]
        limbs = found[1].get("limbs")
        if not isinstance(limbs, int) or found[1].get("radicand") != radicand:
            self.store.refuse(key, "it is the root of something else")
            return None
        residues = None if X.residues is None or E.residues is None else (X.residues, E.residues)
        return InverseRoot(radicand, limbs, X.value, E.value, residues)

    def keep_root(self, root: Tracked | InverseRoot) -> None:
        """The root, beside the sum."""
        from pi_engine.bigint.residues.tracked import Tracked
        from pi_engine.bigint.scratch.parked_numbers import integer_of

        fields: dict[str, JSON] = {}
        if isinstance(root, Tracked):
            name, numbers = "root", {"root": root}
        else:
            x, e = root.residues or (None, None)
            name, numbers = "inverse-root", {"X": Tracked(integer_of(root.X), x), "E": Tracked(integer_of(root.E), e)}
            fields = {"limbs": root.limbs, "radicand": root.radicand}
        fields["residues"] = fields_of(numbers)
        self.keep(f"{self._prefix}{name}", limbs_by_name(numbers), fields, drop=(), phase="division")
        self.step_done()

    def fraction(self, fraction_bits: int, threads: int) -> BinaryFraction | None:
        """The binary fraction of a given number of bits, if it is kept."""
        key = f"{self._prefix}fraction"
        found = self._load_tracked(key, {"mantissa"}, threads)
        if found is None:
            return None
        mantissa, bits, error = found[0]["mantissa"], found[1].get("bits"), found[1].get("error")
        if bits != fraction_bits or not isinstance(error, int):
            self.store.refuse(key, "it does not say how long and how exact it is")
            return None
        self._last_step()
        return BinaryFraction(mantissa.value, fraction_bits, error, mantissa.residues)

    def keep_fraction(self, fraction: BinaryFraction) -> None:
        """The binary fraction, in place of everything before it; it is the last record, and counts for the whole run."""
        from pi_engine.bigint.residues.tracked import Tracked

        others = [key for key in self.records if key != ATTEMPT]
        numbers = {"mantissa": Tracked(fraction.mantissa, fraction.residues)}
        fields: dict[str, JSON] = {"residues": fields_of(numbers), "bits": fraction.bits, "error": fraction.error}
        key, run_time = f"{self._prefix}fraction", time.monotonic() - self._begin
        self.keep(key, limbs_by_name(numbers), fields, drop=others, phase="conversion", least_saved=run_time)
        self.step_done()
        self._last_step()

    def before_last_step(self, call: Callable[[], None]) -> None:
        """Call this when the last record has been kept: from then on there is no step after which the run could end."""
        self._last_step = call


def _nothing() -> None:
    pass
