"""Series that users describe in TOML files: read, never executed.

`user_file` reads the file. `expression` parses the formulas as people write them, with `algebras` that say what their
symbols become. `toml_bounds` refuses texts that would take the parser long. A series comes out, or a UsageError that
names the place. That the series converges is proved here; that it sums to π is for the checks of a computation to find
out.
"""
