"""π by ways that owe nothing to a series' tree: BBP's formulas, and the j-invariant.

Each room proves something about digits that were computed elsewhere. `pi_engine.proof.bbp` gives hexadecimal digits at
a position, or π modulo primes, without what comes before. `pi_engine.proof.j_invariant` confirms all digits by an
identity of complex multiplication.
"""
