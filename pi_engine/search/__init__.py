"""Finding in a stream of digits: strings, wildcards, dates, runs, palindromes, numbers at their own position, first places of all numbers.

`one_pass` searches for everything in one pass over ASCII digits in pieces of any length: by `string_search` for strings, one by one or,
where there are many, together by `anchor_table`; by `digit_runs`, `palindromes` and `self_locating` for the others. A range of the digits
can be searched by itself; what all ranges hold makes what one pass finds. `first_occurrences` has a pass of its own. `occurrences` is what
a search answers, with what chance would give, by `pattern_chance`. Positions count from 1.
"""
