"""How the transform's data lie in memory: places and sizes that kernels and those who call them share.

Nothing here imports Numba: a process whose kernels are stored never needs it.
"""

from pi_engine.bigint.vectors.widths import WIDTH

# Columns transformed at once: two cache lines, wide enough for the memory to stream, narrow enough for all rows of a
# column block to stay in the L2 cache.
COLUMN_BLOCK = 16

# Places in a table of constants of a prime: p's are stored once a prime, CONSTANTS doubles each.
PRIME, ONE_OVER_P, IMAGINARY, CUBE, SCALE, SCALE_OVER_P = range(6)
CONSTANTS = 8

# Places in the last doubles of a table of columns: twiddles of the level of one node, each followed by itself over p, for
# the inverse that multiplies by SCALE as well: t², t²·scale, t·scale, i·t·scale, scale.
FINAL_SQUARE, FINAL_SQUARE_SCALED, FINAL_ROOT, FINAL_TIMES_I, FINAL_SCALE = range(0, 10, 2)
FINAL_DOUBLES = 16

# What the row pass is to do with a row of a and of b; added together.
FORWARD_A, FORWARD_B, MULTIPLY, SQUARE, INVERSE, ADD = 1, 2, 4, 8, 16, 32

# The scratch of `crt_and_carry`, in doubles from its start: sums of X, digits to be packed, a block's bytes.
CRT_NOW, CRT_PACK, CRT_BLOCK = 0, 128, 192
CRT_DOUBLES = 256

# A spill holds the coefficients of that many groups of eight points.
SPILL_GROUPS = 2


# Nodes of four rings x^4 − t that `binomial` multiplies together: their scratch stays in the L1 cache.
PRODUCT_NODES = 8


def row_doubles(table: int) -> int:
    """Doubles of scratch that the row pass needs, with two tables of a given length."""
    return 2 * table + 32 * PRODUCT_NODES


def table_doubles(levels: int) -> int:
    """Doubles in a table of that many radix-4 levels."""
    return sum(6 * max(4**level, WIDTH) for level in range(levels))


def state_doubles(digits: int) -> int:
    """Doubles of a row's state in the last pass: the upper sums of eight X, and the carry."""
    return 8 * (digits + 2)


def finish_doubles(primes: int, rows: int, digits: int) -> int:
    """Doubles of scratch that the last pass needs, its spills not counted."""
    return CRT_DOUBLES + rows * (state_doubles(digits) + primes * COLUMN_BLOCK)
