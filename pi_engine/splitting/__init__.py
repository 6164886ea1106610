"""How a series is summed: leaves, the tree of merges, and the shadow that checks both.

A series and a number of terms go in. A node with Q and T comes out, and T/Q is the sum of these terms. `split` chooses
between two trees that make the same fraction. The plain one uses gmpy2 alone. The compiled one cuts the range into
chunks and sums their leaves in a kernel. It merges level by level while nodes are many, and then one node at a time
with all threads inside. Both are compared with the shadow, which sums the terms modulo two primes and shares no merge
with either.
"""
