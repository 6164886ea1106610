"""From the sum of a series to π as a binary fraction with a proved error.

`pi_fraction` evaluates the closed form (a root, a product and a quotient) on Q and T cut to the bits that matter. It
derives the error: |π·2^w − X| < 8. `combination` puts the sums of several components together, as arctangent series
have. Numbers are tracked integers; their residues follow through root and quotient, so that a changed bit shows.
"""
