"""Known digits in the bases that are read from the hexadecimal table."""

import pytest

from pi_engine.engine.checks.known import KnownDigits, _of_bits, known_digits


def bits_of(entry, width):
    """Place of a bit behind the point → the bit."""
    text = "".join(f"{int(digit, 16):0{width}b}" for digit in entry.digits)
    return {width * (entry.start - 1) + i: bit for i, bit in enumerate(text)}


@pytest.mark.parametrize("width", [1, 3])
@pytest.mark.parametrize("start", [1, 2, 3, 4, 10**6])
def test_binary_and_octal_digits_are_the_bits_of_the_hexadecimal_ones(width, start):
    """All that an entry holds in full, at their own places, wherever it begins."""
    source = KnownDigits(start, "243F6A8885A308")
    found, bits = bits_of(_of_bits(source, width), width), bits_of(source, 4)
    assert set(found.items()) <= set(bits.items())
    assert min(found) - min(bits) < width and max(bits) - max(found) < width
    for base, each in ((2, 1), (8, 3)):
        assert known_digits(base) == tuple(_of_bits(entry, each) for entry in known_digits(16))
