"""What `compute` says on stderr when it is done: one short line, and with --verbose the details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import remark
from pi_engine.cli.output.terminal import stderr_width
from pi_engine.runtime.machine_faults import TEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.engine.result import Check, ComputeResult

_UNWRAPPED = 1 << 20


def closing_line(
    result: ComputeResult, seconds: dict[str, float], checks: Sequence[Check], file: str | None, *, full: bool
) -> str:
    """How many digits, in how many seconds, whether checked, and where they are."""
    compiling = seconds.get("compilation", 0.0)
    kind = "hexadecimal digit" if result.base == 16 else "digit"
    line = f"{result.digits:_} {kind}{'' if result.digits == 1 else 's'} in {_short(seconds['total'] - compiling)}"
    if compiling:
        line += f", after {_short(compiling)} of compiling, once"
    passed = any(check.status == "passed" for check in checks)
    line += f"{';' if compiling else ','} {'not checked' if not passed else 'checked in full' if full else 'checked'}"
    return line if file is None else f"{line}; written to {file}"


def say_details(result: ComputeResult, seconds: dict[str, float], checks: Sequence[Check]) -> None:
    """Write seconds, memory and checks to stderr, one a line."""
    from pi_engine.cli.output.table import format_entries
    from pi_engine.runtime.limits.memory import format_bytes

    entries = [
        ("series", result.series),
        ("threads", str(result.threads)),
        ("path", result.path if result.path == "plain" else f"{result.path}, kernels {result.kernels}"),
        *((name, f"{spent:.3f} s") for name, spent in seconds.items()),
        ("processor time", _processor_time(result)),
        ("peak memory", format_bytes(result.peak_memory_bytes)),
        *_scratch(result),
        *_cluster(result),
        ("hash", f"{result.hash} (all digits as one integer, modulo 2^61 − 1)"),
        *((check.status, f"{check.name}: {check.detail}") for check in checks),
    ]
    for line in format_entries(entries, stderr_width() or _UNWRAPPED).splitlines():
        remark(line)


def _processor_time(result: ComputeResult) -> str:
    """How long processors worked up to the digits, and how many of them on average: fewer than the threads where others had the machine."""
    used = result.processor_seconds / max(result.seconds["total"], 1e-9)
    return f"{result.processor_seconds:.3f} s, {used:.1f} processor{'' if f'{used:.1f}' == '1.0' else 's'} on average"


def _cluster(result: ComputeResult) -> list[tuple[str, str]]:
    """What its workers did, and what should be known of it."""
    from pi_engine.runtime.limits.memory import format_bytes

    if result.cluster is None:
        return []
    use = result.cluster
    entries = [("cluster", use.where)]
    for worker in use.workers.values():
        done = f"{worker.tasks} task{'' if worker.tasks == 1 else 's'} in {worker.seconds:.3f} s"
        moved = f"{format_bytes(worker.bytes_moved)} moved there"
        entries.append(("worker", f"{worker.name}: {done}, {moved}{', lost' if worker.lost else ''}"))
    return entries


def say_cluster(result: ComputeResult) -> None:
    """Write to stderr what went otherwise on the cluster than the user may expect: workers lost, or left without work."""
    use = result.cluster
    if use is None:
        return
    for worker in use.workers.values():
        if worker.lost:
            remark(f"pi-engine: cluster: the worker {worker.name} went away, and others did its work")
    for note in use.notes:
        remark(f"pi-engine: cluster: {note}")


def _scratch(result: ComputeResult) -> list[tuple[str, str]]:
    """What was on disk because it did not fit in memory."""
    from pi_engine.runtime.limits.memory import format_bytes

    if result.scratch is None:
        return []
    use = result.scratch
    moved = f"{format_bytes(use.bytes_written)} written, {format_bytes(use.bytes_read)} read"
    return [("scratch", f"{format_bytes(use.most_bytes)} at once in {use.folder}; {moved}")]


def say_repairs(result: ComputeResult) -> None:
    """Write what was repeated because this machine erred to stderr, and what to do about it; damaged records are said elsewhere."""
    made = [repair for repair in result.repairs if repair.kind == "machine"]
    for repair in made:
        remark(f"pi-engine: repeated: {repair}")
    if made:
        times = "once" if len(made) == 1 else f"{len(made)} times"
        remark(
            f"pi-engine: this machine's arithmetic went wrong {times}, and the digits are right; test the machine: {TEST}"
        )


def _short(seconds: float) -> str:
    """Two significant digits, or whole seconds."""
    return f"{seconds:.0f} s" if seconds >= 9.95 else f"{seconds:.2g} s"
