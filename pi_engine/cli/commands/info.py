"""`pi-engine info`: what a bug report needs."""

from __future__ import annotations

import platform

import click

from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.errors import UsageError


@click.command(short_help="Show versions, machine and limits.")
@json_option
@quiet_option
def command(*, as_json: bool) -> None:
    """Show versions, machine, threads, kernels, memory limit, cache folder and store of digits: what a bug report needs.

    A computation takes the compiled path from the number of digits on that 'path' shows. Below it, and where the
    compiled path does not fit in memory, it takes the plain path, by GMP alone.

    docs/environment.md says which files pi-engine writes, how to remove them, and which environment variables it reads.
    """
    from pi_engine.cli.output.table import print_entries
    from pi_engine.runtime.limits.memory import cgroup_memory_limit, format_bytes, memory_limit, physical_memory
    from pi_engine.runtime.thread_count import available_threads
    from pi_engine.runtime.versions import installed_versions, processor_count, processor_name
    from pi_engine.sequence.digit_store import VARIABLE

    memory = {
        "physical_memory_bytes": physical_memory(),
        "cgroup_memory_bytes": cgroup_memory_limit(),
        "memory_limit_bytes": memory_limit(),
    }
    facts = {
        "platform": platform.platform(),
        "processor": processor_name(),
        "processors": processor_count(),
        "threads": available_threads(),
        **_compilation(),
    }
    store, used, limit = _digit_store()
    versions = installed_versions()
    if as_json:
        kept = {"digit_store": store, "digit_store_bytes": used, "digit_store_limit_bytes": limit}
        emit_json({"versions": versions, **facts, **kept, **memory})
        return
    least = facts.pop("compiled_from_digits")
    facts["digit_store"] = (
        f"not usable: {VARIABLE} holds no size"
        if limit is None
        else f"{store}, {format_bytes(used)} of {format_bytes(limit)}"
    )
    facts["path"] = "plain" if least is None else f"compiled from {least:_} digits on, plain below"
    lines = {
        **versions,
        **{name.replace("_", " "): "none" if fact is None else str(fact) for name, fact in facts.items()},
        **{
            name.removesuffix("_bytes").replace("_", " "): "none" if size is None else format_bytes(size)
            for name, size in memory.items()
        },
    }
    print_entries(lines.items())


def _digit_store() -> tuple[str, int, int | None]:
    """Where computed digits are kept, how many bytes they take, and how many they may take; None where that is not stated well."""
    from pi_engine.sequence.digit_store import DigitStore, stated_limit

    try:
        limit = stated_limit()
    except UsageError:
        limit = None
    store = DigitStore(limit=limit or 0)
    return str(store.folder), store.size, limit


def _compilation() -> dict[str, object]:
    """What kernels are compiled for and whether they are stored, from how many digits they are used, and where their cache is."""
    try:
        from pi_engine.engine.planning.backend import BACKEND
        from pi_engine.runtime.compilation.kernel_folder import cache_folder, cpu, has_fma
    except ImportError as error:
        return {"kernels": f"unavailable: {error}", "compiled_from_digits": None}
    folder = cache_folder()
    from pi_engine.runtime.tuning import stored, tuning_file

    tuning = f"measured, {tuning_file()}" if stored() else "defaults: run 'pi-engine tune' to measure"
    return {
        "tuning": tuning,
        "kernel_target": cpu()[0],
        "hardware_fma": has_fma(),
        "kernels": BACKEND.state() if BACKEND.usable() else "not used",
        "compiled_from_digits": BACKEND.least_digits(),
        "cache_folder": str(folder) if folder else None,
    }
