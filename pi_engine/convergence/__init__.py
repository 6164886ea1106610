"""How series converge: digits a term, predicted and measured, and the time of their sums.

`measure` sums series term by term and as a whole, and compares both with what their polynomials predict. `plot` draws
two pictures of that, on `axes` that can be read. matplotlib is an extra, and imported only to draw. `by_workers` has
the workers of a cluster measure.
"""
