"""The answer of `pi-engine selftest`: its JSON object, its lines of faults, and its verdict."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.errors import VerificationError
from pi_engine.runtime.machine_faults import TEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pi_engine.selftest.trial import Failure
    from pi_engine.selftest.variants import Variant


def row_of(part: str, cases: int, failures: int) -> dict[str, object]:
    """What became of a part where there are no variants."""
    return {"name": part, "variant": None, "cases": cases, "failures": failures}


def fields_of(thread: int | None, failure: Failure, variant: Variant | None = None) -> dict[str, object]:
    """A fault, of a thread of the stress test or of a variant of kernels."""
    return {
        "kind": failure.kind,
        "thread": thread,
        "variant": None if variant is None else variant.name,
        "case": str(failure.case),
        "command": command_of_case(failure) if variant is None else variant.command(["--case", str(failure.case)]),
        "message": failure.message,
        "repeatable": failure.repeatable,
    }


def fields_of_memory(thread: int, words: int) -> dict[str, object]:
    """Words that have changed in the memory of a thread."""
    return {
        "kind": "memory",
        "thread": thread,
        "variant": None,
        "case": None,
        "command": None,
        "message": f"{words} words of memory changed",
        "repeatable": False,
    }


def emit_fields(
    rows: Sequence[dict[str, object]],
    failures: Sequence[dict[str, object]],
    log: Path | None,
    start: float,
    variants: Sequence[dict[str, object]] | None = None,
) -> None:
    """The JSON object; the command has begun at `start` by the clock of `time.perf_counter`."""
    emit_json(
        {
            "tests": rows,
            "failures": failures,
            "variants": variants,
            "errors_repaired": sum(not failure["repeatable"] and failure["case"] is not None for failure in failures),
            "seconds": {"total": round(time.perf_counter() - start, 3)},
            "log": None if log is None else str(log),
        }
    )


def command_of_case(failure: Failure) -> str:
    """What repeats it."""
    return f"pi-engine selftest --case {failure.case}"


def fault_line(failure: Failure, command: str) -> str:
    """A fault, and what repeats it."""
    again = "again when repeated" if failure.repeatable else "right when repeated"
    return f"{failure.message} ({failure.kind}, {again}): {command}\n"


def print_failures(failures: Sequence[Failure]) -> None:
    """A line for each."""
    for failure in failures:
        emit(fault_line(failure, command_of_case(failure)))


def require_none(faulty: Sequence[str], *, stressed: bool = False) -> None:
    """End with exit code 3 if any part was faulty.

    Raises:
        VerificationError: one was.
    """
    if faulty:
        names = ", ".join(dict.fromkeys(faulty))
        found = "stress test" if stressed else "self-test"
        advice = "look after its memory, cooling and clock rates" if stressed else f"run '{TEST}' on this machine"
        raise VerificationError(
            f"the {found} has found faults in {names}: {advice}, and report what fails again when repeated"
        )
