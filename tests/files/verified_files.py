"""Sound files in every format, and digits that are wrong."""

import bz2
import gzip
import lzma

import zstandard

from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.radix.kernels.digit_words import digit_words
from tests.digits.digit_files import zipped

COUNT = 21_000


def ycd(text, base=10, **header):
    digits = text[2:]
    return header_bytes(base, len(digits), **header) + digit_words(digits, base).tobytes()


FORMS = {
    "pi.txt": lambda text, base: text.encode(),
    "pi.txt.gz": lambda text, base: gzip.compress(text.encode()),
    "pi.txt.xz": lambda text, base: lzma.compress(text.encode()),
    "pi.txt.zst": lambda text, base: zstandard.compress(text.encode()),
    "pi.txt.bz2": lambda text, base: bz2.compress(text.encode()),
    "pi.zip": lambda text, base: zipped(text.encode()),
    "pi.ycd": ycd,
}


def digit_other_than(rng, digit, base):
    return rng.choice([other for other in "0123456789ABCDEF"[:base] if other != digit])


def broken_at(rng, text, position, base):
    """A text of digits with another one at a position."""
    i = text.index(".") + position
    return text[:i] + digit_other_than(rng, text[i], base) + text[i + 1 :]
