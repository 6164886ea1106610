"""Large integers to decimal text and back, and the way from π's binary fraction to its digits.

>>> from pi_engine import radix
>>> text = radix.to_text(3**100_000)
>>> len(text), text[:10]
(47713, '1334971414')
>>> radix.from_text(text) == 3**100_000
True

`kernels.digit_words` and the modules for large numbers are imported when they are used: they need numpy, and the
latter numba.

A binary fraction with an error bound goes in. Words of 19 decimal digits, or text, come out, or None if the error
leaves the last digit open (`fraction_text`, `words_of_fraction`). Large fractions go down a tree of products with
powers of ten, without a division (`remainder_tree`, `powers`, `node_sharing`). `right_edge_check` proves all words by
the residues of the last node of every level. `digit_hash` is the hash of a string of digits, in any cut.
"""

from pi_engine.radix.digit_hash import DigitHash as DigitHash
from pi_engine.radix.fraction_text import ScaledInteger as ScaledInteger
from pi_engine.radix.fraction_text import digit_text as digit_text
from pi_engine.radix.fraction_text import fraction_bits as fraction_bits
from pi_engine.radix.fraction_text import scale as scale
from pi_engine.radix.integer_text import from_text, to_text

__all__ = ["from_text", "to_text"]
