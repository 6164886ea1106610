"""What a verification tells a progress bar to expect, and what comes then."""

import itertools

import pytest

from pi_engine import verify_file


class Listener:
    """A progress that keeps what it was told to expect, and the phases that came then."""

    listens = True

    def __init__(self):
        self.heard = []

    def expect(self, steps):
        self.heard.append(([step.phase for step in steps], []))

    def __call__(self, phase, done, total):
        self.heard[-1][1].append(phase)


@pytest.mark.parametrize(
    ("method", "base"), [*itertools.product(["auto", "recompute", "residues"], [10, 16]), ("bbp", 10)]
)
def test_only_what_is_announced_comes(place, texts, method, base):
    """The first announcement has the method's steps already: a progress bar begins with the right length."""
    listener = Listener()
    verify_file(place(texts[base]), method, progress=listener)
    for expected, came in listener.heard:
        assert set(came) <= set(expected)
    first, last = listener.heard[0][0], listener.heard[-1][0]
    assert first[0] == "read"
    assert first[1:] == last
    assert ("sum" in last) == (method in {"auto", "recompute"})
    assert ("BBP" in last) == (method in {"residues", "bbp"})
