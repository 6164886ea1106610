"""What not every system has is called in `pi_engine.runtime.system` alone, but where the system has been asked before."""

import re
from pathlib import Path

import pi_engine
from tests.other_systems import WINDOWS_MODULES, WINDOWS_OS, WINDOWS_SIGNALS

PACKAGE = Path(pi_engine.__file__).parent
ASKED_BEFORE = {
    "bigint/buffers/workers.py": {"os.register_at_fork"},
    "bigint/fft/ring_crew.py": {"os.register_at_fork"},
    "bigint/scratch/scratch_file.py": {"import fcntl"},  # for files around the page cache, which Linux alone has
    "cli/process/interrupts.py": {"signal.SIGALRM", "signal.setitimer", "signal.ITIMER_REAL"},
    "cli/process/supervision.py": {
        *("import fcntl", "import termios", "os.O_ASYNC", "os.WNOHANG", "os.fork", "os.set_blocking"),
        *("signal.SIGCHLD", "signal.SIGKILL"),
    },
    "distributed/connection/local_cluster.py": {"signal.SIGKILL", "signal.SIG_BLOCK", "signal.pthread_sigmask"},
    "runtime/compilation/kernel_folder.py": {"os.register_at_fork"},
    "runtime/compilation/routine.py": {"os.register_at_fork"},
    "runtime/limits/address_space.py": {"os.confstr"},
}
"""Module → what it uses of one system, behind a question whether it is there."""


def test_calls_of_one_system_stand_in_one_room():
    calls = re.compile(
        rf"\bos\.(?:{'|'.join(WINDOWS_OS)})\b|\bsignal\.(?:{'|'.join(WINDOWS_SIGNALS)})\b"
        rf"|^ +import (?:{'|'.join(WINDOWS_MODULES)})\b",
        re.MULTILINE,
    )
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        if used := {text.strip() for text in calls.findall(path.read_text(encoding="utf-8"))}:
            found[path.relative_to(PACKAGE).as_posix()] = used
    assert {name: used for name, used in found.items() if not name.startswith("runtime/system/")} == ASKED_BEFORE
    assert "os.preadv" in found["runtime/system/file_calls.py"]


def test_no_module_needs_one_system_to_be_imported():
    modules = re.compile(rf"^(?:import|from) (?:{'|'.join(WINDOWS_MODULES)})\b.*$", re.MULTILINE)
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert {path: found for path, text in texts.items() if (found := modules.findall(text))} == {}
    assert len(texts) > 300
