"""What faults are planted in: short computations that go through all of the engine, each with what must come out."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from unittest import mock

from pi_engine import PiEngineError
from pi_engine.engine.compute import compute
from pi_engine.engine.planning.backend import BACKEND
from scripts.faults.endings import COMMANDS, FILES, Outcome, judged_command, judged_file, judged_result
from scripts.faults.patches import CONVERSION, CYCLIC, FUSED, HELPED, KERNELS, LEVELS, NEWTON, PIECES, TREE, patched

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.faults.endings import Ending


@dataclass(frozen=True)
class Workload:
    """A computation, how it ends, and the constants it runs with; where it is `cold` no table is at hand from earlier ones."""

    name: str
    digits: int
    compiled: bool
    series: str = "chudnovsky"
    base: int = 10
    threads: int = 1
    ending: Ending = "result"
    check: Literal["fast", "none"] = "fast"
    cold: bool = False
    patches: Mapping[str, object] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Compute, and judge."""
        if self.cold:
            _forget()
        with patched(self.patches), mock.patch.object(BACKEND, "pays", return_value=self.compiled):
            try:
                return self._run()
            except PiEngineError as error:
                return Outcome("caught", f"{type(error).__name__}: {error}")
            except Exception as error:  # noqa: BLE001 (what a fault may lead to)
                last = traceback.extract_tb(error.__traceback__)[-1]
                return Outcome("error", f"{type(error).__name__}: {error} ({last.filename}, line {last.lineno})")

    def _run(self) -> Outcome:
        if self.ending in COMMANDS:
            options = ("--series", self.series, "--threads", str(self.threads), "--check", self.check)
            return judged_command(self.digits, self.base, self.ending, *options)
        result = compute(self.digits, base=self.base, series=self.series, threads=self.threads, check=self.check)
        return judged_file(result, self.ending) if self.ending in FILES else judged_result(result)


def _forget() -> None:
    """Drop what functions of the engine keep from earlier calls, but for machine code, which lies in `runtime`."""
    for name, module in list(sys.modules.items()):
        if name.startswith("pi_engine.") and not name.startswith("pi_engine.runtime."):
            for value in list(vars(module).values()):
                if callable(getattr(value, "cache_clear", None)) and value.__module__ == name:
                    value.cache_clear()


_TREE, _LEVELS = {**TREE, **CONVERSION}, {**LEVELS, **CONVERSION}
_TREE_FUSED, _LEVELS_NEWTON = {**_TREE, **FUSED}, {**_LEVELS, **NEWTON}
_TERMS = {
    "pi_engine.splitting.plain.plain_tree._PARALLEL_TERMS": 40,
    "pi_engine.splitting.plain.plain_tree._SUBTREE_TERMS": 8,
}

PLAIN = (
    Workload("plain", 3100, compiled=False),
    Workload("plain-16", 2600, compiled=False, base=16),
    Workload("plain-ramanujan", 3100, compiled=False, series="ramanujan"),
    Workload("plain-machin", 1700, compiled=False, series="machin"),
    Workload("plain-bellard-16", 1500, compiled=False, series="bellard", base=16),
    Workload("plain-guillera", 1900, compiled=False, series="guillera-820"),
    Workload("plain-sharp", 1300, compiled=False, series="sharp"),
    Workload("plain-level2-52", 2100, compiled=False, series="level2-52"),
    Workload("plain-pieces", 5100, compiled=False, patches=PIECES),
    Workload("plain-pieces-16", 4600, compiled=False, base=16, patches=PIECES),
    Workload("plain-cold", 3100, compiled=False, cold=True),
    Workload("plain-derived", 3100, compiled=False, series="derived:163"),
    Workload("plain-threads", 5100, compiled=False, threads=2, patches=_TERMS),
    Workload("plain-stdout", 3100, compiled=False, ending="stdout"),
    Workload("plain-stdout-16", 2600, compiled=False, base=16, ending="stdout"),
    Workload("plain-layout", 3100, compiled=False, ending="layout"),
    Workload("plain-json", 3100, compiled=False, ending="json"),
    Workload("plain-text", 3100, compiled=False, ending="text"),
    Workload("plain-text-16", 2600, compiled=False, base=16, ending="text"),
    Workload("plain-gz", 3100, compiled=False, ending="gz"),
    Workload("plain-gz-16", 2600, compiled=False, base=16, ending="gz"),
    Workload("plain-xz", 3100, compiled=False, ending="xz"),
    Workload("plain-zst", 3100, compiled=False, ending="zst"),
    Workload("plain-set", 3100, compiled=False, ending="set"),
    Workload("plain-ycd", 3100, compiled=False, ending="ycd"),
    Workload("plain-ycd-16", 2600, compiled=False, base=16, ending="ycd"),
)
"""On the plain path."""

COMPILED = (
    Workload("compiled", 3100, compiled=True, patches=_TREE),
    Workload("compiled-fused", 4100, compiled=True, patches=_TREE_FUSED),
    Workload("compiled-fused-16", 2600, compiled=True, base=16, patches=_TREE_FUSED),
    Workload("compiled-levels", 5300, compiled=True, patches=_LEVELS_NEWTON),
    Workload("compiled-levels-16", 4600, compiled=True, base=16, patches={**_LEVELS, **FUSED, **CYCLIC}),
    Workload(
        "compiled-ramanujan", 3700, compiled=True, series="ramanujan", patches={**_LEVELS, **FUSED, **KERNELS, **CYCLIC}
    ),
    Workload("compiled-machin", 1900, compiled=True, series="machin", patches={**_TREE_FUSED, **KERNELS}),
    Workload("compiled-bellard-16", 1100, compiled=True, series="bellard", base=16, patches=_TREE_FUSED),
    Workload("compiled-guillera", 1500, compiled=True, series="guillera-820", patches=_TREE_FUSED),
    Workload("compiled-sharp", 1300, compiled=True, series="sharp", patches=_TREE_FUSED),
    Workload("compiled-level2-52", 1900, compiled=True, series="level2-52", patches=_TREE_FUSED),
    Workload("compiled-level2-16", 1500, compiled=True, series="level2-16", patches=_LEVELS_NEWTON),
    Workload("compiled-cold", 3100, compiled=True, cold=True, patches={**_LEVELS, **FUSED}),
    Workload("compiled-threads", 3100, compiled=True, threads=2, patches={**_TREE_FUSED, **HELPED}),
    Workload("compiled-large", 61_000, compiled=True),
    Workload("compiled-stdout", 3100, compiled=True, ending="stdout", patches=_TREE_FUSED),
    Workload("compiled-text", 3100, compiled=True, ending="text", patches=_TREE_FUSED),
    Workload("compiled-ycd", 3100, compiled=True, ending="ycd", patches=_TREE_FUSED),
)
"""On the compiled path; few digits, and limits as low."""


def all_workloads() -> tuple[Workload, ...]:
    """The workloads that this machine can run."""
    return PLAIN + COMPILED if BACKEND.usable() else PLAIN
