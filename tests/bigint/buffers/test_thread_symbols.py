"""The system's functions that kernels call while they wait."""

import ctypes
import sys

import pytest

pytest.importorskip("llvmlite")

from pi_engine.bigint.buffers import thread_symbols


def test_they_are_the_systems_or_do_nothing(monkeypatch):
    names = set(thread_symbols.register().values())
    assert names == ({"SwitchToThread", "Sleep"} if sys.platform == "win32" else {"sched_yield", "usleep"})
    name, address = thread_symbols._function("no_such_function", "NoSuchFunction")
    assert name == "none"
    assert ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int32)(address)(5) == 0
    monkeypatch.setattr(thread_symbols.ctypes, "CDLL", lambda _name: object())
    assert thread_symbols._function("sched_yield", "SwitchToThread")[0] == "none"
