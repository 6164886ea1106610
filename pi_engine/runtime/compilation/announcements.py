"""What is said of compilations, in log records of "pi_engine": before each, and where one was in vain."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.runtime.compilation.object_code import StoredKernel


def announce(kernels: Sequence[StoredKernel], seconds: float) -> None:
    """Say that these will be compiled, and about how long it takes."""
    what = f"the kernel {kernels[0].name}" if len(kernels) == 1 else f"{len(kernels)} kernels"
    logging.getLogger("pi_engine").warning("pi-engine: compiling %s for this machine, once: %s", what, _about(seconds))


def _about(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < 10:
        return f"about {round(seconds)} second{'' if round(seconds) == 1 else 's'}"
    if seconds < 45:
        return f"about {round(seconds / 10) * 10} seconds"
    return "about a minute" if seconds < 90 else f"about {round(seconds / 60)} minutes"


_MOST_NAMED = 3
"""Kernels whose names are said; more are counted, so that the reason is read."""


def warn_of_damage(kernels: Sequence[StoredKernel]) -> None:
    """One log record, whatever their number: of the first it says what is wrong, and of the others how many they are."""
    if not kernels:
        return
    others = f" (and {len(kernels) - 1} more)" if len(kernels) > 1 else ""
    logging.getLogger("pi_engine").warning(
        "pi-engine: a stored kernel is not used, and is compiled again: %s%s", kernels[0].damage, others
    )


def warn_of_not_stored(kernels: Sequence[StoredKernel]) -> None:
    """One log record for each reason."""
    for reason in dict.fromkeys(kernel.not_stored for kernel in kernels):
        names = [kernel.name for kernel in kernels if kernel.not_stored == reason]
        shown = f"{len(names)} kernels" if len(names) > _MOST_NAMED else ", ".join(names)
        logging.getLogger("pi_engine").warning(
            "pi-engine: compiled, but not stored for other processes: %s: %s", shown, reason
        )
