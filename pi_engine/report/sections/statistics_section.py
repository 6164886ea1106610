"""The section on the statistics of the digits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Html, Section, element, joined, paragraph
from pi_engine.report.markup.html_tables import Heading, table
from pi_engine.report.markup.number_text import GAP, grouped, probability, scientific, signed, significant, spaced

if TYPE_CHECKING:
    from pi_engine.statistics.significance import RandomnessTest
    from pi_engine.statistics.summary import Statistics

_DIGITS = "0123456789ABCDEF"


def statistics_section(found: Statistics) -> Section:
    """Verdict, counts, tests, entropies, k-grams."""
    content = joined(
        paragraph(element("strong", _sentence(found.conclusion)), class_="verdict"),
        paragraph(
            "A test measures a statistic, whose distribution for random digits is known. Its p-value is the probability that random "
            "digits give a statistic at least as far from the expected one. Among many tests some p-values are small by chance. So they "
            "are corrected for the number of tests, by Holm's method. A test is unusual if its corrected value is below 0.01."
        ),
        _tests(found.tests),
        _counts(found),
        _entropies(found) if found.entropies else "",
        _kgrams(found),
    )
    return Section("statistics", "Statistics of the digits", content)


def _sentence(words: str) -> str:
    """With a capital and a full stop, and numbers in groups."""
    return words[:1].upper() + spaced(words[1:]) + "."


def _tests(tests: tuple[RandomnessTest, ...]) -> Html:
    headings = [
        Heading("test"),
        Heading("verdict"),
        Heading("corrected", number=True),
        Heading("p\N{NON-BREAKING HYPHEN}value", number=True),
        Heading("statistic", number=True),
        Heading("expected", number=True),
    ]
    rows = []
    for test in tests:
        if test.statistic is None:
            rows.append([_named(test), f"too few digits: it needs {grouped(test.needs)}", "–", "–", "–", "–"])
            continue
        assert test.expected is not None
        assert test.two_sided is not None
        assert test.corrected is not None
        rows.append(
            [
                _named(test),
                element("span", test.verdict, class_="good" if test.verdict == "usual" else "bad"),
                probability(test.corrected),
                probability(test.two_sided),
                significant(test.statistic, 5),
                significant(test.expected, 5),
            ]
        )
    return table("tests-table", "Tests of randomness", headings, rows, "The p-values are two-sided.")


def _named(test: RandomnessTest) -> Html:
    return joined(test.name, element("span", test.question, class_="note"))


def _counts(found: Statistics) -> Html:
    expected = found.digits / found.base
    spread = math.sqrt(found.digits * (1 / found.base) * (1 - 1 / found.base))
    rows = [
        [_DIGITS[digit], grouped(count), f"{100 * count / found.digits:.4f}{GAP}%", signed((count - expected) / spread)]
        for digit, count in enumerate(found.counts)
    ]
    headings = [Heading("digit"), *(Heading(title, number=True) for title in ("count", "share", "deviation"))]
    note = (
        f"Each digit is expected {spaced(_expected(expected))} times. The deviation is in standard deviations of one count. In random "
        "digits two of three deviations lie between −1 and +1."
    )
    return table("counts-table", "How often each digit occurs", headings, rows, note)


def _expected(count: float) -> str:
    """A whole number, or of one decimal."""
    return f"{count:_.0f}" if count.is_integer() else f"{count:_.1f}"


def _entropies(found: Statistics) -> Html:
    headings = [
        Heading("known digits before it"),
        *(
            Heading(title, number=True)
            for title in ("entropy, bits", "deficit", "expected deficit", "spread", "deviation")
        ),
    ]
    rows = [
        [
            str(row.given),
            f"{row.bits:.8f}",
            _small(row.deficit),
            _small(row.expected_deficit),
            _small(row.spread),
            signed(row.deviation),
        ]
        for row in found.entropies
    ]
    note = (
        f"A digit has at most {found.max_entropy_bits:.8f} bits. Random digits fall short of that by the expected deficit. The spread is "
        "the standard deviation of that deficit, and the deviation is in units of the spread."
    )
    return table("entropy-table", "Entropy of the next digit", headings, rows, note)


def _small(value: float) -> str:
    """A deficit or a spread, of two significant digits."""
    return significant(value, 2) if value == 0 or value >= 0.01 else scientific(value)


def _kgrams(found: Statistics) -> Html:
    headings = [
        Heading("digits in a row"),
        Heading("kinds", number=True),
        Heading("seen", number=True),
        Heading("expected of each", number=True),
        Heading("rarest"),
        Heading("times", number=True),
        Heading("most frequent"),
        Heading("times", number=True),
    ]
    rows = [
        [
            str(row.k),
            grouped(row.kinds),
            grouped(row.seen),
            significant(row.expected),
            row.rarest,
            grouped(row.fewest),
            row.commonest,
            grouped(row.most),
        ]
        for row in found.kgrams
    ]
    note = (
        f"Overlapping groups are all counted. The longest run of equal digits has length {grouped(found.longest_run)}."
    )
    return table("kgrams-table", "Groups of digits", headings, rows, note)
