"""The number-theoretic transform: the tables of a size, and a transform as steps of its own.

A product of two long integers is a product of polynomials modulo three to eight primes below 2^50, put together by
Chinese remainders. `description.sizes` says how many primes, points and bits of a coefficient a product of a number of
bits takes. `tables` makes the plan of a size once: its constants and tables, and the record of them that kernels read.
`transform` runs forward transforms, products, sums and the inverse as separate steps, so that an operand is transformed
once and used several times. `kernels.in_kernel` does all of that inside one kernel call, for one thread.
`transform_kernels` lists the kernels that Python calls. Operands are limbs; a result is exact if it fits the size's
bits, and is found modulo 2^bits − 1 otherwise.
"""
