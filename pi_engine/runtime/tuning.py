"""Crossover sizes: where one way of computing becomes faster than another, measured on this machine or assumed.

`pi-engine tune` measures and stores them, one small JSON file a machine in the user's configuration folder. What was measured on
another CPU, with other threads or other versions is ignored, not deleted: homes are shared between machines. A file that `tune` cannot
have written is not used either, and that is said: one that others may have written (`trusted_files`), that is damaged, or whose
sizes are beyond those that are measured. Nothing here imports Numba.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import logging
import math
import os
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import platformdirs

from pi_engine.runtime.storage.trusted_files import (
    UntrustedError,
    make_trusted,
    read_trusted,
    require_trusted,
    write_trusted,
)
from pi_engine.runtime.thread_count import available_threads
from pi_engine.runtime.versions import processor_name

SCHEMA = 3
PACKAGES = ("pi-engine", "gmpy2", "numba", "llvmlite", "numpy")

RANGES: Mapping[str, tuple[int, int]] = {
    "multiply": (10_000, 1_000_000),
    "square": (10_000, 1_000_000),
    "product": (500_000, 10_000_000),
    "shared_product": (500_000, 10_000_000),
    "ring": (300_000, 9_000_000),
    "reciprocal": (10_000, 500_000),
    "inverse_root": (10_000, 500_000),
    "divide": (30_000, 2_000_000),
    "root": (30_000, 2_000_000),
    "subtree": (2_000, 100_000),
    "lanes": (2_000, 200_000),
    "merge": (500_000, 8_000_000),
    "fused": (20_000, 1_000_000),
    "convert": (30_000, 1_000_000),
    "to_text": (30_000, 2_000_000),
    "from_text": (30_000, 2_000_000),
}
"""Bits between which each crossover is looked for. A stored one beyond them has not been measured, and is not used."""

_MOST_BYTES = 1 << 14


@dataclasses.dataclass(frozen=True, slots=True)
class Thresholds:
    """Sizes in bits at which to change over; None if not measured: the default then stands in the module that asks for it.

    The defaults were measured on 2 cores of AMD Zen 3, AVX2, GMP 6.3 of the gmpy2 wheel. Only `shared_product` counts for several threads.

    Attributes:
        multiply: of the smaller operand: GMP below, the engine's transforms above, one call from Python.
        square: the same for squares, where GMP is quicker.
        product: of a product: by the complex transform below, by the number-theoretic one above.
        shared_product: the same where all threads share the number-theoretic one.
        ring: of a ring, modulo 2^bits ± 1: the same for products in it.
        reciprocal, inverse_root: of the result: by GMP below, from there by a step of Newton's iteration.
        divide, root: of quotient and divisor, or of the root: by GMP below, by Newton's iteration above.
        subtree, lanes: of Q at the root of a subtree, this to twice as many, where subtrees are built one by one or eight side by
            side: larger nodes are merges by the complex transform.
        merge: of the longest product of a merge of (P, Q, T): complex transform below, number-theoretic one above.
        fused: of the fraction: √r·Q/T by GMP's root and quotient below, in one by the engine's products above.
        convert: of the fraction that becomes digits: GMP below, the tree of `radix` above.
        to_text, from_text: of an integer: the same for its text, and back.
    """

    multiply: int = 40_000
    square: int = 45_000
    product: int | None = None
    shared_product: int | None = None
    ring: int | None = None
    reciprocal: int | None = None
    inverse_root: int | None = None
    divide: int | None = None
    root: int | None = None
    subtree: int | None = None
    lanes: int | None = None
    merge: int | None = None
    fused: int | None = None
    convert: int | None = None
    to_text: int | None = None
    from_text: int | None = None

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            if type(value) is not int or not 64 <= value < 2**40:
                raise ValueError(f"threshold {field.name} must be a number of bits between 64 and 2^40, not {value!r}")


@functools.cache
def machine() -> dict[str, Any]:
    """What crossovers depend on besides versions: the CPU's name and how many of its cores this process may use."""
    overrides = {key: os.environ[key] for key in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES") if key in os.environ}
    return {"cpu": processor_name(), "count": available_threads(), **overrides}


@functools.cache
def versions() -> dict[str, str]:
    """The versions of what is timed; a package that is not installed is absent."""
    import importlib.metadata  # slow, and only a stored file is compared with versions

    found = {}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package] = importlib.metadata.version(package)
    return found


def tuning_file() -> Path:
    """This machine's file, whether it exists or not."""
    key = hashlib.sha256(json.dumps(machine(), sort_keys=True).encode()).hexdigest()[:12]
    return Path(platformdirs.user_config_dir("pi-engine", appauthor=False)) / f"tuning-{key}.json"


