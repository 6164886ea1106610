"""This machine and this installation: what `info` prints and a report begins with."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import NamedTuple

from pi_engine.errors import UsageError
from pi_engine.runtime.limits.memory import cgroup_memory_limit, memory_limit, physical_memory
from pi_engine.runtime.thread_count import available_threads
from pi_engine.runtime.versions import installed_versions, processor_count, processor_name


class StoreFacts(NamedTuple):
    """Where computed digits are kept, the bytes that they take, and those that they may take; None where no size is stated well."""

    digit_store: str
    digit_store_bytes: int
    digit_store_limit_bytes: int | None


class MachineFacts(NamedTuple):
    """Facts by name, in the order in which they are shown.

    Attributes:
        versions: package → version, "missing" for one that is not installed.
        facts: platform, processor, threads, kernels and the like: str, int, bool or None.
        memory: bytes of physical memory, of the control group's limit, and of what this process may use; None for no limit.
        store: the store of computed digits.
    """

    versions: dict[str, str]
    facts: dict[str, object]
    memory: dict[str, int | None]
    store: StoreFacts

    def as_json(self) -> dict[str, object]:
        """The object that `info --json` prints."""
        return {"versions": self.versions, **self.facts, **self.memory, **self.store._asdict()}


def machine_facts() -> MachineFacts:
    """What there is to say of this machine; nothing is compiled or loaded for it."""
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
    return MachineFacts(installed_versions(), facts, memory, _digit_store())


def _digit_store() -> StoreFacts:
    from pi_engine.sequence.digit_store import DigitStore, stated_limit

    try:
        limit = stated_limit()
    except UsageError:
        limit = None
    store = DigitStore(limit=limit or 0)
    return StoreFacts(str(store.folder), store.size, limit)


def path_in_words(compiled_from: object) -> str:
    """From how many digits on the compiled path is taken."""
    return f"compiled from {compiled_from:_} digits on, plain below" if isinstance(compiled_from, int) else "plain"


def _machine_code() -> str:
    """Whether kernels came with the installation, for which level of instructions, and if not, why."""
    from pi_engine.runtime.compilation.provenance.shipped_code import shipped

    found = shipped()
    if found.level is not None:
        return f"came with this installation, for {found.level.title}; made with numba {found.built.get('numba')}"
    return f"not used: {found.reason}" if found.reason else "none came with this installation"


def _compilation() -> dict[str, object]:
    """What kernels are compiled for and whether they are stored, from how many digits they are used, and where their cache is."""
    try:
        from pi_engine.engine.planning.backend import BACKEND
        from pi_engine.runtime.compilation.kernel_folder import cache_folder, cpu, has_fma
    except ImportError as error:
        return {"kernels": f"unavailable: {error}", "compiled_from_digits": None}
    folder = cache_folder()
    from pi_engine.runtime.tuning import stored, tuning_file

    measured = stored()
    tuning = "defaults: run 'pi-engine tune' to measure"
    if measured is not None:
        sizes = ", ".join(f"{name} {bits:_}" for name, bits in asdict(measured).items() if bits is not None)
        tuning = f"measured, {tuning_file()}, in bits: {sizes}"
    return {
        "tuning": tuning,
        "kernel_target": cpu()[0],
        "hardware_fma": has_fma(),
        "machine_code": _machine_code(),
        "kernels": BACKEND.state() if BACKEND.usable() else "not used",
        "compiled_from_digits": BACKEND.least_digits(),
        "cache_folder": str(folder) if folder else None,
    }
