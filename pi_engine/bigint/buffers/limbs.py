"""Views between mpz and arrays of limbs (uint64, least significant first), at memory speed and without going through bytes.

Three ways, the first that passes its self-test is used:
  abi    the mpz structure (_mp_alloc, _mp_size, _mp_d) is read where it lies inside the Python object: a view, no copy
  xmpz   gmpy2's xmpz gives and takes the address of its limbs (gmpy2 pull request 260): one copy to read, none to write
  bytes  to_bytes and from_bytes, which every build has, at a tenth of the speed
The sign is never part of an array; callers carry it.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import sys
from typing import Any

import gmpy2
import numpy as np
from gmpy2 import mpz, xmpz
from numpy.typing import NDArray

from pi_engine.bigint.buffers.arena import HUGE_PAGE
from pi_engine.bigint.buffers.limb_limit import LIMB_BITS, MAX_LIMBS
from pi_engine.bigint.buffers.shown_memory import ShownMemory
from pi_engine.bigint.buffers.workers import share
from pi_engine.errors import CapacityError

Limbs = NDArray[np.uint64]

_ADVISE_FROM_BYTES = 4 * HUGE_PAGE
"""From here on fresh memory comes from the system page by page, and asking for huge pages first triples the speed of filling it."""

_SHARED_COPY = 1 << 17
"""Limbs of a copy from which another thread is worth its beginning."""


def copy_limbs(target: Limbs, source: Limbs, threads: int) -> None:
    """Fill `target`, as long as `source`, which it does not overlap."""

    def task(_thread: int, first: int, last: int) -> None:
        target[first:last] = source[first:last]

    share(task, len(source), threads if len(source) > _SHARED_COPY else 1)


def limb_count(x: mpz) -> int:
    """Number of limbs of |x|; 0 for 0. 0.1 µs."""
    return int(x.bit_length() + LIMB_BITS - 1) // LIMB_BITS


def limbs_of(x: mpz) -> Limbs:
    """The limbs of |x| as a read-only array that keeps x alive; empty for 0. A view where the self-test allows it, else a copy.

    x must be an mpz: an xmpz may change, and move, under the view.
    """
    if not isinstance(x, mpz):
        raise TypeError(f"limbs_of takes an mpz, not {type(x).__name__}")
    count = limb_count(x)
    if not count:
        return _read_only(np.empty(0, np.uint64))
    route = _route()
    if route == "abi":
        place = ctypes.c_void_p.from_address(id(x) + _POINTER_OFFSET).value or 0
        return np.asarray(ShownMemory(place, count, x, read_only=True))
    if route == "xmpz":
        copy = xmpz(x)
        return np.asarray(ShownMemory(copy.limbs_read(), count, copy, read_only=True))
    return np.frombuffer(abs(x).to_bytes(8 * count, "little"), "<u8")


def limb_address(x: mpz) -> tuple[int, Any]:
    """Where the limbs of |x| lie, and the object to keep alive while they are read; quicker than `limbs_of`. 0 has none."""
    if _route() == "abi":
        return ctypes.c_void_p.from_address(id(x) + _POINTER_OFFSET).value or 0, x
    view = limbs_of(x)
    return view.ctypes.data, view


class LimbBuffer:
    """Memory for a number of `length` limbs, to be written through `array` and then turned into an mpz without a copy.

    Raises CapacityError past GMP's 2^31 − 1 limbs. The content of `array` is undefined until written.
    """

    def __init__(self, length: int) -> None:
        if not 0 <= length <= MAX_LIMBS:
            raise CapacityError(f"a number of {length} limbs is past GMP's limit of {MAX_LIMBS}; compute fewer digits")
        self._shown: ShownMemory | None = None
        self._array: Limbs | None = None
        self._length, self._finished = length, False
        if length == 0 or _route() == "bytes":
            self._array = np.empty(length, np.uint64)
            self.address = self._array.ctypes.data
            return
        number = xmpz(0)
        self.address = number.limbs_write(length)
        if 8 * length >= _ADVISE_FROM_BYTES:
            _advise_huge_pages(self.address, 8 * length)
        self._shown = ShownMemory(self.address, length, number)

    @property
    def array(self) -> Limbs:
        """The memory; whoever writes to `address` needs no array, which takes a microsecond to make."""
        if self._array is None:
            self._array = np.asarray(self._shown)
        return self._array

    def finish(self, length: int | None = None, *, negative: bool = False) -> mpz:
        """The number in the lowest `length` limbs (all by default), leading zeros allowed; once only.

        `array` becomes read-only and stays valid as long as it is referenced. Views taken of it earlier must not be written any more.
        """
        count = self._length if length is None else length
        if not 0 <= count <= self._length:
            raise ValueError(f"{count} limbs of a buffer of {self._length}")
        if self._finished:
            raise ValueError("this buffer has been finished before")
        self._finished = True
        if self._array is not None:
            _read_only(self._array)
        if self._shown is None:
            magnitude = mpz.from_bytes(self.array[:count].tobytes(), "little")
            return -magnitude if negative else magnitude
        number = self._shown.owner
        number.limbs_finish(-count if negative else count)
        result: mpz = number.make_mpz()  # takes the limbs over; `number` is 0 from here on
        self._shown.owner = result
        return result


def mpz_from_limbs(limbs: Limbs, *, negative: bool = False) -> mpz:
    """The number whose limbs these are, leading zeros allowed, of any stride; one copy."""
    if limbs.dtype != np.uint64 or limbs.ndim != 1:
        raise TypeError(f"limbs are one-dimensional uint64, not {limbs.ndim}-dimensional {limbs.dtype}")
    buffer = LimbBuffer(len(limbs))
    buffer.array[:] = limbs
    return buffer.finish(negative=negative)


def _read_only(array: Limbs) -> Limbs:
    array.flags.writeable = False
    return array


# --- Which way works here ---------------------------------------------------------------------------------------------------

_SIZE_OFFSET = object.__basicsize__ + 4
_POINTER_OFFSET = object.__basicsize__ + 8


@functools.cache
def _route() -> str:
    if not _xmpz_works():
        return "bytes"
    return "abi" if _layout_is_known() else "xmpz"


def _xmpz_works() -> bool:
    """Whether xmpz gives limbs of 64 bits in this machine's order, and make_mpz takes them over."""
    try:
        if gmpy2.mp_limbsize() != LIMB_BITS or sys.byteorder != "little":
            return False
        value = 3 + (mpz(5) << 64) + (mpz(7) << 128)
        source = xmpz(value)
        if source.num_limbs() != 3 or list((ctypes.c_uint64 * 3).from_address(source.limbs_read())) != [3, 5, 7]:
            return False
        target = xmpz(0)
        (ctypes.c_uint64 * 4).from_address(target.limbs_write(4))[:] = [3, 5, 7, 0]
        target.limbs_finish(-4)
        return bool(target.make_mpz() == -value)
    except (AttributeError, TypeError, ValueError):
        return False


