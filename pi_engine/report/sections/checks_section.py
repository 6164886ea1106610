"""The section on what was checked, and what that proves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Html, Section, bullets, code, element, joined, paragraph
from pi_engine.report.markup.html_tables import Heading, entries, table
from pi_engine.report.markup.number_text import GAP, duration, grouped, spaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.engine.result import Check
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.report.measured.digit_facts import DigitFacts
    from pi_engine.report.measured.findings import CheckedComputation, Findings

PROVES = {
    "shadow": "The sum of the series is right: a wrong term, product or merge would change Q or T.",
    "root": "The square root is right to its last bit.",
    "division": "The quotient that gives π is right to its last bit.",
    "BBP": (
        "The sum, the root and the quotient are right to their end. BBP's formula gives these last digits without the others, and an "
        "error before them would change them."
    ),
    "conversion": "The digits are those of the binary fraction.",
    "reference": "The series gives π, as far as these digits go.",
    "known digits": "The formula and the precision are right: an error in them would change all digits from some position on.",
    "near-integer": "Every digit is right, by a formula of another kind that uses no series for π.",
    "other series": "Every digit is right, unless two different series gave the same wrong digit.",
}
"""Name of a check of a computation → what it proves."""

_UNSEEN = (
    (
        "An error in the constants of the series that shows only beyond the known digits, if no other formula was computed: the sum and "
        "its shadow use the same constants."
    ),
    (
        "A fault of the processor or of the program in the few small numbers that control a computation. It nearly always ends in an "
        "error, but there is no proof of that."
    ),
    "A change of a file after it was read.",
)

_STATUS = {
    "ok": ("proved", "good"),
    "wrong": ("wrong", "bad"),
    "corrupt": ("corrupt", "bad"),
    "unproved": ("not proved", "open"),
}


def checks_section(found: Findings) -> Section:
    """Of the digits looked at, and of a computation with all checks."""
    content = joined(
        element("h3", "The digits of this report"),
        _of_digits(found.digits, found.verification),
        _agreement(found.digits, found.checked),
        element("h3", f"A computation of {_count(found.checked)} with all checks"),
        _of_computation(found.checked),
        element("h3", "What no check sees"),
        bullets(_UNSEEN),
    )
    return Section("checks", "What was checked, and what it proves", content)


def _of_digits(facts: DigitFacts, verification: Verification | None) -> Html:
    if verification is not None:
        return _verdict(verification)
    if facts.origin == "computed":
        return joined(
            paragraph("They were computed in this run, with these checks."),
            _checks("digit-checks-table", "Checks of the digits of this report", facts.checks),
        )
    if facts.origin == "store":
        return paragraph(
            "An earlier run computed them, checked them, and kept them in the store of digits. This run compared their hash, which is the "
            f"number that all digits form modulo 2⁶¹{GAP}−{GAP}1, with the hash of that run. A change since then would have been found. "
            "The checks themselves were not made again."
        )
    return paragraph("The file was not compared with π in this report. ", code("pi-engine verify"), " compares it.")


def _agreement(facts: DigitFacts, checked: CheckedComputation) -> Html:
    """That the digits begin like those of the computation below, or as far as they do."""
    if checked.agreeing is None:
        return Html()
    if checked.agreeing < checked.digits:
        return paragraph(
            f"The digit at position {grouped(checked.agreeing + 1)} differs from the computation below; the digits before it are the same."
        )
    which = "All of them" if checked.digits == facts.digits else f"The first {grouped(checked.digits)} of them"
    return paragraph(
        f"{which} were compared, digit by digit, with the computation below, and are the same."
        if checked.digits > 1
        else "The first digit is the same as in the computation below."
    )


def _verdict(found: Verification) -> Html:
    word, kind = _STATUS[found.status]
    rows: list[tuple[str, str]] = [
        ("verdict", element("strong", word, class_=kind)),
        ("what was shown", spaced(found.proved)),
        ("digits compared with π", f"{grouped(found.digits_compared)} of {grouped(found.digits)}"),
        ("method", found.method),
        ("time", duration(found.seconds)),
    ]
    if found.message:
        rows.insert(1, ("finding", spaced(found.message)))
    if found.first_wrong is not None:
        rows.append(("first wrong position", grouped(found.first_wrong)))
    if found.expected is not None and found.found is not None:
        rows += [("digits of the file there", found.found), ("digits of π there", found.expected)]
    if found.wrong_digits is not None:
        rows.append(("wrong digits", grouped(found.wrong_digits)))
    return joined(
        entries("verification-table", "Verification of the file", rows),
        paragraph(
            "“Proved” means that every digit was compared with π. There are four methods: “known” compares with published digits and "
            "hashes, “recompute” computes π again and compares all digits, “residues” compares all digits with π modulo random primes, and "
            "“bbp” compares the end of the binary expansion.",
            class_="note",
        ),
    )


def _of_computation(checked: CheckedComputation) -> Html:
    way = "with kernels" if checked.path == "compiled" else "with GMP alone"
    return joined(
        paragraph(
            f"This run computed {_count(checked)} of base {checked.base} with ",
            code("--check full"),
            f" in {duration(checked.seconds)}, {way}. Checks by remainders use two moduli, one of them a random prime. They miss an "
            "accidental error with a probability below 2⁻⁶⁰.",
        ),
        _checks("checks-table", "Checks of a computation", checked.checks),
    )


def _checks(name: str, caption: str, checks: Sequence[Check]) -> Html:
    headings = [Heading("check"), Heading("status"), Heading("what it proves", long=True)]
    rows = [
        [
            check.name,
            element("span", check.status, class_="good" if check.status == "passed" else "open"),
            _meaning(check),
        ]
        for check in checks
    ]
    return table(name, caption, headings, rows, "The small print says what was compared.")


def _meaning(check: Check) -> Html:
    """What a check proves, and below it what it has compared."""
    proves = PROVES[check.name] if check.status == "passed" else "Nothing: this check was not made."
    compared = spaced(check.detail).replace("2^61 − 1", f"2⁶¹{GAP}−{GAP}1")
    return joined(proves, element("span", compared, class_="note"))


def _count(checked: CheckedComputation) -> str:
    return f"{grouped(checked.digits)} digit{'s' * (checked.digits != 1)}"
