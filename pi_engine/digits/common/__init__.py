"""What all formats of digit files share: blocks, the formats' names, the source of bytes, and their SHA-256.

A block is an array of words of 19 decimal digits, or 16, 21 or 64 of base 16, 8 or 2, and a count. Every format turns
bytes into blocks and back, so that no format knows another one. `source` reads a file or standard input once, counted,
and can look at its beginning first. `foreign` names the archives, documents and images that are not digit files,
`text_encodings` tells UTF-16 and UTF-32, both by the first bytes. `constants` holds the first digits of π and of
constants whose files are mistaken for it.
"""
