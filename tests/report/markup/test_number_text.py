"""Numbers are grouped alike, have one unit, and no exponent where a person reads them."""

import pytest

from pi_engine.report.markup.number_text import (
    duration,
    grouped,
    power_of_ten,
    probability,
    signed,
    significant,
    size,
    spaced,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (1, "1.00"), (0.000115, "0.000115"), (0.34149, "0.341"), (12.345, "12.3"), (99.96, "100"), (0.99961, "1.00"),
        (4321.4, "4 320"), (1234567.0, "1 230 000"), (-2.5, "-2.50"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_significant(value, shown):
    assert significant(value).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (1.15e-4, "0.115 ms"),
        (0.0123, "12.3 ms"),
        (0.9999, "1 000 ms"),
        (1.5, "1.50 s"),
        (94.6, "95 s"),
        (720, "12 min"),
    ],
)
def test_duration(seconds, shown):
    assert duration(seconds).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.00 kB"), (999_499, "999 kB"), (999_500, "1.00 MB"),
     (123_456_789, "123 MB"), (10**12, "1.00 TB"), (10**16, "10 000 TB")],
)  # fmt: skip
def test_size(count, shown):
    assert size(count).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "1.000"), (0.0456, "0.046"), (1.23e-7, "1.2·10⁻⁷"), (0.0, "below 10⁻³⁰⁰")]
)
def test_probability(value, shown):
    assert probability(value) == shown


def test_others():
    assert grouped(1234567) == "1\u202f234\u202f567" and grouped(999) == "999"
    assert power_of_ten(-12) == "10⁻¹²"
    assert signed(-0.456) == "−0.46" and signed(2) == "+2.00"
    assert (
        spaced("1_000_000 digits of pi_1_000 and 1_00, a_b")
        == "1\u202f000\u202f000 digits of pi_1\u202f000 and 1_00, a_b"
    )
