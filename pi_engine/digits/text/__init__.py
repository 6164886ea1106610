"""Digits as text: where they begin, in which base they are, and characters to words and back.

The reader takes text of any shape: a header, groups, counters, with or without `3.`. `transcoding` makes UTF-8 of other
encodings. The room layout separates digits from the characters around them. `text_reader` gives blocks, and notes on
what was left out. `digit_text` converts, in kernels if they are loaded. `text_file` writes the one form that this
program writes: `3.` and the digits on one line. Where nothing is certain, CorruptFileError says at which line and
column.
"""
