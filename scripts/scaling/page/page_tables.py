"""The tables of docs/scaling.md, from docs/figures/scaling.json and from the model itself.

python -m scripts.scaling write      makes the figures, in some minutes
python scripts/make_docs.py          makes the tables and the picture from them
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pi_engine.report.markup.number_text import power_of_ten
from scripts.scaling.lifts import Lift
from scripts.scaling.machine import REFERENCE, Machine
from scripts.scaling.node_sizes import SumSizes
from scripts.scaling.page.measured import predicted, read_measured
from scripts.scaling.page.rows import DIGITS, NETWORKS, read_rows
from scripts.scaling.prediction import predict, sum_stages
from scripts.scaling.task_tree import TaskTree
from scripts.scaling.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHOWN_WORKERS = (1, 2, 4, 8, 16, 64, 512)
_LIFTED_WORKERS = (4, 16, 64, 512)
_LIFTED_DIGITS = (10**9, 10**10, 10**12, 10**14)
_LEVELS_OF = 10**10
_THREAD_WORKERS = (2, 4, 8, 16)
_LEVEL_CHUNKS = 64
_DISK_RUNS = ((10**8, 200 << 20, 10.1), (10**9, 1.3 * (1 << 30), 124.7), (2 * 10**9, 2.0 * (1 << 30), 286.0))
"""Digits, peak of memory, and GB written and read, as docs/memory.md has them."""
_NODE_BITS = ((0, 268e6), (1, 166e6))
"""Bits of both Q of the last merge of 10^8 digits, as docs/architecture.md has them."""


def hours_table() -> str:
    """Hours of a run."""
    return _workers_table("digits \\ workers", lambda row: row["seconds"] / 3600)


def speedup_table() -> str:
    """How many times as fast as one worker."""
    return _workers_table(
        "digits \\ workers", lambda row: row_of(row["digits"], 1)["seconds"] / row["seconds"], digits=2
    )


def cost_table() -> str:
    """Hours of all workers together."""
    return _workers_table("digits \\ workers", lambda row: row["workers"] * row["seconds"] / 3600)


def bytes_table() -> str:
    """What sixteen workers move and keep."""
    head = (
        "digits",
        "through the network",
        "nodes on all disks at once",
        "through all disks",
        "memory of a chunk",
        "memory of the client",
    )
    rows = []
    for digits in DIGITS:
        row = row_of(digits, 16)
        names = ("bytes_moved", "node_bytes", "bytes_through_disks", "chunk_memory_bytes", "client_memory_bytes")
        rows.append([power(digits), *(number(row[name] / 1e9) for name in names)])
    return table(head, rows)


def level_table() -> str:
    """Which part of one worker's time each level takes, and what it takes if every merge has its own worker."""
    tree = TaskTree.of(_LEVELS_OF, REFERENCE, _LEVEL_CHUNKS)
    stages = list(sum_stages(tree, _LEVEL_CHUNKS))
    phases = {name: cost.seconds + cost.disk_bytes / REFERENCE.disk for name, cost in tree.work.phases().items()}
    total = sum(stage.alone for stage in stages) + sum(phases.values())
    names = [
        f"{_LEVEL_CHUNKS} chunks",
        *(f"{stage.side_by_side} merges" for stage in stages[1:-1]),
        "the last merge, the client's",
    ]
    rows = [
        [name, str(stage.side_by_side), f"{100 * stage.alone / total:.1f}", number(stage.alone), number(stage.seconds)]
        for name, stage in zip(names, stages, strict=True)
    ]
    rows += [
        [name, "1", f"{100 * seconds / total:.1f}", number(seconds), number(seconds)]
        for name, seconds in phases.items()
    ]
    least = sum(stage.seconds for stage in stages) + sum(phases.values())
    rows.append(["together", "", "100", number(total), number(least)])
    return table(
        ("part", "machines at once", "% of all", "seconds, one machine", "seconds, as many as it can use"), rows
    )


