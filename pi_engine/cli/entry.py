"""The console script: handles signals from the first moment on, then hands over to `main`."""

import gc
import io
import os
import sys

try:
    import signal
except KeyboardInterrupt:  # no more than some milliseconds, but they happen
    os._exit(130)

TYPE_CHECKING = False  # as in `pi_engine`: the first moments import as little as they can
if TYPE_CHECKING:
    from typing import NoReturn

_OBJECTS_BETWEEN_COLLECTIONS = 20_000
"""Python's 700 have it look for garbage 80 times while modules are imported, which leave none."""


def main() -> "NoReturn":
    """Run the command line of this process."""
    try:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not so under nohup or `&`
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # until all is imported, an interrupt just ends the process
    except KeyboardInterrupt:
        os._exit(130)

    _hold_standard_descriptors()
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy's matrices are not used: its threads would only take memory
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from pi_engine.cli.process.lean_imports import import_gmpy2_leanly, import_numpy_leanly

    import_gmpy2_leanly()
    import_numpy_leanly()
    from pi_engine.cli.main import complete, run
    from pi_engine.cli.parameters.lazy_group import COMPLETION

    if sys.stdout is None:  # closed by the caller: `>&-`
        if sys.stderr is not None:
            sys.stderr.write("pi-engine: error: standard output is closed: open it, or send it to /dev/null\n")
        sys.exit(1)
    _write_whole_pieces()
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if os.environ.get(COMPLETION):
        complete()
    ends = [getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")]
    code = run(sys.argv[1:], signals=[x for x in ends if x is not None and signal.getsignal(x) is signal.SIG_DFL])
    if code > 128:
        # A signal. Threads may be inside a long product; nothing of theirs is needed, and all files are closed.
        os._exit(code)
    # As it shuts down, Python would look through all objects for garbage, several times: a tenth of a short command's time.
    gc.disable()
    gc.freeze()
    sys.exit(code)


def _hold_standard_descriptors() -> None:
    """Where the caller has closed stdin, stdout or stderr, have its number lead nowhere.

    Else the next file gets it, and what a library in C writes to stderr would be in the middle of somebody's digits.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free


def _write_whole_pieces() -> None:
    """Have stdout take all of a piece of text or say that it cannot, also under PYTHONUNBUFFERED.

    There Python writes once, and says nothing where a pipe or a disk has taken a part of it.
    """
    if isinstance(sys.stdout.buffer, io.RawIOBase):
        sys.stdout = open(  # noqa: SIM115 (a descriptor; it stays open to the end)
            sys.stdout.fileno(), "w", encoding=sys.stdout.encoding, closefd=False
        )
