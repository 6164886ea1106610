"""`pi-engine plot KIND FILE`."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

import click

from pi_engine.cli.commands.explore.digit_source import DigitSource, Positions, digit_source, range_option
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_json, remark
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import force_option, json_option, quiet_option
from pi_engine.pictures.kinds import KINDS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from pi_engine.pictures.picture import Picture

_USUAL_DPI = 150.0
_SCREEN_DPI = 96.0
"""Pixels of an inch where a size is given in pixels: SVG and browsers count so."""
_INCHES = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}
_SIZE = re.compile(r"(?P<width>\d+(\.\d+)?)\s*[x×]\s*(?P<height>\d+(\.\d+)?)\s*(?P<unit>in|cm|mm|px)?", re.ASCII)

_PAPER = {
    "a0": "841x1189mm",
    "a1": "594x841mm",
    "a2": "420x594mm",
    "a3": "297x420mm",
    "a4": "210x297mm",
    "a5": "148x210mm",
    "letter": "8.5x11in",
}
"""Sheets of paper, upright (ISO 216, ANSI/ASME Y14.1)."""
_LANDSCAPE = "-landscape"


class _Size(NamedTuple):
    """Width and height, in pixels or inches."""

    width: float
    height: float
    pixels: bool

    def inches(self, dpi: float) -> tuple[float, float]:
        per_inch = dpi if self.pixels else 1.0
        return self.width / per_inch, self.height / per_inch


class _SizeType(click.ParamType["_Size"]):
    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> _Size:
        """Parse `10x6`, which is inches, `10x6in`, `29.7x21cm`, `297x210mm`, `1600x900px`, `A4` or `A4-landscape`."""
        if isinstance(value, _Size):
            return value
        text = str(value).strip().lower()
        if (paper := _PAPER.get(text.removesuffix(_LANDSCAPE))) is not None:
            sheet = self.convert(paper, param, ctx)
            return sheet._replace(width=sheet.height, height=sheet.width) if text.endswith(_LANDSCAPE) else sheet
        match = _SIZE.fullmatch(text) if len(text) < 100 else None
        if match is None:
            self.fail(
                f"{str(value)[:40]!r} is not a size: write it like A4, 10x6in, 29.7x21cm or 1600x900px, width before height",
                param,
                ctx,
            )
        width, height, unit = float(match["width"]), float(match["height"]), match["unit"] or "in"
        if unit == "px":
            return _Size(width, height, pixels=True)
        return _Size(width * _INCHES[unit], height * _INCHES[unit], pixels=False)


class _KindType(click.ParamType[str]):
    """A kind of picture."""

    name = "kind"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """One of `KINDS`, in any case."""
        name = str(value).lower()
        if name not in KINDS:
            self.fail(f"there is no picture {str(value)[:40]!r}: choose one of {', '.join(KINDS)}", param, ctx)
        return name

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None) -> str:  # noqa: ARG002
        """What can be given."""
        return f"Choose one of {', '.join(KINDS)}"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """The kinds with what they show."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=kind.meaning) for name, kind in KINDS.items() if name.startswith(incomplete)]


@click.command(short_help="Draw a picture of digits.")
@click.argument("kind", type=_KindType(), metavar="KIND")
@digit_source()
@range_option
@click.option(
    "-o",
    "--output",
    type=FILE,
    required=True,
    metavar="PICTURE",
    help="File to write. Its name ends in .svg, .png or .pdf and so chooses the format.",
)
@click.option(
    "--size",
    type=_SizeType(),
    metavar="WxH",
    help="Width and height: in inches like 10x6, with a unit like 29.7x21cm or 1600x900px, or paper like A4 or A3-landscape. "
    "Each kind has its default.",
)
@click.option(
    "--dpi",
    type=float,
    metavar="DOTS",
    help="Pixels per inch, 10 to 1200. By default 150, or 96 if --size is in pixels.",
)
@click.option("--dark", is_flag=True, help="Draw on a dark background.")
@force_option
@json_option
@quiet_option
def command(
    *,
    kind: str,
    source: DigitSource,
    positions: Positions,
    output: str,
    size: _Size | None,
    dpi: float | None,
    dark: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Draw a picture of the digits of FILE.

    KIND is one of these:

    \b
    frequencies  the share of each digit among the first n, with a band of ±2σ
    chi-square   χ² of the first n digits, with the band of 95 % of random digits
    transitions  how often each digit follows each other digit
    runs         the number of runs by length, beside that of random digits
    walk         a walk in the plane: each digit is a step in its own direction
    raster       a pixel or a square for each digit, coloured by its value

    FILE can have any number of digits; --range takes a part of them. A raster shows the first digits, as many as it
    has pixels for, at most 25 million. Drawing needs matplotlib.

    \b
    pi-engine plot walk --digits 1e6 -o walk.png
    pi-engine plot raster pi.ycd --range 1-1e6 --size 60x80cm -o poster.png

    Exit codes: 0 drawn, 1 matplotlib is missing, 2 wrong usage or too few digits, 5 the file is corrupt, 130 interrupted.
    """  # noqa: D301 (click's mark for lines that are kept)
    from pi_engine.pictures.picture_file import require_picture
    from pi_engine.pictures.sheet import require_dpi, require_size

    if output == "-":
        raise click.UsageError("a picture is written to a file: name one with -o, ending in .svg, .png or .pdf")
    usual = _SCREEN_DPI if size is not None and size.pixels else _USUAL_DPI
    dots = usual if dpi is None else dpi
    require_dpi(dots)
    inches = None if size is None else size.inches(dots)
    if inches is not None:
        require_size(inches, dots)
    require_picture(output, overwrite=force)
    source.require_other(output)
    picture = _drawn(kind, source, positions, inches, dots, dark=dark)
    picture.write(output, overwrite=force)
    if picture.note:
        remark(f"pi-engine: {picture.note}")
    if as_json:
        emit_json(_as_json(picture, source, output))
    remark(f"pi-engine: drawn to {printable(output)}")


def _drawn(
    kind: str, source: DigitSource, positions: Positions, size: tuple[float, float] | None, dpi: float, *, dark: bool
) -> Picture:
    from pi_engine.pictures.drawing import make

    with source.opened() as digits:
        start, stop = positions.places(digits)
        with ProgressBar() as bar:
            return make(kind, digits, start=start, stop=stop, size=size, dpi=dpi, dark=dark, progress=bar)


def _as_json(picture: Picture, source: DigitSource, output: str) -> dict[str, object]:
    width, height = picture.figure.get_size_inches()
    dpi = picture.figure.dpi
    return {
        "file": source.file,
        "base": picture.base,
        "kind": picture.kind,
        "first": picture.first,
        "last": picture.last,
        "title": picture.title,
        "description": picture.description,
        "note": picture.note or None,
        "width_pixels": math.floor(width * dpi + 1e-6),
        "height_pixels": math.floor(height * dpi + 1e-6),
        "output": output,
    }
