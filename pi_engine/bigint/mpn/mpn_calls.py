"""GMP's own low-level functions, callable from inside kernels, without Python and without the GIL.

They are external symbols to Numba; `gmp_symbols` says to LLVM what stands behind the names in this process, GMP's functions or, where
those cannot be reached, the portable ones (`SOURCE` says which).

Operands are addresses (uint64) and lengths in limbs (int64), least significant limb first, as in GMP's manual, chapter
"Low-level Functions". As there: lengths at least 1, the first operand of `mul` and `add` no shorter than the second, and the
result of a product must not overlap its operands.
"""

from __future__ import annotations

from numba import types

from pi_engine.bigint.mpn.gmp_symbols import register
from pi_engine.bigint.mpn.gmp_symbols import symbol as _symbol
from pi_engine.bigint.mpn.mpn_portable import SIGNATURES

SOURCE = register()

mul = types.ExternalFunction(_symbol("mul"), SIGNATURES["mul"])
sqr = types.ExternalFunction(_symbol("sqr"), SIGNATURES["sqr"])
mul_1 = types.ExternalFunction(_symbol("mul_1"), SIGNATURES["mul_1"])
submul_1 = types.ExternalFunction(_symbol("submul_1"), SIGNATURES["submul_1"])
add_n = types.ExternalFunction(_symbol("add_n"), SIGNATURES["add_n"])
sub_n = types.ExternalFunction(_symbol("sub_n"), SIGNATURES["sub_n"])
cmp = types.ExternalFunction(_symbol("cmp"), SIGNATURES["cmp"])
