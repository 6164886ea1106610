"""Where a sequence takes its characters from.

`digit_access` says what a source of digits offers. `word_access` reads packed words at any place: of .ycd files (`ycd_access`), and of
digits that were put aside. `text_access` reads plain text, at any place where its layout is regular (`regular_layout`), and
`stream_access` everything else from its beginning. `text_in_memory` has digits that were computed. `unchanged` finds out that a
file has been written to since.
"""
