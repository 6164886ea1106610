"""`pi-engine selftest`: is the arithmetic of this machine right?"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.machine.selftest_answer import (
    emit_fields,
    fields_of,
    fields_of_memory,
    print_failures,
    require_none,
    row_of,
)
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit
from pi_engine.cli.parameters.options import json_option, memory_option, quiet_option, threads_option

if TYPE_CHECKING:
    from pi_engine.selftest.stress import Stress
    from pi_engine.selftest.trial import Case


@click.command(short_help="Check this machine's arithmetic.")
@click.option(
    "--minutes", type=float, metavar="M", help="Go on for M minutes as a stress test, with all threads at once."
)
@click.option(
    "--log", type=click.Path(path_type=Path), metavar="FILE", help="With --minutes: add a line a minute to FILE."
)
@click.option("--seed", type=click.IntRange(0, 2**63), help="Seed of the random numbers. By default a new one.")
@click.option(
    "--case", "cases", multiple=True, metavar="CASE", help="Repeat a case, as a report names it; can be repeated."
)
@click.option(
    "--variants",
    is_flag=True,
    help="Run once with every variant of kernels that this processor can run, each in a process of its own.",
)
@memory_option
@threads_option
@json_option
@quiet_option
def command(
    *,
    minutes: float | None,
    log: Path | None,
    seed: int | None,
    cases: tuple[str, ...],
    variants: bool,
    memory: int | None,
    threads: int | None,
    as_json: bool,
) -> None:
    """Compare the arithmetic of this installation with GMP, and digits of π with published ones.

    It tests sizes around each threshold at which the program changes its method. Exit code 3 means that something was
    wrong. Each fault is printed with the command that repeats it.

    With --minutes random cases run in all threads. Meanwhile --memory bytes, by default 256 MiB, are filled with patterns
    and read back.

    With --variants the test runs with the kernels that this processor uses, with one thread, and with the kernels for
    processors that lack some of its instructions. Kernels that are tested for the first time are compiled first, which
    takes about two minutes a variant.
    """
    if minutes is not None and not 0 < minutes <= 1e6:
        raise click.UsageError("--minutes must be more than 0, and at most a million")
    if minutes is None and (log is not None or memory is not None):
        raise click.UsageError("--log and --memory belong to a stress test: give --minutes too")
    if minutes is not None and cases:
        raise click.UsageError("--case repeats single cases and --minutes draws them: choose one")
    if minutes is not None and variants:
        raise click.UsageError("--variants makes the short run and --minutes the stress test: choose one")
    from pi_engine.runtime.thread_count import thread_count
    from pi_engine.selftest.trial import Case

    start = time.perf_counter()
    seed = time.time_ns() % 2**32 if seed is None else seed
    chosen = [Case.parse(text) for text in cases]
    if variants:
        from pi_engine.cli.commands.machine.selftest_variants import run_all

        run_all(seed, thread_count(threads), chosen, start, as_json=as_json)
        return
    if minutes is None:
        _short(seed, thread_count(threads), chosen, start, as_json=as_json)
        return
    from pi_engine.selftest.stress import DEFAULT_BYTES, Stress, stress

    found = Stress()
    size = DEFAULT_BYTES if memory is None else memory
    try:
        stress(60 * minutes, seed, thread_count(threads), size, log=log, found=found)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(found.summary()) from None
    _stressed(found, log, start, as_json=as_json)


def _short(seed: int, threads: int, cases: list[Case], start: float, *, as_json: bool) -> None:
    from pi_engine.selftest.parts import PARTS
    from pi_engine.selftest.short_run import Tally, short_run

    tallies: list[Tally] = []
    try:
        with ProgressBar(only="self-test") as progress:
            short_run(seed, threads, cases=cases, progress=progress, tallies=tallies)
    except KeyboardInterrupt:
        failed = sum(len(tally.failures) for tally in tallies)
        raise KeyboardInterrupt(f"{sum(tally.cases for tally in tallies)} cases, {failed} failed") from None
    failures = [failure for tally in tallies for failure in tally.failures]
    if as_json:
        rows = [row_of(tally.part.name, tally.cases, len(tally.failures)) for tally in tallies]
        emit_fields(rows, [fields_of(None, failure) for failure in failures], None, start)
    else:
        for tally in tallies:
            verdict = f"{len(tally.failures)} WRONG" if tally.failures else "all agreed"
            emit(f"{tally.part.title}: {tally.cases} cases, {verdict}\n")
        print_failures(failures)
        if not cases and len(tallies) < len(PARTS):
            missing = ", ".join(part.name for part in PARTS if all(tally.part is not part for tally in tallies))
            emit(f"not compared, because no kernels are used here: {missing}\n")
        emit(f"{sum(tally.cases for tally in tallies)} cases in {time.perf_counter() - start:.1f} s, seed {seed}\n")
    require_none([failure.case.part.name for failure in failures])


def _stressed(found: Stress, log: Path | None, start: float, *, as_json: bool) -> None:
    by_part = [failure.case.part.name for _, failure in found.failures]
    if as_json:
        rows = [row_of(name, count, by_part.count(name)) for name, count in found.cases.items()]
        failures = [fields_of(*failure) for failure in found.failures]
        failures += [fields_of_memory(thread, n) for (kind, thread), n in found.errors.items() if kind == "memory"]
        emit_fields(rows, failures, log, start)
    else:
        emit(f"{found.summary()}\n")
        print_failures([failure for _, failure in found.failures])
    memory = ["memory"] if any(kind == "memory" for kind, _ in found.errors) else []
    require_none([*by_part, *memory], stressed=True)
