"""What a complex transform is before any memory: its steps, their rounding errors, its sizes, and the record that kernels read.

`small_transforms` has the operations of a step, `error_bound` what each step may add to the error, and the proof.
`fft_sizes` chooses the bits of a digit by it. `unit_roots` makes correctly rounded roots of unity, `fft_record` names
the places of the one row that describes a transform to kernels. Nothing here imports Numba.
"""
