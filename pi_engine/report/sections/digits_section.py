"""The section on the digits that the report looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Html, Section, bullets, element, joined, paragraph
from pi_engine.report.markup.html_tables import entries
from pi_engine.report.markup.number_text import grouped, size, spaced
from pi_engine.report.measured.digit_facts import SHOWN

if TYPE_CHECKING:
    from pi_engine.report.measured.digit_facts import DigitFacts

_GROUP = 10
_FORMATS = {
    "text": "text",
    "gz": "text, gzip",
    "xz": "text, xz",
    "zst": "text, Zstandard",
    "bz2": "text, bzip2",
    "zip": "text, zip",
}

ORIGINS = {
    "file": "a file",
    "computed": "computed in this run",
    "store": "computed in an earlier run, and read from the store of digits",
}


def digits_section(facts: DigitFacts) -> Section:
    """Name, length and both ends."""
    name = spaced(facts.name) if facts.file is None else facts.name
    rows = [("name", name), ("digits after the point", grouped(facts.digits)), ("base", str(facts.base))]
    rows.append(("source", ORIGINS[facts.origin]))
    if facts.format is not None:
        rows.append(("format", _FORMATS.get(facts.format, facts.format)))
    if facts.size is not None:
        rows.append(("size", size(facts.size)))
    first = min(SHOWN, facts.digits)
    content = joined(
        entries("digits-table", "The digits of this report", rows),
        paragraph(
            f"The first {grouped(first)} digits after the point:" if first > 1 else "The only digit after the point:"
        ),
        _groups(f"{facts.integer}." if facts.integer else "", facts.first),
    )
    if facts.digits > SHOWN:
        begin = facts.digits - len(facts.last) + 1
        content = joined(
            content,
            paragraph(f"The last {len(facts.last)}, from position {grouped(begin)} to {grouped(facts.digits)}:"),
            _groups("", facts.last),
        )
    if facts.notes:
        content = joined(content, paragraph("Remarks of the reader:"), bullets(facts.notes))
    return Section("digits", "The digits", content)


def _groups(before: str, digits: str) -> Html:
    """Digits in groups of ten, between which a line may break."""
    groups = [element("span", digits[i : i + _GROUP]) for i in range(0, len(digits), _GROUP)]
    whole = [element("span", before, class_="whole")] if before else []
    return element("p", Html(" ".join([*whole, *groups])), class_="digits")
