"""The rows of docs/figures/scaling.json: what the model and the simulation say, from which tables and picture are made."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from scripts.scaling.lifts import Lift
from scripts.scaling.machine import GBIT, REFERENCE, Machine
from scripts.scaling.prediction import predict
from scripts.scaling.simulation import simulate
from scripts.scaling.task_tree import TaskTree, chunks_for

FILE = Path(__file__).resolve().parents[3] / "docs" / "figures" / "scaling.json"

DIGITS = tuple(10**e for e in range(9, 15))
WORKERS = tuple(1 << i for i in range(10))
NETWORKS = (10, 100)
"""Gbit a second."""
SIMULATED = (10**9, 10**10, 10**12)


def machine_with(network: float) -> Machine:
    """The reference machine with a network of so many Gbit a second."""
    return replace(REFERENCE, network=network * GBIT)


def model_row(digits: int, workers: int, network: int, lift: Lift) -> dict[str, Any]:
    """What the model says."""
    found = predict(digits, workers, machine_with(network), lift=lift)
    phases = {stage.name: stage.seconds for stage in found.stages if stage.name not in ("chunks", "merges")}
    return {
        "digits": digits,
        "workers": workers,
        "network_gbit": network,
        "lift": lift.value,
        "seconds": _rounded(found.seconds),
        "sum_seconds": _rounded(found.seconds - sum(phases.values())),
        "phases": {name: _rounded(seconds) for name, seconds in phases.items()},
        "bytes_moved": _rounded(found.moved),
        "bytes_through_disks": _rounded(found.disk_bytes),
        "node_bytes": _rounded(found.stored),
        "chunk_memory_bytes": _rounded(found.chunk_memory),
        "client_memory_bytes": _rounded(found.top_memory),
    }


def simulated_row(digits: int, workers: int) -> dict[str, Any]:
    """What the simulation says, as built, with the reference machine."""
    found = simulate(TaskTree.of(digits, REFERENCE, chunks_for(digits, workers, REFERENCE)), workers)
    return {
        "digits": digits,
        "workers": workers,
        "seconds": _rounded(found.seconds),
        "sum_seconds": _rounded(found.sum_seconds),
        "bytes_moved": _rounded(found.moved),
    }


def all_rows() -> dict[str, Any]:
    """The file."""
    models = [
        model_row(digits, workers, network, lift)
        for digits in DIGITS
        for workers in WORKERS
        for network in NETWORKS
        for lift in (Lift if workers > 1 else (Lift.AS_BUILT,))
    ]
    simulated = [simulated_row(digits, workers) for digits in SIMULATED for workers in WORKERS[1:]]
    return {"machine": asdict(REFERENCE), "model": models, "simulation": simulated}


def read_rows() -> dict[str, Any]:
    """The file as it is."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def write_rows() -> None:
    """Make the file."""
    made = all_rows()
    parts = [
        f' "{name}": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n ]"
        for name, rows in made.items()
        if name != "machine"
    ]
    FILE.write_text(
        "{\n" + f' "machine": {json.dumps(made["machine"])},\n' + ",\n".join(parts) + "\n}\n", encoding="utf-8"
    )


def _rounded(value: float) -> float:
    """Four digits: the same on every machine."""
    return float(f"{value:.4g}")
