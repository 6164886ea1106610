"""Large integers to decimal text and back, and all else between π's binary fraction and its digits.

>>> from pi_engine import radix
>>> text = radix.to_text(3**100_000)
>>> len(text), text[:10]
(47713, '1334971414')
>>> radix.from_text(text) == 3**100_000
True

`words` and what converts large numbers are imported where they are used: they need numpy, the latter numba.
"""

from pi_engine.radix.conversion import ScaledInteger as ScaledInteger
from pi_engine.radix.conversion import digit_text as digit_text
from pi_engine.radix.conversion import fraction_bits as fraction_bits
from pi_engine.radix.conversion import scale as scale
from pi_engine.radix.digit_hash import DigitHash as DigitHash
from pi_engine.radix.integer_text import from_text, to_text

__all__ = ["from_text", "to_text"]
