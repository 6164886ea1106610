"""Digits as text: where they begin, in which base they are, and characters to words and back.

The reader takes text of any habit: a header, groups, line breaks, with or without `3.`. `transcoding` makes UTF-8 of
other encodings, `text_start` finds the first digit and the base, `text_reader` gives blocks, `digit_text` converts, in
kernels where they are at hand, and `text_file` writes the one form that this program writes: `3.` and the digits on one
line. A character that is no digit raises CorruptFileError, which says where it stands.
"""
