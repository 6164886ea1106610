"""Compressed text: gzip, xz and Zstandard as streams, in both directions.

`compression` writes independent pieces, in threads; `decompression` reads a bounded piece at a time and refuses
streams that no program makes of digits, such as one that grows more than fifty times. `zstd_frames` walks the outer
form of Zstandard data, because its decoder ends silently where a file is cut off. Bytes go in and bytes come out.
"""
