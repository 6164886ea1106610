"""Small kernels that call what the tests test, as production kernels do."""

import numba
import numpy as np

from pi_engine.bigint.mpn import kernel_integers, mpn_calls
from pi_engine.bigint.ntt.kernels import in_kernel
from pi_engine.bigint.residues.kernels import modulus_table, residue_kernels, row_sums
from pi_engine.bigint.vectors import words
from pi_engine.runtime.compilation import routine
from pi_engine.runtime.compilation.routine import OPTIONS

kernel = numba.njit(**OPTIONS)


@kernel
def product(out, a, b):
    """out[:] = a·b by mpn.mul, a no shorter than b."""
    return mpn_calls.mul(words.address_of(out), words.address_of(a), len(a), words.address_of(b), len(b))


product.kernel_signature = "uint64(uint64[::1], uint64[::1], uint64[::1])"


@kernel
def many_products(out, a, b, repeat):
    """`product` again and again, for the threads to meet."""
    for _ in range(repeat):
        mpn_calls.mul(words.address_of(out), words.address_of(a), len(a), words.address_of(b), len(b))


@kernel
def wide(x, y, c, d):
    """The one-word intrinsics."""
    return words.multiply_wide(x, y), words.multiply_add_wide(x, y, c, d)


@kernel
def dot(x, y):
    """Eight products summed."""
    return words.dot_8(words.address_of(x), words.address_of(y))


@kernel
def residue_in_pieces(limbs, cuts):
    """The residue of a number from the residues of its pieces, as a kernel does that has them in cache one at a time."""
    total = np.uint64(0)
    for i in range(len(cuts) - 1):
        piece = limbs[cuts[i] : cuts[i + 1]]
        residue = residue_kernels.mersenne_residue(words.address_of(piece), len(piece))
        total = residue_kernels.add_mersenne(total, residue_kernels.place_mersenne(residue, cuts[i]))
    return total


@kernel
def prime_residue_by(limbs, table, rows, repeat):
    """A number modulo the prime of a table, in rows or in words, whatever the processor has; what it begins with is 0 and 1."""
    address, constants = words.address_of(limbs), words.address_of(table)
    total = np.uint64(0)
    for _ in range(repeat):
        weight = words.load(constants, modulus_table.TO_64)
        if rows:
            total, _ = residue_kernels.add_blocks_of_rows(np.uint64(0), weight, address, len(limbs), constants)
        else:
            total, _ = residue_kernels.add_blocks_of_words(np.uint64(0), weight, address, len(limbs), constants)
    return total


@kernel
def sums_of_rows(limbs, table, found):
    """The sums of one block of rows."""
    row_sums.add_rows(words.address_of(limbs), len(limbs), words.address_of(table), words.address_of(found))


@kernel
def mersenne_pair(x, y):
    """Sum and product modulo 2^61 − 1."""
    return residue_kernels.add_mersenne(x, y), residue_kernels.multiply_mersenne(x, y)


@kernel
def signed_product(out, a, b):
    """The length of a·b by `kernel_integers.product`."""
    return kernel_integers.product(words.address_of(out), words.address_of(a), len(a), words.address_of(b), len(b))


@kernel
def signed_sum(out, a, a_length, b, b_length):
    """The signed length of a + b by `kernel_integers.signed_sum`."""
    return kernel_integers.signed_sum(
        words.address_of(out), words.address_of(a), a_length, words.address_of(b), b_length
    )


transform_product = routine.kernel("void(int64, int64, int64, int64, int64, int64, int64)")(
    in_kernel.transform_product.py_func
)
