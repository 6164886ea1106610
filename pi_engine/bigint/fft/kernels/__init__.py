"""The steps of the complex transform, as kernels: limbs to digits, rings, and back to limbs.

`signed_digits` cuts digits out of the limbs. `complex_vectors` makes the steps (`fft.description.small_transforms`) on
vectors, one butterfly an instruction, by `vector_arithmetic`. `ring_passes` takes them over all points, with twiddles
that `root_tables` has made. `digit_carries` rounds coefficients and puts them together. `fourier_products` is what
others call.
"""
