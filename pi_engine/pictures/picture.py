"""A picture, with what it shows in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pi_engine.runtime.display import line

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Picture:
    """What was drawn, and from which digits.

    Attributes:
        figure: matplotlib's; it belongs to no window and need not be closed.
        kind: one of `KINDS`.
        title: as the picture shows it.
        description: what the picture shows, in sentences, for people who do not see it.
        first: the position of the first digit that was drawn; positions are counted from 1 after the point.
        last: the position of the last one.
        base: of the digits.
        note: one sentence if not every digit that was asked for is in the picture; otherwise "".
    """

    figure: Figure
    kind: str
    title: str
    description: str
    first: int
    last: int
    base: int
    note: str = ""

    def write(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write a file, atomically; its suffix chooses SVG, PNG or PDF.

        Raises:
            UsageError: another suffix, or the file exists and `overwrite` is false.
            OutputError, CapacityError: it cannot be written.
        """
        from pi_engine.pictures.picture_file import write_figure

        write_figure(self.figure, path, title=self.title, overwrite=overwrite)

    def content(self, suffix: str) -> bytes:
        """The bytes of such a file; `suffix` is ".svg", ".png" or ".pdf"."""
        from pi_engine.pictures.picture_file import content_of

        return content_of(self.figure, suffix, title=self.title)

    def __repr__(self) -> str:
        """Like `Picture(walk, positions 1 to 1_000_000, base 10)`."""
        return line("Picture", self.kind, f"positions {self.first:_} to {self.last:_}", f"base {self.base}")

    def _repr_png_(self) -> bytes:
        return self.content(".png")
