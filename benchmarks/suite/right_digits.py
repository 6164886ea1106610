"""What the results of benchmarks are compared with: π at known positions, and residues of large integers."""

from pi_engine.engine.checks.known import compare_with_known, known_digits

HEXADECIMAL = {entry.start: entry.digits for entry in known_digits(16)}
"""Position → the hexadecimal digits of π from there on."""

MODULUS = 2**127 - 1
"""A prime: a wrong product, or a wrong conversion, is right modulo it by chance only."""


def is_pi(text, digits):
    """Whether this is `3.` and so many digits, which are π's at every known position that they reach."""
    found = compare_with_known(text, 10, len("3."))
    return text[:2] == "3." and len(text) == len("3.") + digits and found.compared > 0 and found.differs is None


def is_product(found, a, b):
    """Whether found = a·b, by its length and modulo a prime."""
    bits = a.bit_length() + b.bit_length()
    return bits - 1 <= found.bit_length() <= bits and found % MODULUS == (a % MODULUS) * (b % MODULUS) % MODULUS
