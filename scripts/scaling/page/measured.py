"""Runs on a cluster on this machine, to hold the model against: `python -m scripts.scaling measure 1e7 1e8`.

Each number of digits is computed on local:1 and local:2 with one thread for each worker, three times in turn. The medians go into
scaling-measured.json in docs/figures.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.engine.planning.forecast import machine_factor
from pi_engine.runtime.versions import processor_count, processor_name
from scripts.scaling.machine import Machine
from scripts.scaling.prediction import predict
from scripts.scaling.simulation import simulate
from scripts.scaling.task_tree import TaskTree, chunks_for

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).resolve().parents[3] / "docs" / "figures" / "scaling-measured.json"
WORKERS = (1, 2)
ROUNDS = 3
LOCAL_RATE = 1e9
"""Bytes a second between two processes of one machine, and to its disk: what docs/memory.md has of a disk."""


def measure(sizes: Iterable[int]) -> None:
    """Run, and put the medians into the file, in the place of rows for the same sizes."""
    rows = read_measured()["rows"]
    for digits in sizes:
        found: dict[int, list[dict[str, Any]]] = {workers: [] for workers in WORKERS}
        for _ in range(ROUNDS):
            for workers in WORKERS:
                found[workers].append(_run(digits, workers))
        for workers, runs in found.items():
            row = {"digits": digits, "workers": workers, "threads": 1, "rounds": ROUNDS}
            row |= {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            rows = [x for x in rows if (x["digits"], x["workers"]) != (digits, workers)] + [row]
    rows.sort(key=lambda row: (row["digits"], row["workers"]))
    machine = {
        "processor": processor_name(),
        "processors": processor_count(),
        "factor": round(machine_factor(), 3),
    }
    text = ",\n  ".join(map(json.dumps, rows))
    FILE.write_text(f'{{\n "machine": {json.dumps(machine)},\n "rows": [\n  {text}\n ]\n}}\n', encoding="utf-8")


def read_measured() -> dict[str, Any]:
    """The file as it is, without rows where there is none."""
    if not FILE.exists():
        return {"machine": {}, "rows": []}
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def predicted(digits: int, workers: int, factor: float) -> tuple[float, float]:
    """Seconds of the sum on so many workers of one thread each, by the model and by the simulation."""
    machine = Machine(threads=1, disk=LOCAL_RATE, network=LOCAL_RATE, factor=factor)
    chunks = chunks_for(digits, max(workers, 2), machine) * workers // max(workers, 2)
    found = predict(digits, workers, machine, chunks=chunks)
    model = sum(stage.seconds for stage in found.stages if stage.name in ("chunks", "merges"))
    return model, simulate(TaskTree.of(digits, machine, chunks), workers).sum_seconds


def _run(digits: int, workers: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pi_engine",
            "compute",
            str(digits),
            "--cluster",
            f"local:{workers}",
            "--threads",
            "1",
        ]
        command += ["--scratch", folder, "--json", "-o", f"{folder}/pi.ycd"]
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 (our own command)
    found = json.loads(answer.stdout)
    of_workers = [worker["seconds"] for worker in found["cluster"]["workers"]]
    return {
        "sum_seconds": found["seconds"]["sum"],
        "total_seconds": found["seconds"]["total"],
        "worker_seconds": sum(of_workers),
        "longest_worker_seconds": max(of_workers),
        "bytes_moved": found["cluster"]["bytes_moved"],
    }
