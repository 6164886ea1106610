"""What confirms digits by other formulas: the j-invariant of e^(π√163), and BBP's hexadecimal digits at a position."""

import pytest

import pi_engine
from benchmarks.conftest import short
from benchmarks.suite.right_digits import HEXADECIMAL
from pi_engine.proof.bbp.bbp_formulas import FORMULAS
from pi_engine.proof.j_invariant.near_integer import near_integer

RAMANUJAN_CONSTANT = "262537412640768743.99999999999925007259719818568887935385633733699086"
"""e^(π√163), to the 50th digit after the point."""


@pytest.fixture(scope="module")
def pi(digits, compiled):
    return pi_engine.compute(digits).value


@pytest.mark.sizes("digits", 10**3, 10**4, 10**5, more=[10**6])
@pytest.mark.threads
def test_near_integer(timed, digits, pi, threads):
    def right(found):
        return found.confirmation.confirmed == digits and found.value_start == RAMANUJAN_CONSTANT

    timed(
        lambda: near_integer(163, pi, digits, threads=threads), right, group=f"near-integer check of {short(digits)} digits"
    )  # fmt: skip


def title(position):
    return f"hexadecimal digits at {short(position)}"


@pytest.mark.sizes("position", 10**4, 10**6, more=[10**7, 10**8])
@pytest.mark.parametrize("formula", sorted(FORMULAS))
@pytest.mark.threads
def test_hex(timed, position, formula, threads, compiled):
    timed(
        lambda: pi_engine.hex_digits(position, formula=formula, threads=threads),
        lambda found: found == HEXADECIMAL[position],
        group=title(position),
    )


def by_plain_python(position):
    """Plouffe's formula as it is usually written: six digits, without a bound."""
    n, total = position - 1, 0.0
    for weight, b in ((4, 1), (-2, 4), (-1, 5), (-1, 6)):
        part = 0.0
        for k in range(n + 1):
            part += pow(16, n - k, 8 * k + b) / (8 * k + b)
            part -= int(part)
        part += sum(16.0 ** (n - k) / (8 * k + b) for k in range(n + 1, n + 15))
        total += weight * part
    return f"{int(total % 1 * 16**6):06X}"


@pytest.mark.sizes("position", 10**4, more=[10**6])
def test_plain_python(timed, position):
    timed(lambda: by_plain_python(position), lambda found: HEXADECIMAL[position][:6] == found, group=title(position))
