"""The Mersenne prime M = 2^61 − 1, the modulus of hashes and the first of the two moduli of checks."""

BITS = 61
M61 = 2**BITS - 1
