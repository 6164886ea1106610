"""Digits of π, right and wrong ones, that do not come from this program."""

import random
from functools import cache

import gmpy2

COUNT = 80_000
"""Digits of π that are known here."""

_ERRORS = ["substituted", "transposed", "missing", "doubled", "inserted", "tail", "cut out", "random"]


@cache
def true_digits(base):
    """The first `COUNT` digits of π after the point, by MPFR."""
    bits = COUNT * 4 + 64
    with gmpy2.context(gmpy2.get_context(), precision=bits + 64):
        fraction = gmpy2.mpz(gmpy2.floor(gmpy2.mul_2exp(gmpy2.const_pi() - 3, bits)))
    return (fraction * gmpy2.mpz(base) ** COUNT >> bits).digits(base).zfill(COUNT).upper()


def first_wrong(digits, base):
    """The first position, from 1, where they are not π's; None where they all are."""
    true = true_digits(base)
    if true.startswith(digits):
        return None
    return next(i for i, (a, b) in enumerate(zip(digits, true, strict=False), 1) if a != b)


def some_digits(rng, base, shapes):
    """Right digits, or such with one of the errors that people make, which is added to the shapes."""
    true = true_digits(base)
    low, high = rng.choice([(60, 400), (60, 400), (60, 400), (20, 60), (2, 20), (400, 3000)])
    if rng.randrange(300) == 299:
        low, high = 66_000, 75_000
    digits = true[: rng.randrange(low, high)]
    if rng.randrange(2) == 0:
        return digits
    error = rng.choice(_ERRORS)
    length = len(digits)
    i = rng.choice([rng.randrange(length), rng.randrange(min(length, 6)), length - 1])
    shapes.append(f"{error} at {i + 1}")
    alphabet = "0123456789ABCDEF"[:base]
    match error:
        case "substituted":
            return digits[:i] + rng.choice(alphabet) + digits[i + 1 :]
        case "transposed":
            return digits[:i] + digits[i : i + 2][::-1] + digits[i + 2 :]
        case "missing":
            return digits[:i] + digits[i + 1 :] or digits
        case "doubled":
            return digits[: i + 1] + digits[i:]
        case "inserted":
            return digits[:i] + rng.choice(alphabet) + digits[i:]
        case "tail":
            i = max(0, length - rng.randrange(1, 8))
            return digits[:i] + "".join(rng.choice(alphabet) for _ in range(length - i))
        case "cut out":
            return digits[:i] + digits[i + rng.randrange(2, 60) :] or digits
        case _:
            return "".join(random.Random(rng.randrange(1000)).choices(alphabet, k=length))
