"""From the binary fraction to digits in base 10 or 16, and the digits' hash.

`words` and what converts large numbers are imported where they are used: they need numpy, the latter numba.
"""

from pi_engine.radix.conversion import ScaledInteger, digit_text, fraction_bits, scale
from pi_engine.radix.digit_hash import DigitHash
from pi_engine.radix.integer_text import from_text, to_text

__all__ = [
    "DigitHash",
    "ScaledInteger",
    "digit_text",
    "fraction_bits",
    "from_text",
    "scale",
    "to_text",
]
