"""`pi-engine info`: what a bug report needs."""

from __future__ import annotations

import json
import platform

import click


@click.command(short_help="Versions, machine, limits.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(*, as_json: bool) -> None:
    """Show versions, machine, threads, memory limit and cache folder: what a bug report needs."""
    from pi_engine.plan import format_bytes
    from pi_engine.runtime.compilation import cache_folder, cpu, has_fma
    from pi_engine.runtime.memory import cgroup_memory_limit, memory_limit, physical_memory
    from pi_engine.runtime.threads import available_threads
    from pi_engine.runtime.versions import installed_versions, processor_count, processor_name

    cgroup = cgroup_memory_limit()
    folder = cache_folder()
    facts: dict[str, object] = {
        "platform": platform.platform(),
        "processor": processor_name(),
        "compiled_for": cpu()[0],
        "fma": has_fma(),
        "processors": processor_count(),
        "threads": available_threads(),
        "physical_memory_bytes": physical_memory(),
        "cgroup_memory_bytes": cgroup,
        "memory_limit_bytes": memory_limit(),
        "cache_folder": str(folder) if folder else None,
    }
    versions = installed_versions()
    if as_json:
        click.echo(json.dumps({"schema": 1, "versions": versions, **facts}, indent=2))
        return
    for name, version in versions.items():
        click.echo(f"{name:<22} {version}")
    for name, fact in facts.items():
        shown = format_bytes(fact) if name.endswith("_bytes") and isinstance(fact, int) else fact
        click.echo(f"{name.removesuffix('_bytes'):<22} {_shown(shown)}")


def _shown(fact: object) -> str:
    return {None: "none", True: "yes", False: "no"}.get(fact, str(fact)) if isinstance(fact, bool | None) else str(fact)
