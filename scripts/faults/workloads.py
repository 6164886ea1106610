"""What faults are planted in: short computations that go through all of the engine, each with what must come out.

Every one ends as a user's does: with a result in Python, with digits on stdout, or with a file.
"""

from __future__ import annotations

import functools
import gzip
import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import gmpy2

from pi_engine import PiEngineError
from pi_engine.bigint.product import transform_is_usable
from pi_engine.cli.main import run
from pi_engine.digits.ycd_header import header_bytes
from pi_engine.engine import compute
from pi_engine.radix.words import digit_words
from scripts.faults.patches import CONVERSION, FUSED, LEVELS, NEWTON, TREE, patched

if TYPE_CHECKING:
    from collections.abc import Mapping

Ending = Literal["result", "stdout", "text", "gz", "xz", "zst", "ycd"]
Judgement = Literal["caught", "harmless", "late", "wrong", "error"]

_WRONG = 3
"""The exit code of a failed verification."""


class Outcome(NamedTuple):
    """What has come of a fault, and more of it.

    caught: an error of the engine instead of digits. harmless: the right digits. late: wrong digits in a result of `compute` whose
    own residues tell: they were changed after the last check, in what has been handed over. wrong: wrong digits, and nothing tells.
    error: another exception.
    """

    judgement: Judgement
    detail: str


@dataclass(frozen=True)
class Workload:
    """A computation, what it writes, and the constants it runs with."""

    name: str
    digits: int
    fast: bool
    series: str = "chudnovsky"
    base: int = 10
    threads: int = 1
    ending: Ending = "result"
    check: Literal["fast", "none"] = "fast"
    patches: Mapping[str, object] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Compute, and judge."""
        fast = self.fast
        with patched({**self.patches, "pi_engine.plan.fast_path_pays": lambda _digits: fast}):
            try:
                return self._stdout() if self.ending == "stdout" else self._library()
            except PiEngineError as error:
                return Outcome("caught", f"{type(error).__name__}: {error}")
            except Exception as error:  # noqa: BLE001 (what a fault may lead to)
                return Outcome("error", f"{type(error).__name__}: {error}"[:200])

    def _library(self) -> Outcome:
        result = compute(self.digits, base=self.base, series=self.series, threads=self.threads, check=self.check)
        right = text_of_pi(self.digits, self.base)
        if self.ending == "result":
            text = result.text()
            if text == right:
                return _judged(result.hash == _residue(right, self.base, 2**61 - 1), "the hash")
            residues = result.residues or {}
            late = any(_residue(text, self.base, modulus) != value for modulus, value in residues.items())
            return Outcome("late", "") if late else Outcome("wrong", _difference(text, right))
        with tempfile.TemporaryDirectory(dir=_folder()) as folder:
            path = Path(folder, f"pi.{self.ending}")
            result.write(path, format=self.ending)
            return _judged(_content(path.read_bytes(), self.ending) == self._file(), f"the {self.ending} file")

    def _stdout(self) -> Outcome:
        command = ["compute", str(self.digits), "--base", str(self.base), "--series", self.series, "-o", "-"]
        out, err = io.TextIOWrapper(io.BytesIO(), "ascii", errors="replace"), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*command, "--threads", str(self.threads), "--quiet"])
        out.flush()
        if code:
            kind: Judgement = "error" if "Traceback" in err.getvalue() or code == 1 else "caught"
            return Outcome(kind, f"exit code {code}: {err.getvalue()}"[:200])
        found = out.buffer.getvalue().decode("latin-1")
        right = text_of_pi(self.digits, self.base)
        return Outcome("harmless", "") if found == right else Outcome("wrong", _difference(found, right))

    def _file(self) -> bytes:
        text = text_of_pi(self.digits, self.base)
        if self.ending != "ycd":
            return text.encode()
        return header_bytes(self.base, self.digits) + digit_words(text[2:], self.base).tobytes()


def _judged(right: bool, what: str) -> Outcome:  # noqa: FBT001 (what is judged)
    return Outcome("harmless", "") if right else Outcome("wrong", f"{what} is wrong")


def _content(data: bytes, ending: Ending) -> bytes:
    try:
        return gzip.decompress(data) if ending == "gz" else data
    except (OSError, EOFError):
        return b""


def _difference(found: str, right: str) -> str:
    place = next((i for i, (a, b) in enumerate(zip(found, right, strict=False)) if a != b), min(len(found), len(right)))
    return f"from character {place} on, {found[place : place + 10]!r} for {right[place : place + 10]!r}"


def _residue(text: str, base: int, modulus: int) -> int:
    try:
        return int(gmpy2.mpz(text.replace(".", ""), base) % modulus)
    except ValueError:
        return -1


@functools.cache
def text_of_pi(digits: int, base: int) -> str:
    """π by MPFR's own algorithm, an AGM: `3.` and so many digits, truncated."""
    text, _, _ = gmpy2.const_pi(digits * 4 + 256).digits(base)
    return f"3.{text[1 : digits + 1]}".upper()


