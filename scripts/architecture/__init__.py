"""The rooms of the package: read from the sources, drawn, and listed in tables."""
