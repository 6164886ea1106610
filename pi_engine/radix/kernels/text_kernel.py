"""Words of 19 decimal digits ↔ text; one pass over memory each, on shares of the words.

A word is cut into 3 + 8 + 8 digits, and eight digits become eight bytes inside one register: halves of four digits,
pairs and digits are divided off all at once, by multiplication with rounded-up reciprocals that are exact in their
range:

    ⌊x/10000⌋ = ⌊x·109951163/2^40⌋  for x < 10^8, since 109951163·10^4 − 2^40 = 2224 and 2224·10^8 < 2^40,
    ⌊x/100⌋   = ⌊x·10486/2^20⌋      for x < 10^4, since 10486·100 − 2^20 = 24     and 24·10^4 < 2^20,
    ⌊x/10⌋    = ⌊x·103/2^10⌋        for x < 100,  since 103·10 − 2^10 = 6         and 6·100 < 2^10.

Back, digits are joined to pairs, fours and eight by three multiplications that add neighbours in their upper halves.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.load_store import load_word, store_word
from pi_engine.bigint.vectors.words import load, stack, store
from pi_engine.radix.kernels.character_vectors import EIGHT, write_characters
from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
from pi_engine.runtime.compilation.routine import kernel, routine

TEN_16, TEN_8, TEN_5 = np.uint64(10**16), np.uint64(10**8), np.uint64(10**5)
GROUP = 32
"""Words that are split before they are written: enough that what is stored a word at a time has left the store buffer."""

ZERO = np.uint64(0)
ZEROS = np.uint64(0x3030303030303030)


@routine
def _eight_characters(x):
    """The eight digits of x < 10^8 as characters, the first in the lowest byte."""
    upper = (x * np.uint64(109951163)) >> np.uint64(40)
    fours = upper | ((x - upper * np.uint64(10000)) << np.uint64(32))
    hundreds = ((fours * np.uint64(10486)) >> np.uint64(20)) & np.uint64(0x0000007F0000007F)
    pairs = hundreds | ((fours - hundreds * np.uint64(100)) << np.uint64(16))
    tens = ((pairs * np.uint64(103)) >> np.uint64(10)) & np.uint64(0x000F000F000F000F)
    return (tens | ((pairs - tens * np.uint64(10)) << np.uint64(8))) + ZEROS


@routine
def _eight_digits(characters):
    """The number that eight digits (not characters) stand for, the first in the lowest byte."""
    pairs = (characters * np.uint64(1 + (10 << 8)) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(1 + (100 << 16)) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    return fours * np.uint64(1 + (10000 << 32)) >> np.uint64(32)


@routine
def improper(characters):
    """Not 0 where one of eight characters is not a decimal digit: no byte is 0 … 9 after taking 0x30 away."""
    digits = characters ^ ZEROS
    # Bytes below 0x80 do not carry into the next when 0x76 is added; from 10 on they reach 0x80.
    sums = (digits & np.uint64(0x7F7F7F7F7F7F7F7F)) + np.uint64(0x7676767676767676)
    return (sums | digits) & np.uint64(0x8080808080808080)


@routine
def _parts(word):
    """The first three digits of a word, as the first three of eight; its next eight; and its last eight."""
    first = word // TEN_16
    rest = word - first * TEN_16
    middle = rest // TEN_8
    return first * TEN_5, middle, rest - middle * TEN_8


@routine
def _write_word(first, middle, last, place):
    """Nineteen characters: three are wanted of the first eight, and the next store covers the other five."""
    store_word(place, first)
    store_word(place + np.uint64(3), middle)
    store_word(place + np.uint64(11), last)


@kernel("void(int64, int64, int64)")
def words_to_text(words, count, text):
    """Write 19·count characters at `text`. About 4 ns a word.

    Thirty-two words are split, then written eight at a time by vectors, then brought to their places: one word alone takes 10 ns.
    """
    parts = stack(96)
    whole = count - count % GROUP
    for start in range(0, whole, GROUP):
        for i in range(GROUP):
            first, middle, last = _parts(load(np.uint64(words), start + i))
            store(parts, i, first)
            store(parts, GROUP + i, middle)
            store(parts, 2 * GROUP + i, last)
        for i in range(0, 3 * GROUP, EIGHT):
            write_characters(parts + np.uint64(8 * i))
        for i in range(GROUP):
            place = np.uint64(text + DECIMALS_PER_WORD * (start + i))
            _write_word(load(parts, i), load(parts, GROUP + i), load(parts, 2 * GROUP + i), place)
    for i in range(whole, count):
        first, middle, last = _parts(load(np.uint64(words), i))
        place = np.uint64(text + DECIMALS_PER_WORD * i)
        _write_word(_eight_characters(first), _eight_characters(middle), _eight_characters(last), place)


@kernel("int64(int64, int64, uint64[::1])")
def text_to_words(text, count, words):
    """Read 19·count characters at `text`; returns how many words are whole digits before the first that is not."""
    for i in range(count):
        place = np.uint64(text + DECIMALS_PER_WORD * i)
        a = load_word(place)
        b = load_word(place + np.uint64(8))
        c = load_word(place + np.uint64(11))
        if improper(a) | improper(b) | improper(c):
            return i
        # Of the last eight, five have been read: three remain, behind five zeros.
        last = _eight_digits((c ^ ZEROS) & np.uint64(0xFFFFFF0000000000))
        value = _eight_digits(a ^ ZEROS) * TEN_8 + _eight_digits(b ^ ZEROS)
        words[i] = value * np.uint64(1000) + last
    return count
