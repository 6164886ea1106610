"""Products by a complex floating-point transform, rounded to integers with a proof for each product.

It serves products of some 5 000 bits to some million. There one register holds four or eight doubles, and the
number-theoretic transform has to compute modulo three primes. `description.fft_sizes` says which transform a product
takes, and `fourier_plans` makes its tables once. `kernels.fourier_products` has its steps inside other kernels, and a
whole product as one. Each product measures its operands' norms and how far its coefficients were from integers.
`description.error_bound` derives when that proves the result. Where it does not, the caller takes the number-theoretic
transform: sizes are chosen so that this does not happen to operands of their length.
"""
