"""`pi-engine tune`: measure where this machine's crossovers are."""

from __future__ import annotations

from dataclasses import asdict

import click

from pi_engine.cli.options import json_option, quiet_option
from pi_engine.cli.output import emit, emit_json, say


@click.command(short_help="Measure this machine's crossover sizes.")
@click.option("--dry-run", is_flag=True, help="Measure and print, but do not store.")
@json_option
@quiet_option
def command(*, dry_run: bool, as_json: bool, quiet: bool) -> None:
    """Measure the sizes at which the engine's transform overtakes GMP on this machine, and store them.

    Also compiles the fast path of 'compute', which smaller computations do not wait for: up to two minutes in all,
    once. What is stored is used by later runs on the same processor, with the same
    number of threads and the same versions, and ignored by others.
    """
    from pi_engine.bigint.crossovers import measure_crossovers
    from pi_engine.bigint.product import transform_is_usable
    from pi_engine.errors import OutputError, UsageError
    from pi_engine.kernels import compile_fast_path
    from pi_engine.runtime.tuning import save

    if not transform_is_usable():
        raise UsageError("this processor has no fused multiply-add: GMP multiplies at every size, nothing to measure")
    notice = None if quiet else say
    thresholds = measure_crossovers(notice)
    if not dry_run:
        compile_fast_path(notice)
    file = None
    if not dry_run:
        try:
            file = save(thresholds)
        except OSError as error:
            raise OutputError(f"the sizes could not be stored ({error}): use --dry-run to see them") from error
    if as_json:
        emit_json({"thresholds_bits": asdict(thresholds), "output": str(file) if file else None})
        return
    for name, bits in asdict(thresholds).items():
        emit(f"{name:<10} {bits:>10_} bits\n")
    if file:
        emit(f"stored in {file}\n")
