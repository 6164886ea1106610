"""`pi-engine info`: what a bug report needs."""

from __future__ import annotations

import click

from pi_engine.cli.output.streams import emit_json
from pi_engine.cli.parameters.options import json_option, quiet_option


@click.command(short_help="Show versions, machine and limits.")
@json_option
@quiet_option
def command(*, as_json: bool) -> None:
    """Show versions, machine, threads, kernels, memory limit, cache folder and store of digits: what a bug report needs.

    'path' shows the number of digits from which on a computation uses the compiled kernels. Smaller computations, and those
    that would not fit in memory with kernels, use GMP alone.

    docs/environment.md says which files pi-engine writes, how to remove them, and which environment variables it reads.
    """
    from pi_engine.cli.output.table import print_entries
    from pi_engine.report.measured.machine_facts import machine_facts, path_in_words
    from pi_engine.runtime.limits.memory import format_bytes
    from pi_engine.sequence.digit_store import VARIABLE

    found = machine_facts()
    if as_json:
        emit_json(found.as_json())
        return
    store, used, limit = found.store
    facts = dict(found.facts)
    facts["digit_store"] = (
        f"not usable: {VARIABLE} holds no size"
        if limit is None
        else f"{store}, {format_bytes(used)} of {format_bytes(limit)}"
    )
    facts["path"] = path_in_words(facts.pop("compiled_from_digits"))
    lines = {
        **found.versions,
        **{name.replace("_", " "): "none" if fact is None else str(fact) for name, fact in facts.items()},
        **{
            name.removesuffix("_bytes").replace("_", " "): "none" if size is None else format_bytes(size)
            for name, size in found.memory.items()
        },
    }
    print_entries(lines.items())
