"""Words on disk: what an array of them gives."""

import numpy as np
import pytest

from pi_engine.bigint.scratch.stored_words import StoredWords
from pi_engine.errors import VerificationError
from pi_engine.radix.word_text import residues_of_parts, word_hashes, word_residues
from tests.scratch_spaces import by_disk


@pytest.fixture
def pair(tmp_path, rng):
    words = np.array([rng.randrange(10**19) for _ in range(5000)], np.uint64)
    with by_disk(tmp_path) as space:
        stored = StoredWords(space, len(words), 700)
        stored.write(1400, words[1400:])
        stored.write(0, words[:1400])
        yield stored, words


def test_words_and_slices(pair, rng):
    stored, words = pair
    assert len(stored) == len(words)
    assert (stored[:] == words).all()
    for _ in range(100):
        first, last = (rng.choice([None, rng.randrange(-5500, 5500)]) for _ in range(2))
        assert (stored[first:last] == words[first:last]).all()
        place = rng.randrange(-5000, 5000)
        assert stored[place] == words[place]
    with pytest.raises(IndexError):
        stored[5000]


def test_residues_are_found_piece_by_piece(pair, rng):
    stored, words = pair
    assert word_residues(stored) == word_residues(words)
    assert word_hashes(stored, (10**9 + 7,)) == word_hashes(words, (10**9 + 7,))
    lengths = [rng.randrange(1, 1600) for _ in range(3)]
    assert residues_of_parts(stored, lengths) == residues_of_parts(words, lengths)


@pytest.mark.parametrize("length", [1, 699, 700, 701, 4900, 4999])
def test_the_end_can_be_cut_off(pair, length):
    stored, words = pair
    stored.shorten(length, 17)
    assert len(stored) == length
    assert (stored[: length - 1] == words[: length - 1]).all()
    assert stored[-1] == 17


def test_what_the_disk_changes_is_an_error(pair, monkeypatch):
    import os

    stored, _ = pair
    real = os.preadv

    def preadv(descriptor, targets, place):
        got = real(descriptor, targets, place)
        targets[0][3] ^= 1
        return got

    monkeypatch.setattr(os, "preadv", preadv)
    with pytest.raises(VerificationError, match="gave back other bytes"):
        stored[10]
