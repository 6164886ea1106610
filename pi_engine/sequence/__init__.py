"""Digits as a sequence: of a file of any format, read at any place, or of π, computed now or taken from the store of digits.

`digit_sequence` is what users have, and `opening` what it is made of. `digit_store` keeps computed digits for the next command. `slices`
gives digits as arrays, and `questions` asks where patterns stand and whether the digits look like random ones. The room access reads them.
`cluster_questions` has the workers of a cluster answer: `range_tasks` is what each of them does, and `shared_digits` what it needs to read
the same digits.
"""
