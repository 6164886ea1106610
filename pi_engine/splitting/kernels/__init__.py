"""The tree's kernels: leaves, merges, divisions, the checks of them, and the shadow.

A kernel works on numbers in one array of limbs, given by offsets and signed lengths, and threads take nodes from a
shared counter. `leaf_kernel` sums terms one by one, `lane_kernel` does so for eight subtrees side by side.
`merge_kernel` and `division_kernel` do a level. `merge_check_kernel` reads every new number once and compares its
residues. `shadow_kernel` and `shadow_prime_kernel` add up the terms modulo 2^61 − 1 and the random prime. A number that
would outgrow its buffer, which is large enough by proof, is not written: the kernel reports a faulty machine to its
caller.
"""
