"""The table of docs/series.md: the catalogue, from its own rows."""

from __future__ import annotations

from itertools import groupby

from pi_engine.series import catalogue


def catalogue_table() -> str:
    """A table for every family, with the formula, the digits a term gives and the predicted cost of each series."""
    lines = []
    for family, rows in groupby(sorted(catalogue(), key=lambda row: row.family), key=lambda row: row.family):
        lines += [
            f"### {family}",
            "",
            "| name | formula | D | digits a term | cost | source |",
            "|---|---|---|---|---|---|",
        ]
        for row in rows:
            D = f"−{-row.discriminant}" if row.discriminant is not None else ""
            source = row.source.replace("|", "\\|")
            lines.append(
                f"| `{row.name}` | {row.formula} | {D} | {row.digits_per_term:.4f} | {row.cost:.4f} | {source} |"
            )
        lines.append("")
    return "\n".join(lines).rstrip()
