"""Versions of what computes, and the machine: what a bug report needs."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

__version__ = "0.1.0"
"""Of this package, and read by its build: the metadata of the installed one take 15 ms or more to look up, too long for a start."""

_METADATA = ".dist-info"
_DISTRIBUTIONS = ("numpy", "numba", "llvmlite", "click", "rich", "platformdirs")


def arithmetic_versions(*, kernels: bool = False) -> dict[str, str]:
    """This package, Python, gmpy2 and the GMP it was built with; with `kernels` what compiles and loads those, too."""
    import platform

    import gmpy2

    versions = {
        "pi_engine": __version__,
        "python": platform.python_version(),
        "gmpy2": gmpy2.version(),
        "gmp": gmpy2.mp_version().removeprefix("GMP "),
    }
    if kernels:
        from importlib.metadata import version

        versions.update({name: version(name) for name in ("numpy", "numba", "llvmlite")})
    return versions


def installed_versions() -> dict[str, str]:
    """The above and the other packages this one depends on, "missing" for those that are not installed."""
    from importlib.metadata import PackageNotFoundError, version

    import gmpy2

    versions = {**arithmetic_versions(), "mpfr": gmpy2.mpfr_version().removeprefix("MPFR ")}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "missing"
    return versions


def installed_version(name: str) -> str:
    """The version of an installed package: `version_by_folder`, or what `importlib.metadata` says, which takes 20 ms to import.

    Raises:
        importlib.metadata.PackageNotFoundError: it is not installed.
    """
    found = version_by_folder(name)
    if found is not None:
        return found
    from importlib.metadata import version

    return version(name)


def version_by_folder(name: str) -> str | None:
    """The version of an installed package, as the folder of its metadata beside it is named; None if there is none, or several."""
    for place in sys.path:
        with contextlib.suppress(OSError):
            found = [x for x in os.listdir(place or ".") if x.startswith(f"{name}-") and x.endswith(_METADATA)]  # noqa: PTH208 (names)
            if found:
                return found[0].removesuffix(_METADATA).removeprefix(f"{name}-") if len(found) == 1 else None
    return None


def processor_name() -> str:
    """The processor as the system names it."""
    with contextlib.suppress(OSError):  # Linux leaves platform.processor() empty or vague
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    import platform

    return platform.processor() or platform.machine()


def processor_count() -> int:
    """Logical processors of the machine."""
    return os.cpu_count() or 1
