"""Characters, words and hashes of digits, in bounded memory."""

import random
import tracemalloc

import numpy as np
import pytest

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.digits.block_hash import BlockHashes
from pi_engine.digits.common.blocks import Block, Cutter, aligned, blocks_of_words
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.spool import Spool
from pi_engine.digits.text import digit_text
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.digits.text.layout.text_start import find_start
from pi_engine.radix import DigitHash
from pi_engine.radix.kernels.digit_words import digit_words
from tests.command import run_code
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BASES, HABITS, written


@pytest.mark.parametrize("base", BASES)
def test_words_and_text(rng, base, monkeypatch):
    monkeypatch.setattr(DigitText, "_by_kernels", lambda self, count: False)
    text = DigitText(base)
    alphabet = "0123456789ABCDEF"[:base]
    for count in [*range(1, 60), 19 * 16384, 16 * 16384 + 5, 400_000]:
        digits = "".join(rng.choices(alphabet, k=count))
        words = text.words(digits.encode())
        assert np.array_equal(words, digit_words(digits, base))
        assert text.text(words, count) == digits.encode()


@pytest.fixture
def kernels(monkeypatch):
    monkeypatch.setattr(digit_text, "SECONDS_PER_BYTE", 1e9)


def test_the_kernels_agree(rng, kernels):
    plain = DigitText(10)
    plain._by_kernels = lambda count: False
    compiled = DigitText(10)
    for count in [0, *range(1, 40), 10_000]:
        for density in (0.0, 0.05, 0.5):
            characters = [
                rng.choice(" \n,_\t\r\v\f") if rng.random() < density else rng.choice("0123456789")
                for _ in range(count)
            ]
            content = "".join(characters).encode()
            found, stray, line_feeds = compiled.compact(content)
            assert (bytes(found), stray, line_feeds) == plain.compact(content)
            assert line_feeds == content.count(b"\n")
            words = compiled.words(found)
            assert np.array_equal(words, plain.words(bytes(found)))
            assert compiled.text(words, len(found)) == bytes(found)
            if count:
                place, character = rng.randrange(count), rng.choice([0, 47, 58, 65, 102, 128, 176, 185, 255])
                broken = content[:place] + bytes([character]) + content[place + 1 :]
                found, stray, line_feeds = compiled.compact(broken)
                assert stray == place
                assert (bytes(found), stray, line_feeds) == plain.compact(broken)


@pytest.mark.parametrize("base", BASES)
def test_block_hash(rng, texts, base):
    oracle = DigitHash(base)
    oracle.update("3" + texts[base][2:])
    found = BlockHashes(base, 3, [M61])
    for block in blocks_of_words(digit_words(texts[base][2:], base), 5000, base, size=7):
        found.update(block)
    assert (found.values, found.count) == (oracle.values, 5000)


def test_block_hash_by_the_kernel(texts, kernels):
    test_block_hash(random.Random(1), texts, 10)


@pytest.mark.parametrize("base", BASES)
def test_cutting_and_joining(rng, texts, base):
    """Pieces of any length, each of which begins a new word, give the same digits when they are joined."""
    digits = texts[base][2:]
    text = DigitText(base)
    for _ in range(int(30 * MULTIPLIER)):
        count = rng.randrange(1, 700)
        size, step = rng.randrange(1, 120), rng.randrange(1, 9)
        cutter = Cutter(blocks_of_words(digit_words(digits[:count], base), count, base, size=step), base)
        pieces = []
        for start in range(0, count, size):
            taken = list(cutter.take(min(size, count - start)))
            assert all(block.digits % text.width == 0 for block in taken[:-1])
            found = b"".join(text.text(block.words, block.digits) for block in taken).decode()
            assert found == digits[start : min(start + size, count)]
            assert np.array_equal(np.concatenate([block.words for block in taken]), digit_words(found, base))
            pieces += taken
        joined = list(aligned(pieces, base))
        assert np.array_equal(np.concatenate([block.words for block in joined]), digit_words(digits[:count], base))
        assert sum(block.digits for block in joined) == count


def test_spool(tmp_path, texts):
    words = digit_words(texts[10][2:], 10)
    with Spool(10, tmp_path) as spool:
        assert list(tmp_path.iterdir()) == []  # it has no name
        for block in spool.through(blocks_of_words(words, 5000, 10, size=13)):
            assert isinstance(block, Block)
        for _ in range(2):
            blocks = list(spool.blocks())
            assert np.array_equal(np.concatenate([block.words for block in blocks]), words)
            assert sum(block.digits for block in blocks) == 5000


def test_reading_needs_little_memory(tmp_path):
    path = written(tmp_path, b"3." + b"0123456789" * 3_000_000)
    tracemalloc.start()
    with DigitFile(path) as file:
        assert sum(block.digits for block in file.blocks()) == 30_000_000
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()


def test_find_start_is_told_the_base():
    assert find_start(b"3.2", "x").base == 16  # as the hexadecimal digits begin
    assert find_start(b"3.2", "x", 10).base == 10
    assert find_start(b"3.1", "x").base == 10


def test_small_files_are_read_without_numba(tmp_path, texts):
    path = written(tmp_path, HABITS["groups"](texts[10]))
    code = (
        "import sys\nfrom pi_engine.digits.reader import DigitFile\n"
        f"with DigitFile({str(path)!r}) as file: assert sum(b.digits for b in file.blocks()) == 5000\n"
        "print([name for name in ('numba', 'zstandard', 'rich') if name in sys.modules])"
    )
    assert run_code(code).stdout == "[]\n"
