"""Compressed text as streams: gzip, xz and Zstandard in both directions, bzip2 and zip archives of one file to be read.

`compression` writes independent pieces, in threads. `decompression` reads a bounded piece at a time and refuses streams
that no program makes of digits, such as one that grows more than fifty times. `zstd_frames` walks the outer form of
Zstandard data, because its decoder ends silently where a file is cut off. `zip_archive` finds the one file in an
archive, by a `temporary_copy` where that comes from a pipe. `containers` undoes one or two compressions, and refuses
other kinds of files by their names. Bytes go in and bytes come out.
"""
