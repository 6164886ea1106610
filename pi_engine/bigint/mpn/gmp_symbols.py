"""GMP's low-level functions as symbols that machine code can be linked to, also machine code out of a cache.

The extension module of gmpy2 is linked to libgmp, so the dynamic linker finds `__gmpn_mul` and its kin through it. Their addresses
differ in every process and must not be baked into machine code that is cached. So each is registered with LLVM under a name of
ours, cached machine code refers to the name, and the name is resolved when the code is loaded. Where libgmp cannot be
reached, or fails its self-test, `mpn_portable` stands under the same names: kernels are the same, exact, and slow from some
thirty limbs on. Imports no Numba while GMP is there.
"""

from __future__ import annotations

import ctypes
import functools
from pathlib import Path
from typing import TYPE_CHECKING

import gmpy2
import llvmlite.binding

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("mul", "sqr", "mul_1", "submul_1", "add_n", "sub_n", "cmp")
PREFIX = "pi_engine_mpn_"


def symbol(name: str) -> str:
    """The name under which machine code knows GMP's function `name`."""
    return PREFIX + name


def _libraries() -> Iterator[ctypes.CDLL]:
    """Libgmp as gmpy2 reaches it: through the extension module, or (Windows) as a file that the wheel brings along."""
    module = getattr(gmpy2, "gmpy2", gmpy2).__file__
    if module is None:
        return
    home = Path(module).resolve().parent
    bundled = [
        p for folder in (home.parent / "gmpy2.libs", home / ".dylibs", home) for p in sorted(folder.glob("*gmp-*"))
    ]
    for path in [Path(module), *bundled]:
        try:
            yield ctypes.CDLL(str(path))
        except OSError:
            continue


def _addresses(library: ctypes.CDLL) -> dict[str, int] | None:
    """The functions' addresses, or None where one is missing or fails its self-test."""
    found = {}
    for name in NAMES:
        function = getattr(library, f"__gmpn_{name}", None)
        address = None if function is None else ctypes.cast(function, ctypes.c_void_p).value
        if address is None:
            return None
        found[name] = address
    return found if _allocates_without_python(library) and _multiplies(library) else None


def _allocates_without_python(library: ctypes.CDLL) -> bool:
    """Whether GMP takes its scratch from malloc: an allocator of Python's would need the GIL, which a kernel does not hold."""
    try:
        usual = ctypes.cast(getattr(library, "__gmp_default_allocate"), ctypes.c_void_p).value
        used = [ctypes.c_void_p() for _ in range(3)]
        getattr(library, "__gmp_get_memory_functions")(*map(ctypes.byref, used))
    except AttributeError:
        return False
    return usual is not None and used[0].value == usual


def _multiplies(library: ctypes.CDLL) -> bool:
    """Whether limbs have 64 bits and the arguments stand where we think: one product, large enough for GMP to need scratch."""
    a, b = (1 << (64 * 300)) - 1, (1 << (64 * 200)) - 5
    left, right, product = (ctypes.c_uint64 * 300)(), (ctypes.c_uint64 * 200)(), (ctypes.c_uint64 * 501)()
    left[:] = [a >> (64 * i) & (2**64 - 1) for i in range(300)]
    right[:] = [b >> (64 * i) & (2**64 - 1) for i in range(200)]
    product[500] = 77
    multiply = getattr(library, "__gmpn_mul")
    multiply.restype = ctypes.c_uint64
    multiply.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_int64]
    high = multiply(product, left, 300, right, 200)
    expected = a * b
    return (
        high == expected >> (64 * 499)
        and product[500] == 77
        and bytes(product)[:4000] == expected.to_bytes(4000, "little")
    )


@functools.cache
def register() -> str:
    """Put a function under each name, once in a process; returns where they come from."""
    source, addresses = "gmp", next((found for found in map(_addresses, _libraries()) if found), None)
    if addresses is None:
        from pi_engine.bigint.mpn import mpn_portable

        source, addresses = "portable", mpn_portable.addresses()
    for name, address in addresses.items():
        llvmlite.binding.add_symbol(symbol(name), address)
    return source
