"""docs/scaling.md: its figures, tables and picture."""
