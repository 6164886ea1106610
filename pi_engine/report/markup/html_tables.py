"""Tables with a caption, headings that say what they head, and a frame that scrolls where the screen is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pi_engine.report.markup.elements import Html, element

if TYPE_CHECKING:
    from collections.abc import Sequence


class Heading(NamedTuple):
    """The head of a column.

    Attributes:
        title: what stands in it.
        number: whether the column holds numbers, which are set to the right.
        long: whether it holds sentences, which need room.
    """

    title: str
    number: bool = False
    long: bool = False

    @property
    def class_(self) -> str | bool:
        """The class of its cells."""
        return "number" if self.number else "long" if self.long else False


def table(name: str, caption: str, headings: Sequence[Heading], rows: Sequence[Sequence[str]], note: str = "") -> Html:
    """A table whose rows begin with their heading.

    Args:
        name: the id of its caption.
        caption: what the table shows, in a few words.
        headings: of the columns.
        rows: cells, as many as headings each: text, or markup.
        note: a sentence that belongs to the caption.
    """
    below = element("span", note, class_="note") if note else Html()
    head = element("tr", *(element("th", x.title, scope="col", class_=x.class_) for x in headings))
    body = []
    for row in rows:
        first, *others = row
        cells = [element("th", first, scope="row", class_=headings[0].class_)]
        cells += [
            element("td", cell, class_=heading.class_) for cell, heading in zip(others, headings[1:], strict=True)
        ]
        body.append(element("tr", *cells))
    return _frame(
        name,
        element("caption", element("span", caption, below), id=name),
        element("thead", head),
        element("tbody", *body),
    )


def entries(name: str, caption: str, rows: Sequence[tuple[str, str]]) -> Html:
    """A table of names and values."""
    body = [element("tr", element("th", key, scope="row"), element("td", value)) for key, value in rows]
    return _frame(
        name, element("caption", element("span", caption), id=name), element("tbody", *body), class_="entries"
    )


def _frame(name: str, *content: Html, class_: str = "") -> Html:
    """The table in a frame that can be scrolled, by the keyboard too."""
    inner = element("table", *content, class_=class_ or False)
    return element("div", inner, class_="frame", tabindex="0", role="group", aria_labelledby=name)
