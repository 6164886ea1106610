"""The inner sum of a BBP formula as a kernel: modular powers of two in vectors of doubles.

Terms ±2^e/m modulo 1 go in as an exponent, a step and a linear m. Their sum comes out in two digits of 48 bits. If
asked for, the sum of the integer parts modulo primes comes with it. `bbp_kernel` derives the bounds: every term is off
by at most 9/16 units of 2^−96. `bbp_layout` describes its scratch for callers that need no Numba.
"""
