"""What kernels compute with: vectors of doubles and of words, loads and stores, and arithmetic modulo a prime.

The intrinsics of Numba and LLVM that all kernels are built from. `instruction` makes one of a function of LLVM's
builder. A vector is one LLVM value of 4 or 8 lanes, which LLVM maps to the registers that the processor has. An address
is a plain integer. `modular` multiplies modulo a prime below 0.65·2^50 in doubles, exactly, with derived bounds.
`interleaved` holds eight numbers side by side, for the bottom of the tree, in digits of 52 bits or, by doubles, of 51.
The widths stand here once. Floating-point contraction stays off: the bounds rely on which operations round.
"""
