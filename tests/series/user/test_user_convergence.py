"""Series from files that converge too slowly or diverge: the message says which, and what to do."""

import re

import pytest

from pi_engine.cli.main import run


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return str(path)

    return write


def slow(p, q, a="1"):
    return f'p = "{p}"\nq = "{q}"\na = "{a}"\npi = "4 S"\n'


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (slow("1 - 2k", "2k + 1"), r"about 10\^100 terms"),  # Leibniz, in several forms
        (slow("2k - 1", "-(2k + 1)"), r"about 10\^100 terms"),
        (slow("-(2k + 1)", "2k + 3"), r"about 10\^100 terms"),
        (slow("(4k - 3)(4k - 1)", "(4k + 1)(4k + 3)"), r"about 10\^100 terms"),  # two terms together
        (slow("k^2", "(k + 1)^2"), r"about 10\^100 terms"),  # Basel
        (slow("-k(2k + 1)", "(k + 2)(2k + 3)"), r"about 10\^34 terms"),  # Nilakantha
        (slow("-(2k - 1)^2", "4k^2"), r"about 10\^100 terms"),
        (slow("-(2k - 1)", "2k"), r"about 10\^200 terms"),
        (slow("-k", "k + 200"), "ten times as many terms give 200 more digits"),
    ],
)
def test_what_converges_slowly_is_not_called_divergent(write, capsys, text, terms):
    assert run(["compute", "100", "--series", write(text)]) == 2
    said = capsys.readouterr().err
    assert re.search(rf"mine converges too slowly to compute with: .*{terms}.*; choose another series", said)
    assert "diverge" not in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (slow("2k - 1", "2k + 1"), "check the sign of p: with alternating signs it converges"),  # Leibniz without signs
        (slow("k", "k + 1"), "check the sign of p: with alternating signs it converges"),
        (slow("(2k - 1)", "2k"), "check the sign of p: with alternating signs it converges"),
        (slow("-1", "1"), "check p, q and a"),
        (slow("-(2k - 1)", "2k + 1", "k"), "check p, q and a"),
        (slow("-(2k + 5)", "2k + 3"), "check p, q and a"),
        (slow("-(2k + 1)", "k + 1"), "check p and q, which may have changed places"),
        (slow("k + 100", "2k"), "too slowly to bound the tail; choose another series"),
        (slow("-(k - 1)", "k + 1"), "let the sum begin at a later term"),
        (slow("9999", "10000"), "choose another series, such as chudnovsky"),
    ],
)
def test_what_diverges_says_so_and_what_to_do(write, capsys, text, advice):
    assert run(["compute", "100", "--series", write(text)]) == 2
    said = capsys.readouterr().err
    assert said.endswith(f"{advice}\n") and said.count("\n") == 1
    assert ("the series diverges: " in said) == ("check" in advice)
