"""What a process may use, by what the system says, and where it says nothing."""

import ctypes
import os
import sys
import types

import pytest

from pi_engine.runtime.system import process_facts


@pytest.fixture
def windows(monkeypatch):
    """Without what Windows lacks; a function that has its libraries answer."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "resource", None)
    for name in ("sysconf", "sched_getaffinity", "geteuid", "fork"):
        monkeypatch.delattr(os, name, raising=False)

    def answer(**functions):
        monkeypatch.setattr(
            ctypes, "windll", types.SimpleNamespace(kernel32=types.SimpleNamespace(**functions)), raising=False
        )

    return answer


def test_this_system_says_all():
    assert process_facts.physical_memory() > 1 << 28
    assert 0 < process_facts.peak_resident_size() < process_facts.physical_memory()
    assert 1 <= process_facts.usable_processors() <= (os.cpu_count() or 1)
    assert process_facts.page_size() & (process_facts.page_size() - 1) == 0
    assert process_facts.soft_limit("RLIMIT_NOFILE") is None or process_facts.soft_limit("RLIMIT_NOFILE") > 2
    assert process_facts.soft_limit("RLIMIT_OF_ANOTHER_SYSTEM") is None


def test_windows_is_asked_for_its_memory(windows):
    def status(place):
        filled = (ctypes.c_uint64 * 8).from_address(ctypes.addressof(place._obj))
        assert place._obj.length == ctypes.sizeof(place._obj) == 64
        filled[1] = 24 << 30
        return 1

    def counters(process, place, length):
        assert process == -1 and length == place._obj.length == ctypes.sizeof(place._obj) == 72
        (ctypes.c_uint64 * 9).from_address(ctypes.addressof(place._obj))[1] = 77 << 20
        return 1

    windows(
        GlobalMemoryStatusEx=status,
        K32GetProcessMemoryInfo=_Function(counters),
        GetCurrentProcess=_Function(lambda: -1),
    )
    assert process_facts.physical_memory() == 24 << 30
    assert process_facts.peak_resident_size() == 77 << 20


class _Function:
    """A function of a library, which takes notes of its types."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *arguments):
        return self.function(*arguments)


@pytest.mark.parametrize("functions", [None, {}, {"GlobalMemoryStatusEx": lambda _: 0}])
def test_where_nobody_says_the_memory_is_assumed(windows, functions):
    if functions is not None:
        windows(**functions)
    assert process_facts.physical_memory() == 4 << 30
    assert process_facts.peak_resident_size() == 0


def test_windows_has_no_limits_no_owners_and_no_fork(windows):
    assert process_facts.soft_limit("RLIMIT_AS") is None
    assert process_facts.user_number() is None
    assert not process_facts.can_fork()
    assert process_facts.usable_processors() == (os.cpu_count() or 1)


def test_a_system_that_does_not_know_the_name_of_its_memory(monkeypatch):
    monkeypatch.setattr(os, "sysconf", lambda name: (_ for _ in ()).throw(ValueError(name)))
    assert process_facts.physical_memory() == 4 << 30
    monkeypatch.setattr(os, "sysconf", lambda name: -1)
    assert process_facts.physical_memory() == 4 << 30
