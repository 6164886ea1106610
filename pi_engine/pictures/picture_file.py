"""Pictures as files: SVG, PNG and PDF, the same bytes each time."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.errors import UsageError
from pi_engine.pictures.sheet import require_matplotlib, usual_style
from pi_engine.runtime.storage.atomic import atomic_writer, require_writable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SUFFIXES = (".svg", ".png", ".pdf")
_LEAST_SPACE = 1 << 20
_METADATA: dict[str, dict[str, str | None]] = {
    ".svg": {"Date": None, "Creator": "pi-engine"},
    ".png": {"Software": "pi-engine"},
    ".pdf": {"CreationDate": None, "Producer": "pi-engine", "Creator": "pi-engine"},
}
"""Suffix → what is written beside the title: no date, and no version of matplotlib."""


def require_picture(path: str | Path, *, overwrite: bool) -> None:
    """Refuse, before digits are read, a picture that could not be drawn or written.

    Raises:
        UsageError: another suffix, a file that exists, or a folder that does not.
        PiEngineError: matplotlib is not installed.
    """
    _suffix(path)
    require_writable(path, size=_LEAST_SPACE, overwrite=overwrite)
    require_matplotlib()


def write_figure(figure: Figure, path: str | Path, *, title: str, overwrite: bool) -> None:
    """Write a figure into a file that its suffix chooses the format of, atomically."""
    content = content_of(figure, _suffix(path), title=title)
    with atomic_writer(path, overwrite=overwrite) as stream:
        stream.write(content)


def content_of(figure: Figure, suffix: str, *, title: str) -> bytes:
    """The bytes of a file. Text of an SVG stays text, that can be searched and read aloud."""
    buffer = io.BytesIO()
    with usual_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # of a file's name: it is drawn as a box
        figure.savefig(
            buffer,
            format=_suffix(f"picture{suffix}")[1:],
            dpi="figure",
            facecolor=figure.get_facecolor(),
            metadata={"Title": title, **_METADATA[suffix]},
        )
    return buffer.getvalue()


def _suffix(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        found = f", not in {Path(path).suffix!r}" if suffix else ": it has no such end"
        raise UsageError(f"the name of the picture must end in .svg, .png or .pdf, which chooses the format{found}")
    return suffix
