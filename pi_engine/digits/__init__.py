"""Digit files: read in any format, written whole or not at all.

`reader` opens a file of any format as a stream of blocks. `writer` writes blocks to a file, reads them back and
compares them before the file gets its name. `conversion` does one after the other. What could not be written in the end
is refused before any work is done (`file_sizes`, `destination`). Memory stays bounded whatever a file holds or claims.
`block_hash` is the hash of digits that reading, writing and the computation must agree on.
"""
