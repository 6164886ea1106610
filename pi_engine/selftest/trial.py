"""One case of a self-test: run, and run again if it fails."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

from pi_engine.errors import CapacityError, UsageError, VerificationError
from pi_engine.selftest.parts import PARTS, Disagreement, Part


class Case(NamedTuple):
    """A part, a size in the part's unit, and the seed of its numbers; written `products:100000:17`."""

    part: Part
    size: int
    seed: int

    def __str__(self) -> str:
        return f"{self.part.name}:{self.size}:{self.seed}"

    @classmethod
    def parse(cls, text: str) -> Case:
        """The case that a report names.

        Raises:
            UsageError: there is no such part, or the size or seed is not valid.
        """
        found = re.fullmatch(r"([\w-]+):(\d{1,10}):(\d{1,20})", text)
        part = next((part for part in PARTS if found and part.name == found[1]), None)
        if found is None or part is None or (size := int(found[2])) < 1:
            names = ", ".join(part.name for part in PARTS)
            raise UsageError(
                f"{text!r} is not a case: write PART:SIZE:SEED, such as products:100000:17; the parts are {names}"
            )
        if part.name == "bbp" and size not in part.sizes():
            raise UsageError(f"no digits are compared at position {size}: choose from {part.sizes()}")
        return cls(part, size, int(found[3]))


class Failure(NamedTuple):
    """A case that failed.

    Attributes:
        kind: "wrong" (two results differ), "check" (the program's own check refused a result) or "error" (anything else).
        repeatable: whether it failed again; where it did not, the machine is at fault and not the program.
    """

    case: Case
    kind: str
    message: str
    repeatable: bool


def run(case: Case, threads: int) -> Failure | None:
    """Run the case, and once more if it fails.

    Raises:
        CapacityError, MemoryError: there is not enough memory for it.
    """
    first = _attempt(case, threads)
    if first is None:
        return None
    return Failure(case, *first, repeatable=_attempt(case, threads) is not None)


def _attempt(case: Case, threads: int) -> tuple[str, str] | None:
    try:
        case.part.check(case.size, random.Random(f"{case.part.name}:{case.size}:{case.seed}"), threads)  # noqa: S311 (numbers to be repeated)
    except Disagreement as found:
        return "wrong", str(found)
    except VerificationError as found:
        return "check", str(found)
    except (CapacityError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 (a damaged number may raise anything)
        return "error", f"{type(error).__name__}: {error}"
    return None
