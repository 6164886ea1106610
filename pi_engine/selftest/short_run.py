"""All parts once, at sizes around each threshold."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pi_engine.bigint import product
from pi_engine.engine.planning.backend import BACKEND, prepare
from pi_engine.errors import UsageError
from pi_engine.runtime.progress import silent
from pi_engine.selftest.parts import usable_parts
from pi_engine.selftest.trial import Case, Failure, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.progress import Progress
    from pi_engine.selftest.parts import Part


@dataclass
class Tally:
    """What became of a part: how many cases ran, which failed, and how many seconds they took."""

    part: Part
    cases: int = 0
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0


def short_run(
    seed: int,
    threads: int,
    *,
    cases: Sequence[Case] = (),
    progress: Progress = silent,
    tallies: list[Tally] | None = None,
) -> list[Tally]:
    """Run all parts, or these cases alone; the kernels are loaded, or compiled, first.

    `tallies` is filled as it goes on, for whoever interrupts. Odd cases have one thread, and even ones all of them.
    """
    if BACKEND.usable():
        prepare(progress)
    tallies = [] if tallies is None else tallies
    chosen = list(cases) or [
        Case(part, size, seed + i) for part in usable_parts() for i, size in enumerate(part.sizes())
    ]
    if not product.TRANSFORM.loaded() and any(case.part.name == "transforms" for case in chosen):
        raise UsageError(
            "this processor, or PI_ENGINE_TRANSFORM=0, leaves all products to GMP: there is no transform to compare"
        )
    for i, case in enumerate(chosen):
        progress("self-test", i, len(chosen))
        tally = next((x for x in tallies if x.part is case.part), None)
        if tally is None:
            tallies.append(tally := Tally(case.part))
        start = time.perf_counter()
        failure = run(case, 1 if i % 2 and not cases else threads)
        tally.seconds += time.perf_counter() - start
        tally.cases += 1
        if failure:
            tally.failures.append(failure)
    return tallies
