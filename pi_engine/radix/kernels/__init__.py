"""Conversion by kernels: the lower tree of fractions and integers, and words to characters and back.

`tree_kernel` takes a subtree of the conversion through all its levels while it is in the cache, one thread each.
`text_kernel` turns words of 19 digits into characters and back, `sixteen_kernel` hashes a text sixteen digits at a
time, `compaction_kernel` drops separators. Each makes one pass over its memory, on a share of the words. In numpy,
`binary_words` regroups the words of base 16 to those of base 2 and 8.
"""
