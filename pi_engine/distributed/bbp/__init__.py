"""BBP's sums on a cluster: ranges of terms as tasks, whose results are a few bytes.

`term_tasks` is what a worker does and how the terms are cut. `hex_anywhere` finds hexadecimal digits of π, here or on a
cluster.
"""
