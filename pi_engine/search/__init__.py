"""Finding in a stream of digits: strings, wildcards, dates, runs, palindromes, numbers at their own position, first places of all numbers.

`one_pass` searches for everything in one pass over ASCII digits in pieces of any length. `string_search` finds strings,
one by one or, if there are many, together by `anchor_table`. `digit_runs`, `palindromes` and `self_locating` find the
others. A range of the digits can be searched by itself, and the results of all ranges together are those of one pass.
`first_occurrences` has a pass of its own. `occurrences` is what a search answers, with what chance would give, by
`pattern_chance`. Positions count from 1.
"""
