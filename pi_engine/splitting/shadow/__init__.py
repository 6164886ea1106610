"""The shadow: Q and T of all terms modulo two primes, by the recurrence and not by the tree.

The series and the number of terms go in. The residues that Q and T of the root must have come out, modulo 2^61 − 1 and
the random prime. `shadow` is the loop, which is the reference, and the comparison. `shadow_blocks` needs about √n steps
on GMP's integers, for long sums without kernels. `compiled_shadow` runs kernels concurrently with the sum. It shares
the three polynomials with the tree and nothing else. So an error in a leaf, a merge, a cut or a product shows. An error
in the polynomials does not: the known digits find it.
"""
