"""Digits beside π: one scan over a file, and the arithmetic that compares all of it or finds where it goes wrong.

`scan` counts, hashes and compares published positions in one pass in bounded memory. `by_residues` tests π's
condition on all digits modulo primes, `by_bbp` finds the first wrong digit by bisection, on the binary fraction that
`expansion` makes of the digits. `difference` tells a digit that was substituted from one that is missing or doubled.
Blocks or words go in; facts come out, and which method they belong to is decided above.
"""
