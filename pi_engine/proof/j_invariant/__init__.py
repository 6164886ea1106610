"""e^(π√d) and the j-invariant: how near it is to an integer, and what that proves of the digits of π.

For d of class number 1 the j-invariant at a point that depends on π is a known integer. `exponential` and `theta`
compute it from given digits of π. `near_integer` turns its distance from that integer into an interval around π.
`confirmation` says which digits the interval proves. No series for π enters.
"""
