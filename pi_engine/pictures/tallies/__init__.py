"""What pictures are drawn of: digits of a range, what was counted of them, and what random digits would give.

`digit_range` reads digits as numbers, once, and words where they are from. `digit_tallies` counts in one pass, in memory that does not
depend on how many digits there are. `random_digits` has the laws that the counts are compared with, each with its derivation.
"""
