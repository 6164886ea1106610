"""The eight primes of the transform and their roots of unity.

Each prime is below 0.65·2^50, which the bounds of `modular` need, and is 1 modulo 105·2^30, so that transforms of 2^k,
3·2^k, 5·2^k and 7·2^k points exist for k up to 30: enough for products of 2^37 bits. They are the eight largest such
primes.
"""

from functools import cache

# Every x·w stays exact in `modular.mulmod` only below this.
PRIME_LIMIT = int(0.65 * 2**50)

# (prime, its least primitive root), largest first.
PRIMES_AND_GENERATORS = (
    (730912165724161, 34),
    (728319079219201, 11),
    (728093593436161, 11),
    (727304393195521, 17),
    (725725992714241, 22),
    (724373078016001, 13),
    (723471134883841, 13),
    (723245649100801, 11),
)
PRIMES = tuple(prime for prime, _ in PRIMES_AND_GENERATORS)


@cache
def root_of_unity(index: int, order: int) -> int:
    """A root of unity of exact order `order` modulo PRIMES[index].

    root(order)^d = root(order / d) for every divisor d.
    """
    prime, generator = PRIMES_AND_GENERATORS[index]
    if (prime - 1) % order:
        raise ValueError(f"no root of order {order} modulo {prime}: the order must divide 105·2^30")
    return pow(generator, (prime - 1) // order, prime)


def balanced(value: int, prime: int) -> int:
    """The representative of value modulo prime in [-prime/2, prime/2]."""
    value %= prime
    return value - prime if 2 * value > prime else value
