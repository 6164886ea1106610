"""The console script: handles signals from the first moment on, then hands over to `main`."""

import os
import sys

try:
    import signal
except KeyboardInterrupt:  # no more than some milliseconds, but they happen
    os._exit(130)

TYPE_CHECKING = False  # as in `pi_engine`: the first moments import as little as they can
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn


def main() -> "NoReturn":
    """Run the command line of this process."""
    hears_interrupts = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so under nohup or `&`
    if hears_interrupts:  # until all is imported, an interrupt just ends the process
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from pi_engine.cli.main import COMPLETION, Terminated, cli, run

    def terminate(number: int, frame: "FrameType | None") -> "NoReturn":  # noqa: ARG001 (the signature of a handler)
        raise Terminated(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, terminate)
    if sys.stdout is None:  # closed by the caller: `>&-`
        if sys.stderr is not None:
            sys.stderr.write("pi-engine: error: standard output is closed: open it, or send it to /dev/null\n")
        sys.exit(1)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    if COMPLETION in os.environ:
        cli.main(prog_name="pi-engine", complete_var=COMPLETION)
    code = run(sys.argv[1:], hears_interrupts=hears_interrupts)
    if code > 128:
        # A signal. Threads may be inside a long product; nothing of theirs is needed, and all files are closed.
        os._exit(code)
    sys.exit(code)
