"""Counts and sizes as people write them."""

import pytest

from pi_engine.cli.parameters.quantities import parse_count, parse_size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("1000000", 10**6), ("1_000_000", 10**6), ("1,000,000", 10**6), ("1e6", 10**6), ("1E6", 10**6),
        ("1.5e6", 1_500_000), ("10**6", 10**6), ("2**20", 1 << 20), ("2^20", 1 << 20), ("10M", 10**7), ("1G", 10**9),
        ("1b", 10**9), ("3k", 3000), ("2T", 2 * 10**12), ("1.25k", 1250), ("0.5M", 500_000), (" 7 ", 7),
        ("1e400", 10**400), ("123456789012345678901234567890", 123456789012345678901234567890), ("2.0", 2),
    ],
)  # fmt: skip
def test_counts(text, value):
    assert parse_count(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.5", "1e-3", "-5", "−5", "1,00,000", "1,5", "1__0", "_1", "0x10", "1e", "e6", "1 000", "9**9**9",
     "9**99999", "1e99999999", "1.0000001k", "k", "10MB", "nan", "inf", "1" * 1001, "½", "٣"],
)  # fmt: skip
def test_what_is_no_count(text):
    with pytest.raises(ValueError, match=r"not a|too large|negative"):
        parse_count(text)


@pytest.mark.parametrize("text", ["10.000", "1.000", "1.500", "1.000.000", "100.000"])
def test_points_between_thousands_are_told(text):
    """In half of Europe they are; read as a fraction, a thousandth of what is wished would be computed."""
    with pytest.raises(ValueError, match=f"write {text.replace('.', '_')}$"):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("8GiB", 8 << 30), ("8GB", 8 * 10**9), ("8G", 8 << 30), ("1.5m", 3 << 19), ("512", 512), ("512B", 512),
     ("1tib", 1 << 40)],
)  # fmt: skip
def test_sizes(text, value):
    assert parse_size(text) == value


@pytest.mark.parametrize("text", ["", "x", "8i", "8iB", "-1G", "0", "0.1", "1e9", "8 G B"])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)
