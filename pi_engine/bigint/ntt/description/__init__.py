"""What a transform is before any memory: its primes, its size, its layout, and the record that kernels read.

`sizes` chooses primes, points and bits of a coefficient for a product of a given length. `primes` has the primes and
`roots` their roots of unity by angles. `layout` says how points lie in memory. `record` names the places of the one row
that describes a transform to kernels, and has the only formula of its workspace. Nothing here imports Numba.
"""
