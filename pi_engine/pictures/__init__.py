"""Pictures of digits: drawn by matplotlib, an extra, from one pass over a sequence of digits.

`pictures.draw("walk", digits)` gives a matplotlib figure. `pictures.make` also describes it in words, and writes it to a file.
`kinds` lists the pictures and what each needs of its digits. The room tallies counts what they show, in bounded memory, also for a
billion digits. `sheet` is the paper: its size, colours, title and source line. A walk of many digits is thinned, and a raster
shows only the digits that it has pixels for; both say so. Nothing here uses pyplot, so no figure stays behind.
"""

from pi_engine.pictures.drawing import draw, make
from pi_engine.pictures.kinds import KINDS
from pi_engine.pictures.picture import Picture
from pi_engine.pictures.picture_file import SUFFIXES

__all__ = ["KINDS", "SUFFIXES", "Picture", "draw", "make"]
