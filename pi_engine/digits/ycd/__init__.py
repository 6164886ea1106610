"""The .ycd format: its header, one file, and sets of files.

`ycd_header` parses and writes the header, lines of keys and values up to a NUL. `ycd_reader` gives the blocks of one
file, `ycd_set` those of a folder of files as one number. `pending_set` replaces a whole folder at once, so that the old
set or the new one is there at every moment. What is allocated never depends on what a header claims.
"""
