"""Counting digits in one pass, and what the counts say: tests of randomness, entropy, a maximum-entropy model of the next digit.

`summary` takes digits in pieces and gives all of it. `digit_counter` counts, by the loops of `count_kernels` or of
`plain_counts`, and hands over `tallies`. Those of all digits can also be made of the counts of ranges. Each test has
its law in its module, with its source or derivation: `equal_frequencies`, `spacings` (poker, gaps, runs), `collisions`,
`maximum_entropy`. `entropies` has the expected deficits. `significance` turns statistics into probabilities, and
corrects them for their number.
"""
