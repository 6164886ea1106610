"""Blocks: digits cut at any place and joined again are the digits they were, each once."""

import random

import numpy as np
import pytest

from pi_engine.digits.common.blocks import Block, Cutter, aligned
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD


def packed(text, base):
    width = DIGITS_PER_WORD[base]
    pieces = [text[i : i + width].ljust(width, "0") for i in range(0, len(text), width)]
    return Block(np.array([int(piece, base) for piece in pieces], np.uint64), len(text))


def unpacked(blocks, base):
    width = DIGITS_PER_WORD[base]
    text = ""
    for words, digits in blocks:
        assert len(words) == -(-digits // width)
        pieces = [np.base_repr(int(word), base).lower().zfill(width)[-width:] for word in words]
        text += "".join(pieces)[:digits]
    return text


@pytest.mark.parametrize("base", DIGITS_PER_WORD)
def test_what_is_cut_from_blocks_is_what_stood_there(base):
    """Also where a block ends within a word and is cut within that word."""
    rng = random.Random(base)
    width = DIGITS_PER_WORD[base]
    for _ in range(30):
        pieces = ["".join(rng.choices("0123456789abcdef"[:base], k=rng.randrange(1, 3 * width))) for _ in range(4)]
        text, taken = "".join(pieces), ""
        cutter = Cutter((packed(piece, base) for piece in pieces), base)
        while len(taken) < len(text):
            count = rng.randrange(1, 2 * width)
            found = unpacked(cutter.take(count), base)
            assert found == text[len(taken) : len(taken) + count]
            taken += found
        assert list(cutter.take(1)) == []
        assert unpacked(aligned((packed(piece, base) for piece in pieces), base), base) == text
