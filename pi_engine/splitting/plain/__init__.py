"""Binary splitting as the books have it, on gmpy2 integers: the place to start reading.

`node` is the definition: P, Q and T of a range of terms, what a leaf is, and how two neighbours merge. `plain_tree`
halves the range recursively and merges on the way back, with a few subtrees a thread. It sums small series, serves
where there are no kernels, and is the reference that the compiled tree is tested against. Results are exact.
"""
