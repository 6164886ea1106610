"""Other systems, as far as a process on Linux can pass for one: what they lack is taken away, and what they refuse is refused.

This is no proof that the program runs there; it finds the calls that certainly would not.
"""

import builtins
import contextlib
import ctypes
import errno
import io
import mmap
import os
import select
import signal
import sys
import tempfile
import types
from pathlib import Path

WINDOWS_MODULES = ("fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
WINDOWS_OS = (
    *("chown", "confstr", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "fpathconf", "fstatvfs", "getegid", "geteuid", "getgid"),
    *("getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid", "killpg", "lockf", "mkfifo"),
    *("nice", "openpty", "pathconf", "pipe2", "posix_fadvise", "posix_fallocate", "pread", "preadv", "pwrite", "pwritev", "readv"),
    *("register_at_fork", "sched_getaffinity", "sched_setaffinity", "sendfile", "set_blocking", "setpgid", "setsid", "setuid"),
    *("sync", "sysconf", "tcgetpgrp", "tcsetpgrp", "ttyname", "uname", "wait", "wait3", "wait4", "waitid", "writev"),
    *("WNOHANG", "memfd_create", "getrandom"),
    *("O_ASYNC", "O_CLOEXEC", "O_DIRECT", "O_DIRECTORY", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH", "O_SYNC"),
    "O_TMPFILE",
)  # fmt: skip
WINDOWS_SIGNALS = (
    *("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGXCPU", "ITIMER_REAL", "SIG_BLOCK"),
    *("alarm", "pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigwait"),
)  # fmt: skip
MACOS_OS = (
    *("fdatasync", "getrandom", "getresuid", "memfd_create", "pipe2", "posix_fadvise", "posix_fallocate", "sched_getaffinity"),
    *("sched_setaffinity", "O_DIRECT", "O_NOATIME", "O_PATH", "O_TMPFILE"),
)  # fmt: skip
MACOS_FOLDERS = ("/proc", "/sys", "/dev/shm")


def _take_away(module, names):
    for name in names:
        if hasattr(module, name):
            delattr(module, name)


def _refusing(function, refuses):
    """The function, but for paths that are refused."""

    def call(path, *arguments, **options):
        refuses(path)
        return function(path, *arguments, **options)

    return call


def is_open(path):
    """Whether this process has the file open."""
    place = os.path.realpath(path)
    for number in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            if str(number.readlink()) == place:
                return True
    return False


def _refuse_open_files(path, *_):
    if is_open(path):
        raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used", str(path))


def _refuse_folders(path):
    if not isinstance(path, int) and Path(path).is_dir():
        raise PermissionError(errno.EACCES, "Permission denied", str(path))


def _refuse_linux_folders(path):
    if not isinstance(path, int) and os.fspath(path).startswith(MACOS_FOLDERS):
        raise FileNotFoundError(errno.ENOENT, "No such file or directory", str(path))


def _msvcrt():
    """Locks of a part of a file, by those that Linux has of this kind."""
    import fcntl

    module = types.ModuleType("msvcrt")
    module.LK_NBLCK = 2
    module.locking = lambda descriptor, mode, size: fcntl.lockf(
        descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, size, 0, os.SEEK_CUR
    )
    return module


def become_windows():
    """Call it when all of Python's modules are imported that choose by system; and before the program is."""
    sys.modules["msvcrt"] = _msvcrt()
    for name in WINDOWS_MODULES:
        sys.modules[name] = None
    _take_away(os, WINDOWS_OS)
    _take_away(signal, WINDOWS_SIGNALS)
    _take_away(select, ("poll", "epoll"))
    _take_away(
        mmap,
        ("MAP_PRIVATE", "MAP_ANONYMOUS", "MAP_SHARED", "MADV_HUGEPAGE", "MADV_DONTNEED", "PROT_READ", "PROT_WRITE"),
    )
    os.open = _refusing(os.open, _refuse_folders)
    for name in ("rename", "replace", "unlink", "remove"):
        setattr(os, name, _refusing(getattr(os, name), _refuse_open_files))
    real = ctypes.CDLL

    def library(name, *arguments, **options):
        if name is None:
            raise TypeError("argument of type 'NoneType' is not iterable")
        return real(name, *arguments, **options)

    ctypes.CDLL = library
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile
    sys.platform = "win32"


def become_macos():
    """As `become_windows`."""
    _take_away(os, MACOS_OS)
    import fcntl

    _take_away(fcntl, ("F_SETSIG", "F_SETPIPE_SZ", "F_ADD_SEALS"))
    os.open = _refusing(os.open, _refuse_linux_folders)
    builtins.open = io.open = _refusing(io.open, _refuse_linux_folders)
    tempfile._O_TMPFILE_WORKS = False
    sys.platform = "darwin"
