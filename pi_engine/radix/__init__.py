"""From the binary fraction to digits in base 10 or 16, and the digits' hash.

`words` is imported where it is used, because it needs numpy.
"""

from pi_engine.radix.conversion import ScaledInteger, digit_text, fraction_bits, scale
from pi_engine.radix.digit_hash import DigitHash

__all__ = [
    "DigitHash",
    "ScaledInteger",
    "digit_text",
    "fraction_bits",
    "scale",
]