def _folder() -> str | None:
    """Where files need no disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (a folder of our own is made there)


_TREE, _LEVELS = {**TREE, **CONVERSION}, {**LEVELS, **CONVERSION}
_TREE_FUSED, _LEVELS_NEWTON = {**_TREE, **FUSED}, {**_LEVELS, **NEWTON}
_TERMS = {"pi_engine.splitting.tree._PARALLEL_TERMS": 40, "pi_engine.splitting.tree._SUBTREE_TERMS": 8}

PLAIN = (
    Workload("plain", 3100, fast=False),
    Workload("plain-16", 2600, fast=False, base=16),
    Workload("plain-ramanujan", 3100, fast=False, series="ramanujan"),
    Workload("plain-machin", 1700, fast=False, series="machin"),
    Workload("plain-bellard-16", 1500, fast=False, series="bellard", base=16),
    Workload("plain-guillera", 1900, fast=False, series="guillera-820"),
    Workload("plain-sharp", 1300, fast=False, series="sharp"),
    Workload("plain-level2-52", 2100, fast=False, series="level2-52"),
    Workload("plain-threads", 5100, fast=False, threads=2, patches=_TERMS),
    Workload("plain-stdout", 3100, fast=False, ending="stdout"),
    Workload("plain-stdout-16", 2600, fast=False, base=16, ending="stdout"),
    Workload("plain-text", 3100, fast=False, ending="text"),
    Workload("plain-text-16", 2600, fast=False, base=16, ending="text"),
    Workload("plain-gz", 3100, fast=False, ending="gz"),
    Workload("plain-gz-16", 2600, fast=False, base=16, ending="gz"),
    Workload("plain-ycd", 3100, fast=False, ending="ycd"),
    Workload("plain-ycd-16", 2600, fast=False, base=16, ending="ycd"),
)
"""On gmpy2's path."""

FAST = (
    Workload("fast", 3100, fast=True, patches=_TREE),
    Workload("fast-fused", 4100, fast=True, patches=_TREE_FUSED),
    Workload("fast-fused-16", 2600, fast=True, base=16, patches=_TREE_FUSED),
    Workload("fast-levels", 5300, fast=True, patches=_LEVELS_NEWTON),
    Workload("fast-levels-16", 4600, fast=True, base=16, patches={**_LEVELS, **FUSED}),
    Workload("fast-ramanujan", 3700, fast=True, series="ramanujan", patches={**_LEVELS, **FUSED}),
    Workload("fast-machin", 1900, fast=True, series="machin", patches=_TREE_FUSED),
    Workload("fast-bellard-16", 1500, fast=True, series="bellard", base=16, patches=_TREE_FUSED),
    Workload("fast-guillera", 1900, fast=True, series="guillera-820", patches=_TREE_FUSED),
    Workload("fast-sharp", 1500, fast=True, series="sharp", patches=_TREE_FUSED),
    Workload("fast-level2-52", 3100, fast=True, series="level2-52", patches=_TREE_FUSED),
    Workload("fast-level2-16", 2100, fast=True, series="level2-16", patches=_LEVELS_NEWTON),
    Workload("fast-threads", 3100, fast=True, threads=2, patches=_TREE_FUSED),
    Workload("fast-large", 61_000, fast=True),
    Workload("fast-stdout", 3100, fast=True, ending="stdout", patches=_TREE_FUSED),
    Workload("fast-text", 3100, fast=True, ending="text", patches=_TREE_FUSED),
    Workload("fast-ycd", 3100, fast=True, ending="ycd", patches=_TREE_FUSED),
)
"""On the compiled path; few digits, and limits as low."""


def all_workloads() -> tuple[Workload, ...]:
    """Those that this machine can run."""
    return PLAIN + FAST if transform_is_usable() else PLAIN
