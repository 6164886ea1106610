"""The kinds of pictures, by the names that people give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Kind(NamedTuple):
    """What is known of a picture before anything is drawn.

    Attributes:
        module: of this room, which has its `draw`.
        meaning: what it shows, in half a sentence.
        least: the fewest digits that it can be drawn of, as a function of their base.
        bases: of digits that it can be drawn of.
        size: width and height in inches, unless another is asked for; None: it depends on how many digits there are.
    """

    module: str
    meaning: str
    least: Callable[[int], int]
    bases: tuple[int, ...] = (2, 8, 10, 16)
    size: tuple[float, float] | None = (9.0, 6.0)


def _five_of_each(base: int) -> int:
    """Enough that five of each digit are expected: below that χ² does not have its distribution."""
    return 5 * base


def _twenty_of_each_pair(base: int) -> int:
    """Enough that twenty of each pair are expected: counts of fewer are too coarse to be compared with a normal distribution."""
    return 20 * base * base


KINDS = {
    "frequencies": Kind("frequency_picture", "how the share of each digit settles", _five_of_each, size=(9.0, 7.0)),
    "chi-square": Kind("chi_square_picture", "χ² of the first n digits, against n", _five_of_each),
    "transitions": Kind(
        "transition_picture", "which digit follows which, and how often", _twenty_of_each_pair, size=(11.0, 6.2)
    ),
    "runs": Kind("run_picture", "the number of runs of equal digits, by length", _five_of_each),
    "walk": Kind("walk_picture", "a walk in the plane, a step for each digit", lambda _: 10, (8, 10, 16), (8.0, 8.6)),
    "raster": Kind("raster_picture", "a pixel for each digit, coloured by its value", lambda _: 10, size=None),
}
"""Name → kind."""
