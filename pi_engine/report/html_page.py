"""The page: sections under a title, with their contents, in one file that needs no other."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Html, Section, bullets, element, joined
from pi_engine.report.markup.number_text import duration, grouped, spaced
from pi_engine.report.sections.checks_section import checks_section
from pi_engine.report.sections.convergence_section import convergence_section
from pi_engine.report.sections.digits_section import digits_section
from pi_engine.report.sections.machine_section import machine_section
from pi_engine.report.sections.making_section import making_section
from pi_engine.report.sections.pictures_section import pictures_section
from pi_engine.report.sections.speed_section import speed_section
from pi_engine.report.sections.statistics_section import statistics_section

if TYPE_CHECKING:
    from pi_engine.report.measured.findings import Findings

_VERDICTS = {
    "ok": "every digit of the file was compared with π and is right",
    "wrong": "the file has a wrong digit",
    "corrupt": "the file is corrupt",
    "unproved": "nothing wrong was found in the file, but not every digit was compared with π",
}


def html_page(found: Findings) -> str:
    """The whole page, as text that is written in UTF-8."""
    sections = [
        machine_section(found.machine),
        speed_section(found.speed),
        convergence_section(found.convergence),
        digits_section(found.digits),
        *([statistics_section(found.statistics)] if found.statistics is not None else []),
        *([pictures_section(found.pictures)] if found.pictures else []),
        checks_section(found),
        making_section(found),
    ]
    body = element(
        "body",
        element("a", "Skip to the report", href="#report", class_="skip"),
        _header(found),
        _contents(sections),
        element("main", _summary(found), *(section.html for section in sections), id="report", tabindex="-1"),
    )
    return f"<!doctype html>\n{element('html', _head(found), body, lang='en')}\n"


def _head(found: Findings) -> Html:
    style = resources.files("pi_engine.report").joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"A report on π: {_name(found)}, {found.made:%Y-%m-%d}"),
        element("link", rel="icon", href="data:,"),
        element("style", Html(style)),
    )


def _header(found: Findings) -> Html:
    moment = element("time", f"{found.made:%Y-%m-%d %H:%M} UTC", datetime=found.made.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return element(
        "header",
        element("h1", "A report on π"),
        element("p", f"{_name(found)}, on this machine, ", moment),
    )


def _contents(sections: list[Section]) -> Html:
    links = [element("li", element("a", section.title, href=f"#{section.name}")) for section in sections]
    return element(
        "nav", element("h2", "Contents", id="contents-title"), element("ol", *links), aria_labelledby="contents-title"
    )


def _summary(found: Findings) -> Html:
    """What a reader in a hurry wants to know, with links to the sections."""
    fastest = max(found.speed.rows, key=lambda row: (row.digits, row.threads))
    best = max(found.convergence, key=lambda x: x.digits_per_term if x.series.order is None else 0.0)
    lines = [
        joined(
            _link("speed", "Speed"),
            f": {_digits(fastest.digits)} in {duration(fastest.seconds['total'])}, with {_threads(fastest.threads)}.",
        ),
        joined(
            _link("convergence", "Convergence"),
            f": one more term of the series {best.series.name} adds {best.digits_per_term:.3f} digits, measured in this run.",
        ),
        joined(_link("digits", "Digits"), f": {_name(found)}{_length(found)}."),
        joined(_link("checks", "Checks"), f": {_checked(found)}."),
    ]
    if found.statistics is not None:
        lines.insert(3, joined(_link("statistics", "Statistics"), f": {spaced(found.statistics.conclusion)}."))
    if found.left_out:
        parts = ", ".join(left.part for left in found.left_out)
        lines.append(joined(_link("making", "Left out"), f": {parts}."))
    return element(
        "section",
        element("h2", "At a glance", id="glance-title"),
        bullets(lines),
        id="glance",
        aria_labelledby="glance-title",
    )


def _checked(found: Findings) -> str:
    if found.verification is not None:
        verdict, first = _VERDICTS[found.verification.status], found.verification.first_wrong
        return element("strong", f"{verdict}, at position {grouped(first)}", class_="bad") if first else verdict
    checked = f"{_digits(found.checked.digits)} were computed with all checks, and all passed"
    if found.digits.origin == "file":
        return f"the file was not compared with π; {checked}"
    return checked


def _digits(count: int) -> str:
    return f"{grouped(count)} digit{'s' * (count != 1)}"


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count != 1)}"


def _name(found: Findings) -> str:
    """What the digits are called; of a file, its name without the folder, as it is."""
    if found.digits.file is None:
        return spaced(found.digits.name)
    return PurePath(found.digits.name).name or found.digits.name


def _length(found: Findings) -> str:
    """Of a file; the name of computed digits says it."""
    facts = found.digits
    return "" if facts.file is None else f", {_digits(facts.digits)} of base {facts.base}"


def _link(name: str, title: str) -> Html:
    return element("a", title, href=f"#{name}")
