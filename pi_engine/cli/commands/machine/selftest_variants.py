"""`pi-engine selftest --variants`: the short run with every variant of kernels that this processor can run."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pi_engine.cli.commands.machine.selftest_answer import emit_fields, fault_line, fields_of, require_none
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, remark
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.selftest.trial import Case
    from pi_engine.selftest.variant_runs import VariantRun
    from pi_engine.selftest.variants import Variant


def run_all(seed: int, threads: int, cases: Sequence[Case], start: float, *, as_json: bool) -> None:
    """One variant after another, each said as soon as it has ended.

    Raises:
        VerificationError: in one of them something was wrong, or its process crashed or hung.
    """
    from pi_engine.selftest.variant_runs import run_variant
    from pi_engine.selftest.variants import variants

    chosen = variants(threads)
    remark(
        f"pi-engine: {counted(len(chosen), 'variant')} of kernels; one that is tested for the first time is compiled before, "
        "which takes about two minutes"
    )
    runs: list[VariantRun] = []
    for variant in chosen:
        try:
            with ProgressBar(only="self-test", about=variant.name) as bar:
                warn = functools.partial(_warn, bar, variant)
                run = run_variant(variant, seed, threads, cases, progress=bar, warn=warn)
        except KeyboardInterrupt:
            failed = sum(bool(_faults(run)) for run in runs)
            raise KeyboardInterrupt(f"{len(runs)} of {len(chosen)} variants, {failed} with faults") from None
        runs.append(run)
        if not as_json:
            _print(run, seed, threads)
    if as_json:
        _emit(runs, seed, threads, start)
    else:
        emit(f"{sum(_cases(run) for run in runs)} cases in {sum(run.seconds for run in runs):.1f} s, seed {seed}\n")
    require_none([f"{what} ({run.variant.name})" for run in runs for what in _faults(run)])


def _warn(bar: ProgressBar, variant: Variant, text: str) -> None:
    with bar.hidden():
        remark(f"pi-engine: {variant.name}: {text.removeprefix('pi-engine: ')}")


def _cases(run: VariantRun) -> int:
    return sum(tally.cases for tally in run.tallies)


def _faults(run: VariantRun) -> list[str]:
    """The parts that were wrong."""
    return [*(failure.case.part.name for failure in run.failures), *(["the process"] if run.ended else [])]


def _again(run: VariantRun, seed: int, threads: int) -> str:
    """What repeats the whole run of a variant."""
    given = [] if run.variant.threads else ["--threads", str(threads)]
    return run.variant.command(["--seed", str(seed), *given])


def _print(run: VariantRun, seed: int, threads: int) -> None:
    verdict = f"{len(run.failures)} WRONG" if run.failures else "all agreed"
    said = f"its process {run.ended}" if run.ended else f"{_cases(run)} cases, {verdict}"
    emit(f"{run.variant.title}: {said}, {run.seconds:.1f} s\n")
    if run.ended:
        emit(f"to repeat it: {_again(run, seed, threads)}\n")
    for failure in run.failures:
        emit(fault_line(failure, run.variant.command(["--case", str(failure.case)])))


def _emit(runs: Sequence[VariantRun], seed: int, threads: int, start: float) -> None:
    described: list[dict[str, object]] = [
        {
            "name": run.variant.name,
            "title": run.variant.title,
            "threads": run.variant.threads or threads,
            "environment": run.variant.environment,
            "cases": _cases(run),
            "failures": len(run.failures),
            "ended": run.ended or None,
            "seconds": round(run.seconds, 3),
            "command": _again(run, seed, threads),
        }
        for run in runs
    ]
    rows = [
        {
            "name": tally.part.name,
            "variant": run.variant.name,
            "cases": tally.cases,
            "failures": len(tally.failures),
        }
        for run in runs
        for tally in run.tallies
    ]
    failures = [fields_of(None, failure, run.variant) for run in runs for failure in run.failures]
    emit_fields(rows, failures, None, start, described)
