"""The rooms of the package: read from the sources, drawn, and told in tables."""
