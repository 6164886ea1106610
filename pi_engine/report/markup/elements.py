"""HTML elements as strings. Text becomes HTML in one place, `element`, which escapes it."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_VOID = frozenset({"meta", "img", "br", "link", "source"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
"""What HTML does not allow, what cannot be encoded, and what turns the direction of text: all of it can stand in the name of a file."""


class Html(str):
    """Markup, which is not escaped again."""

    __slots__ = ()


def text(content: str) -> Html:
    r"""Text as HTML: markup is escaped, and characters that a page cannot hold are shown as `\x1b` and the like."""
    return Html(html.escape(_CONTROL.sub(lambda found: ascii(found[0])[1:-1], content)))


def joined(*content: str) -> Html:
    """Text and markup, one after another."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in content))


def element(name: str, /, *content: str, **attributes: str | bool) -> Html:
    """An element with its content; text is escaped.

    Args:
        name: of the element.
        content: text, and markup made by this module.
        attributes: their names with `_` for `-`, and `class_` for class; True stands for a name without a value, False for none.
    """
    shown = "".join(map(_attribute, attributes.items()))
    if name in _VOID:
        assert not content
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{joined(*content)}</{name}>")


def _attribute(item: tuple[str, str | bool]) -> str:
    name, value = item
    if value is False:
        return ""
    name = name.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'


class Section(NamedTuple):
    """A section of the page.

    Attributes:
        name: its id, which links name.
        title: its heading.
        content: what stands below the heading.
    """

    name: str
    title: str
    content: Html

    @property
    def html(self) -> Html:
        """The section with its heading; the contents link to it, and it can take the focus of the keyboard."""
        heading = element("h2", self.title, id=f"{self.name}-title")
        return element(
            "section", heading, self.content, id=self.name, tabindex="-1", aria_labelledby=f"{self.name}-title"
        )


def paragraph(*content: str, class_: str = "") -> Html:
    """A paragraph."""
    return element("p", *content, class_=class_ or False)


def bullets(items: Sequence[str]) -> Html:
    """A list of points."""
    return element("ul", *(element("li", item) for item in items))


def code(content: str) -> Html:
    """What is typed, or a name."""
    return element("code", content)


def figure(image: Html, *caption: str, class_: str = "") -> Html:
    """A picture with its caption below."""
    return element("figure", image, element("figcaption", *caption), class_=class_ or False)