def load(path: Path | None = None) -> Thresholds:
    """The measured thresholds if they are of this machine and these versions, else the defaults. Never raises."""
    found = stored(path)
    return Thresholds() if found is None else found


def stored(path: Path | None = None) -> Thresholds | None:
    """The measured thresholds, or None if there are none, if they are stale, or if the file must not be used, which a log record says."""
    place = path or tuning_file()
    try:
        place.lstat()  # where nothing is stored, nothing is said of the folder
        require_trusted(place.parent)
        return _thresholds(json.loads(read_trusted(place, _MOST_BYTES)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UntrustedError as error:
        reason = str(error)
    except OSError as error:
        reason = f"{place} cannot be read: {error.strerror or error}"
    except (ValueError, TypeError, KeyError, RecursionError):
        reason = f"{place} is damaged"
    logging.getLogger("pi_engine").warning(
        "pi-engine: the crossovers that 'pi-engine tune' has stored are not used: %s; run 'pi-engine tune' again",
        reason,
    )
    return None


def _thresholds(record: Any) -> Thresholds | None:
    """The thresholds of a record that `save` has written, or None where it is of another machine or other versions."""
    if (record["schema"], record["machine"], record["versions"]) != (SCHEMA, machine(), versions()):
        return None
    found = Thresholds(**record["thresholds"])
    for name, (least, most) in RANGES.items():
        bits = getattr(found, name)
        if bits is not None and not least <= bits <= most:
            raise ValueError("a crossover that cannot have been measured")
    return found


def save(thresholds: Thresholds, path: Path | None = None) -> Path:
    """Store them for this machine, atomically; returns the file.

    Raises:
        OSError: the folder cannot be written.
        UntrustedError: others can write to it.
    """
    target = path or tuning_file()
    record = {
        "schema": SCHEMA,
        "machine": machine(),
        "versions": versions(),
        "measured": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "thresholds": dataclasses.asdict(thresholds),
    }
    make_trusted(target.parent)
    write_trusted(target, f"{json.dumps(record, indent=2)}\n".encode(), durable=True)
    return target


def remove(path: Path | None = None) -> int | None:
    """Remove this machine's file; returns its bytes, None if there is none. Raises OSError where that is refused."""
    target = path or tuning_file()
    try:
        size = target.stat().st_size
    except FileNotFoundError:
        return None
    target.unlink()
    return size


# A case is what is timed at one size: two callables that do the same work, the first the better one for small sizes.
Case = tuple[Callable[[], object], Callable[[], object]]


def measure(
    cases: Mapping[str, Callable[[int], Case]], progress: Callable[[int, int], None] | None = None
) -> Thresholds:
    """Thresholds by measurement within `RANGES`: a case for each name. What is not named keeps its default.

    progress: called with how many have been measured, and of how many.
    """
    found: dict[str, int] = {}
    for name, case in cases.items():
        found[name] = crossover(case, *RANGES[name])
        if progress is not None:
            progress(len(found), len(cases))
    return Thresholds(**found)


_PRECISION = 0.05
"""Of a crossover, relative."""

_SECONDS = 0.05
"""About what a comparison takes on either side."""


def crossover(case: Callable[[int], Case], lowest: int, highest: int) -> int:
    """The size in bits from which the second callable of `case(size)` is the faster one, within a twentieth.

    Returns `lowest` where it is faster already there, and `highest` where it is not even there. Bisection on a logarithmic scale.
    Where two candidates lie close together the result is only as sharp as the noise, and then it matters as little.
    """
    if not 0 < lowest < highest:
        raise ValueError(f"no sizes between {lowest} and {highest}")
    if _ratio(case(highest)) >= 1.0:
        return highest
    if _ratio(case(lowest)) < 1.0:
        return lowest
    low, high = math.log(lowest), math.log(highest)
    while high - low > _PRECISION:
        middle = (low + high) / 2
        if _ratio(case(round(math.exp(middle)))) < 1.0:
            high = middle
        else:
            low = middle
    return round(math.exp((low + high) / 2))


def _ratio(case: Case) -> float:
    """Time of the second callable over that of the first: the median of pairs run in turn, so that a busy moment meets both."""
    repeats = []
    for function in case:
        function()  # compilation, page faults, tables
        repeats.append(max(1, round(_SECONDS / 7 / max(_time(function, 1), 1e-9))))
    ratios = []
    for _ in range(7):
        first, second = (_time(function, repeat) / repeat for function, repeat in zip(case, repeats, strict=True))
        ratios.append(second / max(first, 1e-12))
    return statistics.median(ratios)


def _time(function: Callable[[], object], repeat: int) -> float:
    start = time.perf_counter()
    for _ in range(repeat):
        function()
    return time.perf_counter() - start
