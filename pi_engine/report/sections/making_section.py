"""The section on how the page was made: times of its parts, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.report.markup.elements import Section, bullets, joined, paragraph
from pi_engine.report.markup.html_tables import Heading, table
from pi_engine.report.markup.number_text import duration, spaced

if TYPE_CHECKING:
    from pi_engine.report.measured.findings import Findings


def making_section(found: Findings) -> Section:
    """Seconds by part, and the parts that were left out."""
    rows = [[part, duration(seconds)] for part, seconds in found.seconds.items()]
    missing = [spaced(f"{left.part}: {left.reason}.") for left in found.left_out]
    content = joined(
        paragraph(
            f"pi-engine {found.machine.versions['pi_engine']} made this page at {found.made:%Y-%m-%d %H:%M:%S} UTC. It is one file, "
            "which needs no network and has no script. Its numbers come from this run, unless a section names another source."
        ),
        table(
            "time-table",
            "Time that each part of the report took",
            [Heading("part"), Heading("time", number=True)],
            rows,
        ),
        joined(paragraph("Left out:"), bullets(missing)) if missing else "",
    )
    return Section("making", "How this page was made", content)
