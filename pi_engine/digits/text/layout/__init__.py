"""How a text is laid out: where its digits begin, and what stands around and between them.

`shapes` and `between` are the tables of what a text may have besides digits. `text_start` finds the first digit:
`beginnings` knows how π and its companions begin, and `bases` in which base. `guesses` is used if no beginning is
known. `text_habits` reads off the first lines how the text goes on. `text_lines` takes line after line, with
`counters`. `left_out` counts what was left out, and `places` names the place where nothing is certain any more.
"""
