"""The section on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Section, joined, paragraph
from pi_engine.report.markup.html_tables import entries
from pi_engine.report.markup.number_text import grouped, spaced
from pi_engine.report.measured.machine_facts import path_in_words
from pi_engine.runtime.limits.memory import format_bytes

if TYPE_CHECKING:
    from pi_engine.report.measured.machine_facts import MachineFacts

_TITLES = {
    "platform": "system",
    "processor": "processor",
    "processors": "logical processors",
    "threads": "threads that pi-engine uses",
    "tuning": "crossover sizes",
    "kernel_target": "kernels are compiled for",
    "hardware_fma": "fused multiply-add",
    "machine_code": "machine code of kernels",
    "kernels": "kernels",
}
_MEMORY = {
    "physical_memory_bytes": "physical memory",
    "cgroup_memory_bytes": "limit of the control group",
    "memory_limit_bytes": "memory that pi-engine may use",
}
_PACKAGES = {
    "pi_engine": "pi-engine",
    "python": "Python",
    "gmp": "GMP",
    "mpfr": "MPFR",
    "numpy": "NumPy",
    "numba": "Numba",
}


def machine_section(machine: MachineFacts) -> Section:
    """Machine and versions, as `info` gives them."""
    rows = [(title, _shown(machine.facts[name])) for name, title in _TITLES.items() if name in machine.facts]
    compiled_from = machine.facts.get("compiled_from_digits")
    rows.append(("path of a computation", spaced(path_in_words(compiled_from))))
    rows += [(title, _bytes(machine.memory[name])) for name, title in _MEMORY.items()]
    versions = [(_PACKAGES.get(name, name), version) for name, version in machine.versions.items()]
    content = joined(
        paragraph("The figures on this page were measured on this machine, unless a section names another source."),
        entries("machine-table", "Machine", rows),
        entries("versions-table", "Versions of the programs that compute", versions),
    )
    return Section("machine", "This machine", content)


def _shown(fact: object) -> str:
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return grouped(fact) if isinstance(fact, int) else "none" if fact is None else str(fact)


def _bytes(count: int | None) -> str:
    return "none" if count is None else format_bytes(count)
