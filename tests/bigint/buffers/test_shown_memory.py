"""Arrays at addresses: they show that memory, keep its owner, and begin where kernels want them to."""

import ctypes
import weakref

import numpy as np
import pytest

from pi_engine.bigint.buffers.shown_memory import LINE, ShownMemory, aligned_zeros


class Owner:
    """What a weak reference can watch."""


@pytest.mark.parametrize(("kind", "dtype"), [("<u8", np.uint64), ("<f8", np.float64)])
def test_an_array_shows_the_memory_and_keeps_its_owner(kind, dtype):
    memory, owner = np.arange(1, 9, dtype=dtype), Owner()
    left = weakref.ref(owner)
    shown = np.asarray(ShownMemory(memory.ctypes.data + 16, 5, owner, kind=kind))
    part = shown[2:]
    del owner, shown
    assert left() is not None
    part[0] = 77
    assert memory.tolist() == [1, 2, 3, 4, 77, 6, 7, 8] and part.tolist() == [77, 6, 7]
    del part
    assert left() is None


def test_what_must_not_change_is_read_only():
    memory = (ctypes.c_uint64 * 3)(5, 6, 7)
    shown = np.asarray(ShownMemory(ctypes.addressof(memory), 3, memory, read_only=True))
    with pytest.raises(ValueError, match="read-only"):
        shown[0] = 1
    assert shown.tolist() == [5, 6, 7]


@pytest.mark.parametrize("dtype", [np.float64, np.int64])
def test_zeros_begin_on_a_cache_line(dtype):
    kept = []
    for shape in ((1,), (7,), (3, 5), (4, 4, 9)) * 5:
        found = aligned_zeros(shape, dtype)
        kept.append(found)
        assert found.shape == shape and found.dtype == dtype and found.flags.c_contiguous
        assert found.ctypes.data % LINE == 0 and not found.any()
