"""Ramanujan–Sato series derived from a discriminant: Eisenstein series, j, and the constants that follow.

For a discriminant of class number 1, `eisenstein` evaluates j and s₂ in real numbers of many bits. `recognition` finds
the rational numbers that these bits are of. `derivation` makes the series from them. `class_number` counts reduced
forms, `rational_j` lists the thirteen rational values of j. What comes out has integer constants, so the sum itself
owes nothing to the approximation.
"""
