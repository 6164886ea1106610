"""GMP's low-level functions, callable from inside kernels, and a portable stand-in for each.

`gmp_symbols` finds libgmp through gmpy2's extension module, and tests that its limbs and arguments are as expected. It
registers its functions with LLVM under names of this project, so that stored machine code has no address in it.
`mpn_calls` declares them to Numba. Where libgmp cannot be reached, `mpn_portable` stands under the same names: exact,
quadratic, and slow. `kernel_integers` has products and sums of signed numbers inside kernels. Operands are addresses
and lengths in limbs, least significant limb first, with the preconditions of GMP's manual.
"""
