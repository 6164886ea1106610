"""Commands about the machine that computes.

`selftest` checks its arithmetic.
"""
