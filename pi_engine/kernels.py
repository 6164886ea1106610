"""When the compiled path of the engine pays: it is faster, but its kernels must be compiled once, and loaded."""

from __future__ import annotations

import sys

LOADED_DIGITS = 20_000
"""With the kernels in this process."""

STORED_DIGITS = 2_000_000
"""With the kernels in the user's cache: importing Numba and loading them takes about a second."""

COMPILED_DIGITS = 20_000_000
"""With nothing compiled yet: compilation takes about a minute, and so does the plain path at three times as many."""

_MARK = "fast-path-compiled"


def fast_path_pays(digits: int) -> bool:
    """Whether a computation of so many decimal digits is finished sooner on the compiled path, as things stand."""
    if digits < LOADED_DIGITS:
        return False
    if "pi_engine.splitting.fast_tree" in sys.modules:
        return True
    if digits < STORED_DIGITS:
        return False
    from pi_engine.bigint.product import transform_is_usable

    return transform_is_usable() and (digits >= COMPILED_DIGITS or fast_path_is_stored())


def fast_path_is_stored() -> bool:
    """Whether the kernels of the compiled path have been compiled and stored for this machine and these sources."""
    from pi_engine.runtime.kernel_folder import cache_folder

    folder = cache_folder()
    return folder is not None and (folder / _MARK).exists()


def announce_compilation() -> None:
    """Say, as a log message, that the compiled path is about to be compiled, where it is."""
    if "pi_engine.splitting.fast_tree" not in sys.modules and not fast_path_is_stored():
        import logging

        logging.getLogger("pi_engine").warning("pi-engine: compiling for this machine, once: up to a minute")


def mark_fast_path_stored() -> None:
    """Remember that all kernels of the compiled path are in the cache."""
    from pi_engine.runtime.kernel_folder import cache_folder

    folder = cache_folder()
    if folder is not None:
        try:
            (folder / _MARK).touch()
        except OSError:
            return