def _layout_is_known() -> bool:
    """Whether an mpz holds size and address where we think; reads only inside the objects, and follows no address it found."""
    if sys.implementation.name != "cpython" or mpz.__basicsize__ < _POINTER_OFFSET + 8:
        return False
    for value, size in ((mpz(1) << 2000, 32), (-(mpz(1) << 639), -10), (mpz(1), 1), (mpz(-1), -1)):
        number = xmpz(value)
        address = number.limbs_read()
        result: mpz = number.make_mpz()
        found = ctypes.c_void_p.from_address(id(result) + _POINTER_OFFSET).value
        if found != address or ctypes.c_int.from_address(id(result) + _SIZE_OFFSET).value != size:
            return False
    return True


@functools.cache
def _madvise() -> Any:
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError, AttributeError):
        function = ctypes.CDLL(None).madvise
        function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
        return function
    return None


def _advise_huge_pages(address: int, size: int) -> None:
    """Ask for huge pages for the whole ones inside [address, address + size); a request, its failure means nothing."""
    start = -(-address // HUGE_PAGE) * HUGE_PAGE
    end = (address + size) // HUGE_PAGE * HUGE_PAGE
    advise = _madvise()
    if advise is not None and end > start:
        advise(start, end - start, 14)  # MADV_HUGEPAGE
