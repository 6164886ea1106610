"""The memory that large numbers live in: arrays of limbs, pooled workspace, and the threads that share a kernel's work.

`limbs` shows an mpz as an array of limbs without a copy, and has limb buffers, which become an mpz without one.
`workspace` is the pool from which steps take memory blocks and pooled limbs. They return them, so that the next step
finds pages that exist. Large blocks are cut from one `arena`. `workers` runs a kernel on shares of its work; kernels
release the GIL and write disjoint slices. `shown_memory` makes arrays of addresses. Contents of a block are undefined
when it is taken, and signs are never part of an array: callers carry them.
"""
