"""What the tree's kernels read: a level of nodes, a subtree, and the polynomials, as arrays and sealed rows.

`node_level` is the form of a level: many numbers in one array of limbs, by offsets and signed lengths. `level_record`
and `subtree_record` name the places of the rows that kernels read. `term_values` brings the polynomials into a form
that a kernel evaluates in machine words. `common_factors` finds, from the polynomials alone, the divisor of P and Q of
every node of a size. Nothing here imports Numba.
"""
