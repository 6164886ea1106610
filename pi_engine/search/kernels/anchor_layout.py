"""What `anchor_kernel` and its callers share: the places of the rows of integers that it takes."""

ANY = ord("?")
"""The character of a pattern that stands for any digit."""

MOST_WIDTH = 8
"""Digits of an anchor, at most: the bytes of a word."""

MULTIPLIER = 0x9E3779B97F4A7C15
"""2^64 divided by the golden ratio, an odd number (Knuth, The Art of Computer Programming 3, section 6.4)."""

WIDTH, BITS, MARKS, STARTS, ANCHORS, OFFSETS, LENGTHS, PLACES, NUMBERS, CHARACTERS, TABLE_PLACES = range(11)
"""A table of patterns.

WIDTH, BITS: digits of an anchor, and bits of its hash.
MARKS: address of uint8[2^BITS], not 0 where an anchor has the hash. STARTS: of int64[2^BITS + 1], where the patterns of each hash begin.
ANCHORS, OFFSETS, LENGTHS, PLACES, NUMBERS: addresses of int64, in this order of the patterns: the anchor as one number, its place
in the pattern, the pattern's length, where in CHARACTERS it begins, and its number.
"""

COUNTS, STORED, ROOM, TARGET, FOUND, CAPACITY, WRITTEN, STATE_PLACES = range(8)
"""What a thread has found.

COUNTS, STORED: addresses of int64, by the pattern's number: how often it was found, and how many places of it are stored; at most ROOM.
TARGET, FOUND: addresses of int64[CAPACITY]: places, and the patterns' numbers. WRITTEN: how many of them there are.
"""
