"""Products of mpz: GMP's below a measured size, the engine's transform above, once its kernels are there (`kernel_set`).

All large products of the program go through `multiply`, which refuses what GMP cannot hold and what memory cannot, and
checks the residues of what the transform has computed.
"""

from __future__ import annotations

import functools
import os
import sys
from typing import TYPE_CHECKING

from pi_engine.bigint.buffers.limb_limit import MAX_LIMBS
from pi_engine.errors import CapacityError
from pi_engine.runtime.compilation.kernel_set import KernelSet
from pi_engine.runtime.integers import as_mpz
from pi_engine.runtime.thread_count import available_threads, thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from gmpy2 import mpz

    from pi_engine.runtime.tuning import Thresholds

TRANSFORM = KernelSet(
    "pi_engine.bigint.fft.fourier_kernels:FOURIER_KERNELS",
    "pi_engine.bigint.ntt.transform_kernels:TRANSFORM_KERNELS",
    "pi_engine.bigint.residues.stored_residues:RESIDUE_KERNELS",
)

_ASK_FROM_BYTES = 256 << 20
"""Workspace from which the memory limit is looked up before it is taken: a tenth of a millisecond."""


def multiply(a: SupportsIndex, b: SupportsIndex, *, threads: SupportsIndex | None = None, check: bool = True) -> mpz:
    """a·b, exact, for integers of any size and sign. The same object twice is squared, at two thirds of the cost.

    Args:
        a: one factor: int, mpz or a numpy integer. An integer of another type is copied to an mpz first, in linear time.
        b: the other factor.
        threads: how many to use, by default all that this process may.
        check: whether to compare residues modulo two primes if the transform was used. The switch is for tests.

    Raises:
        TypeError: a factor, or the number of threads, is not an integer.
        UsageError: the number of threads is less than 1, or more than 1024.
        CapacityError: the product would have more than GMP's 2^31 − 1 limbs, or its workspace would need more memory than
            this process may use. Nothing has been allocated.
        MemoryError: the system refuses memory all the same.
        VerificationError: the residue of the product is not the product of the factors' residues.

    Without compiled kernels GMP multiplies, until that takes longer than to load them: `pi_engine.prepare` has them there at once.
    """
    if threads is not None:
        threads = thread_count(threads)
    factor = as_mpz(a, "multiply")
    a, b = factor, factor if b is a else as_mpz(b, "multiply")
    x, y = a.bit_length(), b.bit_length()
    limits = thresholds()
    if min(x, y) < (limits.square if a is b else limits.multiply) or not transform_pays(gmp_seconds(x, y)):
        _require_limbs(a, b)
        return a * b
    _require_limbs(a, b)
    return _multiply_by_transform(a, b, available_threads() if threads is None else threads, check=check)


def release_memory() -> None:
    """Give back the memory that large products and conversions keep for the next ones, which are slower then.

    For a process that goes on with other things: tables of transforms and workspace may have some times the size of the largest number.
    Calls of other threads that are under way keep what they use.
    """
    if "pi_engine.bigint.limb_products" in sys.modules:  # nothing is kept before that is imported
        from pi_engine.bigint.limb_products import release_kept

        release_kept()


def _require_limbs(a: mpz, b: mpz) -> None:
    if (a.bit_length() + 63) // 64 + (b.bit_length() + 63) // 64 > MAX_LIMBS:
        raise CapacityError("a product would have more than 2^31 − 1 limbs, GMP's limit: take smaller numbers")


def _multiply_by_transform(a: mpz, b: mpz, threads: int, *, check: bool) -> mpz:
    from pi_engine.bigint.buffers.limbs import LimbBuffer, limbs_of
    from pi_engine.bigint.limb_products import multiply_limbs
    from pi_engine.bigint.residues.limb_residues import check_product

    x = limbs_of(a)
    y = x if a is b else limbs_of(b)
    low_memory = _needs_low_memory(len(x), len(y), threads)
    buffer = LimbBuffer(len(x) + len(y))
    multiply_limbs(x, y, threads, low_memory=low_memory, out=buffer.array)
    product = buffer.finish(negative=(a < 0) != (b < 0))
    if check:
        check_product(a, b, product, threads)
    return product


def _needs_low_memory(x: int, y: int, threads: int) -> bool:
    """Whether the workspace for x by y limbs fits only if the primes are taken one after another.

    Raises:
        CapacityError: not even then.
    """
    from pi_engine.bigint.limb_products import product_workspace

    result = 8 * (x + y)
    need = product_workspace(x, y, threads) + result
    if need < _ASK_FROM_BYTES:
        return False
    from pi_engine.bigint.buffers.workspace import pool
    from pi_engine.runtime.limits.memory import allocated_memory, format_bytes, memory_limit

    free = memory_limit() - allocated_memory() + pool.held()
    if need <= free:
        return False
    least = product_workspace(x, y, threads, low_memory=True) + result
    if least <= free:
        return True
    raise CapacityError(
        f"not enough memory: a product of {64 * x:_} by {64 * y:_} bits needs {format_bytes(least)} more, and "
        f"{format_bytes(max(free, 0))} may be used; take fewer digits or threads, or give more memory"
    )


@functools.cache
def thresholds() -> Thresholds:
    """Where the transform takes over: as measured by `pi-engine tune`, or the defaults."""
    from pi_engine.runtime.tuning import load

    return load()


@functools.cache
def transform_is_usable() -> bool:
    """Whether LLVM is there, and the processor has fused multiply-add; without it the transform is exact, but slower than GMP.

    LLVM is not asked where `ulimit -v` leaves too little for the kernels: it would take what GMP needs then.

    PI_ENGINE_TRANSFORM=1 or 0 overrules: for tests, and for a machine that is not what it says.
    """
    choice = os.environ.get("PI_ENGINE_TRANSFORM")
    if choice in ("0", "1"):
        return choice == "1"
    from pi_engine.runtime.limits.address_space import libraries_size, require_address_space

    try:
        require_address_space(libraries_size(kernels=True, compiler=False))
        from pi_engine.runtime.compilation.kernel_folder import has_fma
    except CapacityError:
        return False
    except (ImportError, OSError):  # LLVM is missing, or `ulimit -v` leaves no address space for it
        return False
    return has_fma()


def gmp_seconds(x: int, y: int) -> float:
    """About how long GMP takes for x by y bits: on Zen 4, 3.2 ms for 10^6 by 10^6, 51 ms for 10^7 by 10^7, 0.66 s for 10^8."""
    return float(5e-9 * max(x, y) * (min(x, y) / 1e7) ** 0.13)


def transform_pays(seconds: float) -> bool:
    """Whether to use the transform for what GMP takes so long for. If so, its kernels are loaded or compiled now."""
    return transform_is_usable() and TRANSFORM.pays_for_another(seconds)
