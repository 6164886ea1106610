"""The longest integer that GMP holds."""

LIMB_BITS = 64
MAX_LIMBS = 2**31 - 1
"""GMP counts limbs in C ints; beyond, products can be silently wrong (gmpy2 issue 576)."""
