"""The steps of the transform, as kernels: columns, rows, and back to limbs.

The points of a transform stand in a matrix. `columns` cuts coefficients out of the limbs and transforms columns, a
column block at a time. `rows` transforms rows, multiplies and transforms back while a row is in the
cache. `finish` undoes the columns and makes one integer of the remainders (`crt_and_carry`). `in_kernel` is a whole
product inside another kernel, for one thread. Each reads the transform's record first, and its seal before anything
else.
"""
