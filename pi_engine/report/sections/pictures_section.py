"""The section of pictures of the digits."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Html, Section, element, figure, joined, paragraph
from pi_engine.report.markup.number_text import spaced

if TYPE_CHECKING:
    from pi_engine.report.measured.drawings import Drawing


def pictures_section(drawings: list[Drawing]) -> Section:
    """A figure each, light and dark."""
    content = joined(
        paragraph(
            "The pictures were drawn in this run from the digits of this report. A description is below each picture."
        ),
        paragraph("On this narrow screen you can scroll pictures and tables sideways.", class_="narrow note"),
        *map(_figure, drawings),
    )
    return Section("pictures", "Pictures of the digits", content)


def _figure(drawing: Drawing) -> Html:
    image = element(
        "img",
        src=_address(drawing.light, drawing.media_type),
        alt=spaced(f"{drawing.title}. {drawing.description}"),
        width=str(drawing.width),
        height=str(drawing.height),
    )
    dark = element(
        "source", media="screen and (prefers-color-scheme: dark)", srcset=_address(drawing.dark, drawing.media_type)
    )
    caption = [spaced(drawing.description), f" {spaced(drawing.note)}" if drawing.note else ""]
    shown = element(
        "div",
        element("picture", dark, image),
        class_="frame",
        tabindex="0",
        role="group",
        aria_label=spaced(drawing.title),
    )
    return figure(shown, *caption, class_="picture")


def _address(content: bytes, media_type: str) -> str:
    """The picture itself as an address, so that the page needs no other file."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
