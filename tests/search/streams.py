"""Digits for searches: random ones, pieces of them, and the same path, with kernels or without, wherever they would pay."""

import numpy as np
from hypothesis import HealthCheck, seed, settings

from pi_engine.search import scanning
from tests.conftest import MULTIPLIER, _seed

DIGITS = "0123456789ABCDEF"


def examples(test):
    """Limit a test to 60 examples, times the multiplier, by the printed seed."""
    few = settings(max_examples=int(60 * MULTIPLIER), deadline=None, suppress_health_check=list(HealthCheck))
    return few(seed(_seed())(test))


def cut(text, lengths):
    """The text in pieces of these lengths, over and over, as ASCII; one array, whose content changes, is used for all."""
    memory = np.empty(max([1, *lengths]), np.uint8)
    place, i = 0, 0
    while place < len(text):
        length = lengths[i % len(lengths)]
        piece = text[place : place + length].encode("ascii")
        memory[: len(piece)] = np.frombuffer(piece, np.uint8)
        yield memory[: len(piece)]
        memory[:] = ord("x")
        place, i = place + length, i + 1


def take_path(monkeypatch, *, kernels, least_piece=1):
    """Search with kernels at every size, or never; and do not join short pieces."""
    if kernels:
        scanning.KERNELS.load()
    monkeypatch.setattr(scanning.KERNELS, "pays_for", lambda seconds: kernels)
    monkeypatch.setattr("pi_engine.search.one_pass.LEAST_PIECE", least_piece)
    monkeypatch.setattr("pi_engine.search.string_search.StringSearch.least_piece", least_piece)
    monkeypatch.setattr("pi_engine.search.first_occurrences.LEAST_PIECE", least_piece)


def naive(text, pattern):
    """All positions from 1 at which a pattern stands, by comparing it with every place."""
    return [
        i + 1
        for i in range(len(text) - len(pattern) + 1)
        if all(p in ("?", c) for p, c in zip(pattern, text[i : i + len(pattern)], strict=True))
    ]
