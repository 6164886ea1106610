"""Hexadecimal digits of π at a position without those before it, and 16^n·π modulo primes, by BBP formulas.

`bbp_formulas` has Plouffe's and Bellard's formula. `bbp_sum` sums one of them to a fraction in units of 2^−96 with a
bound of its error. `hex_digits` makes certain digits of it, each evaluation checked against the next. It finds ⌊16^n·π⌋
modulo primes, too, in the same pass. `last_hex_digits` compares the last hexadecimal digits of a binary fraction with
these. Time grows as n·log n, memory does not grow.
"""
