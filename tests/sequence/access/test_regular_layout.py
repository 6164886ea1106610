"""Which characters stand in a layout that repeats itself."""

import numpy as np
import pytest

from pi_engine.digits.text.layout.shapes import SEPARATORS
from pi_engine.sequence.access.regular_layout import kinds_of, regular_layout


@pytest.mark.parametrize("base", [2, 8, 10, 16])
def test_every_character_is_a_digit_a_separator_or_another(base):
    """A form feed is another: the reader of texts takes a number beside it for that of a page."""
    kinds = kinds_of(base)
    digits = "0123456789abcdef"[:base]
    assert {chr(x) for x in range(256) if kinds[x] == ord("0")} == set(digits + digits.upper())
    assert {x for x in range(256) if kinds[x] and kinds[x] != ord("0")} == set(SEPARATORS) - {12}
    for separator, regular in ((b"\n", True), (b"\f", False)):
        text = np.frombuffer((b"1" * 10 + separator) * 5, np.uint8)
        assert (regular_layout(text, 0, kinds) is not None) == regular