def thread_table() -> str:
    """Speed-ups of workers with fewer threads, each against one like them."""
    rows = []
    for threads in (1, 2, 4, 8, 16):
        machine = replace(REFERENCE, threads=threads)
        seconds = [predict(_LEVELS_OF, workers, machine).seconds for workers in (1, *_THREAD_WORKERS)]
        rows.append([str(threads), number(seconds[0] / 3600), *(f"{seconds[0] / x:.2f}" for x in seconds[1:])])
    return table(("threads", "hours of one worker", *(f"{workers} workers" for workers in _THREAD_WORKERS)), rows)


def end_table() -> str:
    """Where more workers gain little."""
    rows = []
    for digits in DIGITS:
        one, most = row_of(digits, 1)["seconds"], row_of(digits, 512)
        gains = [(row["workers"], one / row["seconds"]) for row in _models(digits)]
        nine_tenths = next(workers for workers, gain in gains if gain >= 0.9 * one / most["seconds"])
        alone = sum(most["phases"].values()) / most["seconds"]
        rows.append(
            [
                power(digits),
                f"{one / most['seconds']:.2f}",
                str(nine_tenths),
                f"{100 * alone:.0f}",
                number(alone * most["seconds"] / 3600),
            ]
        )
    head = (
        "digits",
        "speed-up of 512 workers",
        "workers for nine tenths of it",
        "% of the time after the sum",
        "hours after the sum",
    )
    return table(head, rows)


def lift_table() -> str:
    """Speed-ups with what could be built."""
    rows = []
    for digits in _LIFTED_DIGITS:
        for network in NETWORKS:
            one = row_of(digits, 1, network)["seconds"]
            for lift in Lift:
                gains = (one / row_of(digits, workers, network, lift)["seconds"] for workers in _LIFTED_WORKERS)
                rows.append([power(digits), str(network), lift.value, *(number(gain, 3) for gain in gains)])
    return table(
        ("digits", "Gbit/s", "products of few nodes", *(f"{workers} workers" for workers in _LIFTED_WORKERS)), rows
    )


def simulation_table() -> str:
    """The sum by the model and by the simulation."""
    rows = []
    for row in read_rows()["simulation"]:
        model = row_of(row["digits"], row["workers"])
        rows.append([
            power(row["digits"]), str(row["workers"]),
            *(number(x / 3600) for x in (model["sum_seconds"], row["sum_seconds"])), f"{row['sum_seconds'] / model['sum_seconds']:.2f}",
            *(number(x / 1e9) for x in (model["bytes_moved"], row["bytes_moved"])),
        ])  # fmt: skip
    head = ("digits", "workers", "sum, model, hours", "simulation, hours", "ratio", "GB moved, model", "simulation")
    return table(head, rows)


def fit_table() -> str:
    """The model beside what other pages have measured."""
    from pi_engine.engine.planning.forecast import reference_seconds

    machine = Machine(threads=2, memory=float("inf"))
    rows = []
    for digits in (10**6, 10**7, 10**8, 10**9):
        sizes = SumSizes.of(digits)
        model, known = Work(sizes, machine).subtree(0, sizes.terms).seconds, reference_seconds(digits, 2)["sum"]
        rows.append(
            [
                f"seconds of the sum of {power(digits)} digits, 2 threads",
                number(known),
                number(model),
                f"{model / known:.2f}",
            ]
        )
    sizes = SumSizes.of(10**8)
    middle = sizes.terms // 2
    for i, known in _NODE_BITS:
        bits = sizes.node((0, middle)[i], (middle, sizes.terms)[i]).q
        rows.append(
            [
                f"Mbit of Q, {('left', 'right')[i]} half of 10⁸ digits",
                number(known / 1e6),
                number(bits / 1e6),
                f"{bits / known:.2f}",
            ]
        )
    for digits, memory, moved in _DISK_RUNS:
        found = _disk_gigabytes(digits, memory)
        rows.append(
            [
                f"GB through the disk, {power(digits)} digits in {memory / (1 << 30):.2g} GiB",
                number(moved),
                number(found),
                f"{found / moved:.2f}",
            ]
        )
    return table(("figure", "measured", "model", "ratio"), rows)


