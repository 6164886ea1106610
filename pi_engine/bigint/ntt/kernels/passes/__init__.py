"""Butterflies in registers, and the passes over columns and rows that are made of them.

`butterflies` is radix 4, `outer_radix` the factors 2, 3 and 6 of the number of rows, `binomial` the products modulo
x⁴ − t that a row ends in. `row_passes` and `column_passes` take whole rows and blocks of columns through their
levels, with roots of unity from `twiddles`. Residues are integers in doubles; every module derives the bounds that it
needs and keeps.
"""
