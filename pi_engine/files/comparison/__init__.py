"""Digits beside π: one scan over a file, and the arithmetic that compares all of it or finds where it goes wrong.

`scan` counts, hashes and compares published positions in one pass in bounded memory. `by_residues` tests π's condition
on all digits modulo primes. `by_bbp` finds the first wrong digit by bisection, on the binary fraction that `expansion`
makes of the digits. `difference` finds the first wrong digit, by what follows it at once. If π is known to the end,
`diagnosis` says what has happened in all. `held_digits` searches and counts. `alignment` finds pieces of a file that
are pieces of π elsewhere. `moved_blocks` and `short_blocks` name the result, in `error_words`. Blocks or words go in;
facts come out, and which method they belong to is decided above.
"""