def measured_table() -> str:
    """Runs on this machine's own worker processes beside model and simulation."""
    found = read_measured()
    if not found["rows"]:
        return "Not measured yet: `python -m scripts.scaling measure 1e7 1e8` fills this table."
    rows = []
    for row in found["rows"]:
        model, simulated = predicted(row["digits"], row["workers"], found["machine"]["factor"])
        cells = (row["sum_seconds"], model, simulated, row["total_seconds"])
        rows.append([power(row["digits"]), str(row["workers"]), *map(number, cells), number(row["bytes_moved"] / 1e6)])
    head = ("digits", "workers", "sum, seconds", "model", "simulation", "whole run, seconds", "MB moved")
    return table(head, rows)


def measured_machine() -> str:
    """What the runs were measured on."""
    machine = read_measured()["machine"]
    if not machine:
        return ""
    return (
        f"{machine['processor']}, {machine['processors']} processors, one thread a worker, medians of three runs in turn; arithmetic takes "
        f"{machine['factor']} times as long here as on the machine of the model's constants."
    )


SECTIONS = {
    "scaling-fit": fit_table,
    "scaling-hours": hours_table,
    "scaling-speedup": speedup_table,
    "scaling-cost": cost_table,
    "scaling-bytes": bytes_table,
    "scaling-levels": level_table,
    "scaling-end": end_table,
    "scaling-threads": thread_table,
    "scaling-lifts": lift_table,
    "scaling-simulated": simulation_table,
    "scaling-measured": measured_table,
    "scaling-machine": measured_machine,
}
"""Name of a section between `<!-- NAME -->` and `<!-- end of NAME -->` → what stands in it."""


# ---------------------------------------------------------------- how it is written


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    return "\n".join(
        ["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *("| " + " | ".join(row) + " |" for row in rows)]
    )


def number(value: float, digits: int = 3) -> str:
    """So many significant digits, without an exponent."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:_.0f}" if rounded >= 10 ** (digits - 1) else f"{rounded:#.{digits}g}".rstrip(".")


def power(digits: int) -> str:
    """Like 10⁹ or 2·10⁹."""
    exponent = len(str(digits)) - 1
    leading = digits // 10**exponent
    return ("" if leading == 1 else f"{leading}·") + power_of_ten(exponent)


@functools.cache
def _model_rows() -> dict[tuple[int, int, int, str], dict[str, Any]]:
    return {(row["digits"], row["workers"], row["network_gbit"], row["lift"]): row for row in read_rows()["model"]}


def row_of(digits: int, workers: int, network: int = NETWORKS[0], lift: Lift = Lift.AS_BUILT) -> dict[str, Any]:
    """What the model says."""
    return _model_rows()[digits, workers, network, lift.value]


def _models(digits: int) -> list[dict[str, Any]]:
    rows = _model_rows().values()
    return [
        x for x in rows if (x["digits"], x["network_gbit"], x["lift"]) == (digits, NETWORKS[0], Lift.AS_BUILT.value)
    ]


def _workers_table(corner: str, cell: Any, digits: int = 3) -> str:  # noqa: ANN401 (a function of a row)
    rows = [[power(n), *(number(cell(row_of(n, workers)), digits) for workers in _SHOWN_WORKERS)] for n in DIGITS]
    return table((corner, *map(str, _SHOWN_WORKERS)), rows)


def _disk_gigabytes(digits: int, memory: float) -> float:
    sizes = SumSizes.of(digits)
    work = Work(sizes, Machine(threads=2, memory=memory))
    costs = [work.subtree(0, sizes.terms), *work.phases().values()]
    return sum(cost.disk_bytes for cost in costs) / 1e9
