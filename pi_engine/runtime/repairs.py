"""Steps that are done again because their result failed its check, and what that says about machine and program."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeVar

from pi_engine.errors import MiscalculationError, ProgramFaultError, VerificationError
from pi_engine.runtime.machine_faults import TEST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

MOST = 3
"""Steps that a run repeats. A machine that errs more often is to be tested, and not to be trusted with more."""


@dataclass(frozen=True)
class Repair:
    """A step of a run whose result failed its check, and which was done again.

    Attributes:
        step: what was done again.
        reason: what failed.
        kind: "machine" for a computation, "file" for a record of a checkpoint that was damaged.
        terms: the first term of the range that was summed, and the one after the last; None for other steps.
        sides: the residues that should have been equal, each modulo 2^61 − 1 and the random prime; None if none were compared.
        operands: what is known of the step's numbers, by name: see `MiscalculationError`.
    """

    step: str
    reason: str
    kind: Literal["machine", "file"] = "machine"
    terms: tuple[int, int] | None = None
    sides: tuple[tuple[int, ...], tuple[int, ...]] | None = None
    operands: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @classmethod
    def of(cls, error: MiscalculationError, step: str, terms: tuple[int, int] | None) -> Repair:
        """What an error says of a step."""
        return cls(step, error.reason, terms=terms, sides=error.sides, operands=error.operands)

    @property
    def changed(self) -> list[str]:
        """The names of operands that had changed, in memory or on disk, since they were checked."""
        return [name for name, known in self.operands.items() if known.get("sound") is False]

    def is_alike(self, other: Repair) -> bool:
        """Whether both times the same wrong number, as far as it is known, was made of sound operands, as a wrong program does."""
        same = (self.reason, self.sides) == (other.reason, other.sides)
        return same and not (self.changed or other.changed)

    def __str__(self) -> str:
        terms = "" if self.terms is None else f" of terms {self.terms[0]} to {self.terms[1] - 1}"
        changed = f"; {' and '.join(self.changed)} had changed before" if self.changed else ""
        return f"{self.step}{terms}, because {self.reason}{changed}"

    def as_json(self) -> dict[str, object]:
        """For reports: residues as strings."""
        return {
            "step": self.step,
            "kind": self.kind,
            "terms": None if self.terms is None else list(self.terms),
            "reason": self.reason,
            "residues": None if self.sides is None else [[str(value) for value in side] for side in self.sides],
            "changed_operands": self.changed,
        }


class Repairs:
    """Repeats the steps of one run, `MOST` of them at most.

    Attributes:
        made: what has been repeated so far.
        renew: called before a step is repeated: drops what may have gone bad in memory and can be made anew.
        origin: describes the run, where a step turns out to be wrong by the program.
    """

    def __init__(
        self, renew: Callable[[], None] | None = None, origin: Callable[[], dict[str, object]] | None = None
    ) -> None:
        """None has been made yet."""
        self.made: list[Repair] = []
        self.renew, self.origin = renew, origin

    def repeat(
        self,
        step: str,
        work: Callable[[], T],
        *,
        terms: tuple[int, int] | None = None,
        before: Callable[[Repair], None] | None = None,
    ) -> T:
        """What `work` returns; it is called again where it raises MiscalculationError.

        Args:
            step: what it does, in words that follow "repeated".
            work: takes nothing from whoever calls it that it uses up.
            terms: of a sum.
            before: called before each repetition, with what failed.

        Raises:
            ProgramFaultError: it has failed twice with the same wrong number.
            VerificationError: the run has repeated `MOST` steps already.
        """
        failed: list[Repair] = []
        while True:
            try:
                return work()
            except MiscalculationError as error:
                failure = Repair.of(error, step, terms)
            # The error, whose traceback has held the numbers of the step, is gone here.
            gc.collect()
            # Where no residues tell whether the number is the same, only a failure at every repetition says so.
            alike = list(map(failure.is_alike, failed))
            if any(alike) and (failure.sides is not None or (all(alike) and len(self.made) >= MOST)):
                raise self._program_fault(failure)
            self.note(failure)
            failed.append(failure)
            if before is not None:
                before(failure)

    def note(self, failure: Repair) -> None:
        """Count a step that is about to be repeated.

        Raises:
            VerificationError: that is one too many.
        """
        if len(self.made) >= MOST:
            earlier = "; ".join(map(str, self.made))
            raise VerificationError(
                f"this machine's arithmetic went wrong {MOST + 1} times in a run, last in {failure}; repeated before: {earlier}; "
                f"test the machine with '{TEST}', then run again"
            )
        self.made.append(failure)
        if self.renew is not None:
            self.renew()

    def _program_fault(self, failure: Repair) -> ProgramFaultError:
        origin = {} if self.origin is None else self.origin()
        known = {name: value for name, value in failure.as_json().items() if name not in ("kind", "changed_operands")}
        operands = {name: dict(value) for name, value in failure.operands.items()}
        reproducer = {**origin, "failure": {**known, "operands": operands}}
        message = (
            f"{failure.reason}, and in the same way when it was made again: pi-engine has an error in {failure.step}"
        )
        if failure.terms is not None:
            message += f" of terms {failure.terms[0]} to {failure.terms[1] - 1}"
        return ProgramFaultError(message, reproducer)
