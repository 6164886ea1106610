"""What a worker says of itself, and why it may not take part."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class WorkerFacts:
    """A worker that takes part.

    Attributes:
        address: Dask's.
        name: for people: its host and process.
        host: as it names itself; workers of one host share its memory and processors.
        threads: that a task of it may use.
        memory: bytes that it may use; 0 where nothing limits it.
        folder: where it may put files.
    """

    address: str
    name: str
    host: str
    threads: int
    memory: int
    folder: str


def describe(dask_worker: Any) -> dict[str, Any]:  # noqa: ANN401 (distributed.Worker, which has no types)
    """Run on a worker, which may lack this package: sent by value, it uses nothing of this module."""
    import os
    import platform

    found: dict[str, Any] = {
        "host": platform.node(),
        "process": os.getpid(),
        "python": platform.python_version(),
        "threads": dask_worker.state.nthreads,
        "memory": int(dask_worker.memory_manager.memory_limit or 0),
        "folder": dask_worker.local_directory,
    }
    try:
        from pi_engine.runtime.compilation.kernel_folder import source_digest
        from pi_engine.runtime.versions import arithmetic_versions

        found.update(arithmetic_versions())
        found["kernels"] = source_digest()
    except Exception as error:  # noqa: BLE001 (whatever is wrong there, it cannot take part)
        found["missing"] = f"{type(error).__name__}: {error}"
    return found


def described_here() -> dict[str, str]:
    """What a worker must have as well, this package and its kernels' sources, and what it is told where it does not understand."""
    from pi_engine.runtime.compilation.kernel_folder import source_digest
    from pi_engine.runtime.versions import arithmetic_versions

    return {
        "pi_engine": arithmetic_versions()["pi_engine"],
        "kernels": source_digest(),
        "python": platform.python_version(),
        "dask": version("distributed"),
    }


def fault_of(found: Mapping[str, Any], here: Mapping[str, str]) -> str | None:
    """Why a worker cannot take part, in a few words; None where it can."""
    if "failed" in found:
        return f"does not understand what it is asked ({_line(found['failed'])}); here are Python {here['python']} and Dask {here['dask']}"
    if "missing" in found:
        return f"has no pi-engine that can be used ({_line(found['missing'])})"
    if found["pi_engine"] != here["pi_engine"]:
        return f"has pi-engine {found['pi_engine']}, and here is {here['pi_engine']}"
    if found["kernels"] != here["kernels"]:
        return f"has other kernels of pi-engine {here['pi_engine']} (sources {found['kernels'][:8]}, here {here['kernels'][:8]})"
    return None


def _line(message: object) -> str:
    """The first line of what an exception says."""
    return str(message).partition("\n")[0][:200]


def facts_of(address: str, found: Mapping[str, Any], threads: int | None) -> WorkerFacts:
    """A worker that can take part; `threads`: those of its tasks, by default as many as Dask gives it."""
    return WorkerFacts(
        address=address,
        name=f"{found['host']}:{found['process']}",
        host=str(found["host"]),
        threads=int(found["threads"]) if threads is None else threads,
        memory=int(found["memory"]),
        folder=str(found["folder"]),
    )
