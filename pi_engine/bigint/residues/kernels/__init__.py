"""Residues of limbs by kernels: one pass over a number at memory speed.

Modulo 2^61 − 1 limbs are added in columns, because 2^(64·61) ≡ 1, and weighted at the end. Modulo the random prime
they are weighted sums with Montgomery's reduction, of rows in vectors where the number is long. `mersenne` has the
arithmetic modulo 2^61 − 1 for Python, `modulus_table` describes a random prime to the kernels as one array of words.
The result is reduced, and does not depend on the number of threads.
"""
