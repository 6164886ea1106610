"""The page is well-formed HTML that needs nothing else, and whatever the digits' file is called, it is shown and not obeyed."""

import base64
import dataclasses
import hashlib
import itertools
import re

import pytest

from pi_engine.report.html_page import html_page
from pi_engine.report.measured.missing_parts import LeftOut
from tests.report.page_reader import PageReader

SECTIONS = ["glance", "machine", "speed", "convergence", "digits", "statistics", "pictures", "checks", "making"]


@pytest.fixture(scope="module")
def read(page):
    return PageReader(page)


def test_it_is_well_formed(read):
    assert read.faults == []
    assert len(set(read.ids)) == len(read.ids)
    assert "script" not in read.attributes


def test_the_reader_of_these_tests_sees_faults():
    assert PageReader("<p><b>x</p></b>").faults
    assert PageReader("<p>").faults == ["p is not closed"]
    assert PageReader('<p style="x" onclick="y"></p>').faults == ["p has style", "p has onclick"]


def test_all_links_lead_to_a_place_on_the_page(read):
    assert len(read.links) > 12
    assert {link for link in read.links if not link.startswith("#") or link[1:] not in read.ids} == set()
    for attributes in (found for name in read.attributes.values() for found in name):
        for name in ("aria-labelledby", "aria-describedby"):
            assert attributes.get(name, read.ids[0]) in read.ids


def test_sections_stand_in_the_contents(read):
    assert [name for name in read.ids if name in SECTIONS] == SECTIONS
    assert [link for link in read.links if link[1:] in SECTIONS[1:]][-8:] != []
    assert {link[1:] for link in read.links} == {*SECTIONS[1:], "report"}
    levels = [level for level, _ in read.headings]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_nothing_is_loaded_from_elsewhere(page, read):
    assert len(read.addresses) > 2
    assert {address.split(",")[0] for address in read.addresses} <= {
        "data:",
        "data:image/svg+xml;base64",
        "data:image/png;base64",
    }
    (style,) = read.texts["style"]
    assert "url(" not in style and "@import" not in style
    assert re.findall(r"(?:[a-z]+:)?//[a-z]", re.sub('"data:[^"]*"', "", page)) == []
    (policy,) = [x["content"] for x in read.attributes["meta"] if x.get("http-equiv") == "Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_pictures_ask_for_nothing_either(findings):
    assert len(findings.pictures) == 6
    for drawing in findings.pictures:
        assert drawing.light != drawing.dark
        if drawing.media_type == "image/svg+xml":
            addresses = re.findall(rb'href="([^"]*)"|url\(([^)]*)\)', drawing.light + drawing.dark)
            assert all((a or b).startswith((b"#", b"data:image/png;base64,")) for a, b in addresses)


def test_a_name_is_shown_and_not_obeyed(page, odd_file, read):
    assert "<b>" not in page and "\x1b" not in page and "\u202e" not in page
    shown = "".join(read.texts["td"])
    assert """pi <b>&amp;"quoted"' \\x1b[31m\\u202e.txt""" in shown
    assert "a <machine>" in "".join(read.texts["p"])
    assert "bench <1>.json" in "".join(read.texts["code"])


def test_tables_say_what_they_are(read):
    tables = len(read.attributes["table"])
    assert tables >= 9
    assert len(read.attributes["caption"]) == tables
    assert {heading.get("scope") for heading in read.attributes["th"]} == {"col", "row"}


def test_pictures_are_described(read):
    assert len(read.attributes["figcaption"]) == len(read.attributes["figure"]) == 8
    assert all(len(image["alt"]) > 60 for image in read.attributes["img"])
    assert len(read.texts["desc"]) == 2 and all(len(text) > 100 for text in read.texts["desc"])


def test_language_and_screens(read):
    assert read.attributes["html"] == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in read.attributes["meta"]


def test_what_is_left_out_is_said(findings):
    less = dataclasses.replace(
        findings, statistics=None, pictures=[], left_out=[LeftOut("statistics", "run <this> on 1_000 files")]
    )
    page = html_page(less)
    read = PageReader(page)
    assert read.faults == []
    assert "statistics" not in read.ids and "pictures" not in read.ids
    assert "run &lt;this&gt; on 1\u202f000 files" in page


def test_a_wrong_file_is_called_wrong(findings):
    verification = dataclasses.replace(
        findings.verification, status="wrong", first_wrong=1234, expected="1415926535", found="<i>1415926",
        message="position 1_234: wrong", wrong_digits=2,
    )  # fmt: skip
    page = html_page(dataclasses.replace(findings, verification=verification))
    assert '<strong class="bad">wrong</strong>' in page
    assert "&lt;i&gt;1415926" in page and "1\u202f234" in page
    assert "the file has a wrong digit, at position 1\u202f234" in page


def test_a_check_that_was_skipped_proves_nothing(findings):
    checks = [check._replace(status="skipped") for check in findings.checked.checks]
    page = html_page(dataclasses.replace(findings, checked=dataclasses.replace(findings.checked, checks=checks)))
    assert page.count("Nothing: this check was not made.") == len(checks) >= 6
