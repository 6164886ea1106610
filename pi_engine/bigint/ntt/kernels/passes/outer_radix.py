"""The first step of the column pass and the last one back, where the number of rows is 2, 3 or 6 times a power of four."""

from pi_engine.bigint.ntt.description.layout import COLUMN_BLOCK, CUBE, ONE_OVER_P, PRIME
from pi_engine.bigint.ntt.kernels.passes.butterflies import join3, split3
from pi_engine.bigint.vectors.load_store import load_double, load_long, load_wide, store_vector
from pi_engine.bigint.vectors.modular import reduce
from pi_engine.bigint.vectors.simd import LONG, broadcast_long, broadcast_wide
from pi_engine.bigint.vectors.widths import WIDE
from pi_engine.runtime.compilation.routine import routine


@routine
def split_outer(x, outer_radix, quantity, constants):
    """Split `outer_radix` (1, 2, 3 or 6) contiguous parts of `quantity` doubles by the roots of x^outer_radix = 1."""
    p = broadcast_wide(load_double(constants, PRIME))
    one_over_p = broadcast_wide(load_double(constants, ONE_OVER_P))
    groups = 1
    if outer_radix % 2 == 0:
        groups = 2
        half = outer_radix // 2 * quantity
        for i in range(0, half, WIDE):
            low, high = load_wide(x, i), load_wide(x, i + half)
            if outer_radix == 2 and quantity == COLUMN_BLOCK:
                # No column pass follows, and rows begin with a lazy one.
                store_vector(x, i, reduce(low + high, one_over_p, p))
                store_vector(x, i + half, reduce(low - high, one_over_p, p))
            else:
                store_vector(x, i, low + high)
                store_vector(x, i + half, low - high)
    if outer_radix % 3 == 0:
        cube = broadcast_wide(load_double(constants, CUBE))
        cube_q = cube * one_over_p
        sign = broadcast_wide(1.0)
        for _group in range(groups):
            for i in range(0, quantity, WIDE):
                # The ring x^3 = −1 is x^3 = 1 with −x for x.
                y0, y1, y2 = split3(
                    reduce(load_wide(x, i), one_over_p, p),
                    reduce(load_wide(x, i + quantity) * sign, one_over_p, p),
                    reduce(load_wide(x, i + 2 * quantity), one_over_p, p),
                    cube, cube_q, p,
                )  # fmt: skip
                store_vector(x, i, y0)
                store_vector(x, i + quantity, y1)
                store_vector(x, i + 2 * quantity, y2)
            x += 24 * quantity
            sign = broadcast_wide(-1.0)


@routine
def split_half_filled(x, quantity, constants):
    """split_outer of six parts. The last three are zero."""
    p = broadcast_long(load_double(constants, PRIME))
    cube = broadcast_long(load_double(constants, CUBE))
    cube_q = cube * broadcast_long(load_double(constants, ONE_OVER_P))
    zero = broadcast_long(0.0)
    for i in range(0, quantity, LONG):
        x0, x1, x2 = load_long(x, i), load_long(x, i + quantity), load_long(x, i + 2 * quantity)
        y0, y1, y2 = split3(x0, x1, x2, cube, cube_q, p)
        store_vector(x, i, y0)
        store_vector(x, i + quantity, y1)
        store_vector(x, i + 2 * quantity, y2)
        y0, y1, y2 = split3(x0, zero - x1, x2, cube, cube_q, p)
        store_vector(x, i + 3 * quantity, y0)
        store_vector(x, i + 4 * quantity, y1)
        store_vector(x, i + 5 * quantity, y2)


@routine
def split_three(x, quantity, constants):
    """split_outer of three parts."""
    p = broadcast_long(load_double(constants, PRIME))
    cube = broadcast_long(load_double(constants, CUBE))
    cube_q = cube * broadcast_long(load_double(constants, ONE_OVER_P))
    for i in range(0, quantity, LONG):
        y0, y1, y2 = split3(
            load_long(x, i), load_long(x, i + quantity), load_long(x, i + 2 * quantity), cube, cube_q, p
        )
        store_vector(x, i, y0)
        store_vector(x, i + quantity, y1)
        store_vector(x, i + 2 * quantity, y2)


@routine
def join_outer(x, outer_radix, quantity, constants):
    """`outer_radix` times the inverse of split_outer, reduced to 1/2."""
    p = broadcast_long(load_double(constants, PRIME))
    one_over_p = broadcast_long(load_double(constants, ONE_OVER_P))
    cube = broadcast_long(load_double(constants, CUBE))
    cube_q = cube * one_over_p
    if outer_radix == 2:
        for i in range(0, quantity, LONG):
            low, high = load_long(x, i), load_long(x, i + quantity)
            store_vector(x, i, reduce(low + high, one_over_p, p))
            store_vector(x, i + quantity, reduce(low - high, one_over_p, p))
    if outer_radix == 3:
        for i in range(0, quantity, LONG):
            x0, x1, x2 = join3(
                load_long(x, i), load_long(x, i + quantity), load_long(x, i + 2 * quantity), cube, cube_q, p
            )
            store_vector(x, i, reduce(x0, one_over_p, p))
            store_vector(x, i + quantity, reduce(x1, one_over_p, p))
            store_vector(x, i + 2 * quantity, reduce(x2, one_over_p, p))
    if outer_radix == 6:
        upper = x + 24 * quantity
        for i in range(0, quantity, LONG):
            x0, x1, x2 = join3(
                load_long(x, i), load_long(x, i + quantity), load_long(x, i + 2 * quantity), cube, cube_q, p
            )
            y0, y1, y2 = join3(
                load_long(upper, i), load_long(upper, i + quantity), load_long(upper, i + 2 * quantity), cube, cube_q, p
            )
            store_vector(x, i, reduce(x0 + y0, one_over_p, p))
            store_vector(upper, i, reduce(x0 - y0, one_over_p, p))
            # The ring x^3 = −1 is x^3 = 1 with −x for x.
            store_vector(x, i + quantity, reduce(x1 - y1, one_over_p, p))
            store_vector(upper, i + quantity, reduce(x1 + y1, one_over_p, p))
            store_vector(x, i + 2 * quantity, reduce(x2 + y2, one_over_p, p))
            store_vector(upper, i + 2 * quantity, reduce(x2 - y2, one_over_p, p))
