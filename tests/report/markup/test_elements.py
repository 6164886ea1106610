"""Text is escaped in one place, and once."""

import pytest

from pi_engine.report.markup.elements import Html, bullets, element, joined, text
from pi_engine.report.markup.html_tables import Heading, table
from tests.report.page_reader import PageReader


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<b>", "&lt;b&gt;"),
        ("a & b", "a &amp; b"),
        ("&amp;", "&amp;amp;"),
        ("\"'", "&quot;&#x27;"),
        ("\x1b[0m\x00", "\\x1b[0m\\x00"),
        ("\udc80", "\\udc80"),
        ("\u202e", "\\u202e"),
        ("\ufffe", "\\ufffe"),
        ("π\u202f1\n", "π\u202f1\n"),
    ],
)
def test_text_is_shown_as_it_is(given, shown):
    assert text(given) == shown
    assert element("p", given) == f"<p>{shown}</p>"
    text(given).encode()


def test_markup_is_not_escaped_again():
    inner = element("b", "<")
    assert joined(inner, "<") == "<b>&lt;</b>&lt;"
    assert isinstance(joined("x"), Html)
    assert element("p", inner) == "<p><b>&lt;</b></p>"


def test_attributes():
    assert element("a", "x", href='"><script>', class_="k", aria_label="l", hidden=True, id=False) == (
        '<a href="&quot;&gt;&lt;script&gt;" class="k" aria-label="l" hidden>x</a>'
    )
    assert element("meta", name="n", content="") == '<meta name="n" content="">'


def test_bullets():
    assert bullets(["<", "b"]) == "<ul><li>&lt;</li><li>b</li></ul>"


def test_a_table_has_a_heading_for_each_row_and_column():
    page = PageReader(table("t", "c", [Heading("a"), Heading("n", number=True)], [["x", "1"], ["<y>", "2"]], "note"))
    assert page.faults == []
    assert page.texts["th"] == ["a", "n", "x", "<y>"] and page.texts["td"] == ["1", "2"]
    assert [found["scope"] for found in page.attributes["th"]] == ["col", "col", "row", "row"]
    with pytest.raises(ValueError, match="longer"):
        table("t", "c", [Heading("a"), Heading("b")], [["x"]])
