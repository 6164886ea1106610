"""What N digits would take on W workers, by the model of docs/scaling.md.

    python -m scripts.scaling predict DIGITS [--workers N] [--threads N] [--memory GIB] [--network GBIT] [--disk GB] [--price P]
                                             [--simulate]
    python -m scripts.scaling write
    python -m scripts.scaling measure DIGITS...

predict: --memory is that of a worker in GiB, --network is in Gbit a second, --disk in GB a second, and --price is what a worker costs
for an hour. --simulate runs the tasks of the sum one by one. write makes docs/figures/scaling.json, in some minutes. measure computes on
worker processes of this machine, into scaling-measured.json beside it. After both run scripts/make_docs.py.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from pi_engine.cli.parameters.quantities import parse_count
from scripts.scaling.machine import GBIT, GIB, REFERENCE, Machine
from scripts.scaling.page.measured import measure
from scripts.scaling.page.rows import write_rows
from scripts.scaling.prediction import predict
from scripts.scaling.simulation import simulate
from scripts.scaling.task_tree import TaskTree, chunks_for

if TYPE_CHECKING:
    from collections.abc import Sequence


def lines_of(digits: int, workers: int, machine: Machine, price: float | None, *, simulated: bool) -> list[str]:
    """What is predicted, for people."""
    found, alone = predict(digits, workers, machine), predict(digits, 1, machine)
    lines = [f"{'part':<10} {'at once':>8} {'seconds':>14} {'GB moved':>12} {'GB of disks':>12}"]
    lines += [
        f"{stage.name:<10} {min(workers, stage.side_by_side):>8} {stage.seconds:>14,.3f} "
        f"{stage.moved / 1e9:>12,.1f} {stage.disk_bytes / 1e9:>12,.1f}"
        for stage in found.stages
    ]
    price_of_all = "" if price is None else f", at {price:g} each {price * found.cost / 3600:,.2f}"
    chunk, top = found.chunk_memory / GIB, found.top_memory / GIB
    lines += [
        f"{found.seconds:,.3g} s in all; {alone.seconds:,.3g} s on one worker, {alone.seconds / found.seconds:.2f} times as long",
        f"memory so that nothing goes to disk: {chunk:,.3g} GiB for a chunk, {top:,.3g} GiB for the client",
        f"nodes on all disks at once: {found.stored / 1e9:,.3g} GB",
        f"worker-hours: {found.cost / 3600:,.3g}{price_of_all}",
    ]
    if simulated and workers > 1:
        run = simulate(TaskTree.of(digits, machine, chunks_for(digits, workers, machine)), workers)
        lines.append(f"simulated: {run.seconds:,.3g} s in all, {run.moved / 1e9:,.3g} GB moved")
    return lines


def _digits(text: str) -> int:
    return parse_count(text, "the number of digits")


def main(arguments: Sequence[str]) -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.scaling", description="What N digits would take on W workers."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    asked = commands.add_parser("predict")
    asked.add_argument("digits", type=_digits)
    asked.add_argument("--workers", type=int, default=1)
    asked.add_argument("--threads", type=int, default=REFERENCE.threads)
    asked.add_argument("--memory", type=float, default=REFERENCE.memory / GIB)
    asked.add_argument("--network", type=float, default=REFERENCE.network / GBIT)
    asked.add_argument("--disk", type=float, default=REFERENCE.disk / 1e9)
    asked.add_argument("--price", type=float)
    asked.add_argument("--simulate", action="store_true")
    commands.add_parser("write")
    commands.add_parser("measure").add_argument("digits", type=_digits, nargs="+")
    given = parser.parse_args(arguments)
    if given.command == "write":
        write_rows()
    elif given.command == "measure":
        measure(given.digits)
    else:
        if min(given.digits, given.workers, given.threads, given.memory, given.network, given.disk) <= 0:
            parser.error("digits, workers and what they have must be more than 0")
        machine = replace(
            REFERENCE,
            threads=given.threads,
            memory=given.memory * GIB,
            network=given.network * GBIT,
            disk=given.disk * 1e9,
        )
        print("\n".join(lines_of(given.digits, given.workers, machine, given.price, simulated=given.simulate)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
