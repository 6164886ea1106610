"""Widths of vectors, which kernels and those who call them share."""

WIDTH = 4
"""Lanes of the vectors that are transposed (4×4), gathered and run in software-pipelined loops."""

WIDE = 8
"""Lanes where two AVX2 registers give two independent chains. On AVX2 (Zen 3) a radix-4 pass of either width takes 14 to 15
cycles for sixteen points, and of WIDTH with two butterflies overlapped 12 to 13: long passes are done that way."""
