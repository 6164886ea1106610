"""The JSON object of `report`: the data of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.cli.commands import convergence, verify
from pi_engine.cli.commands.explore import stats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.engine.result import Check
    from pi_engine.report.measured.findings import Findings


def report_fields(found: Findings, output: str | None) -> dict[str, object]:
    """What the page says; the parts have the fields that the commands for them print."""
    facts, checked = found.digits, found.checked
    return {
        "made": found.made.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "machine": found.machine.as_json(),
        "speed": found.speed.as_json(),
        "series": [convergence.fields_of(x) for x in found.convergence],
        "digits": {
            "name": facts.name,
            "file": facts.file,
            "format": facts.format,
            "base": facts.base,
            "count": facts.digits,
            "origin": facts.origin,
            "value_start": facts.first,
            "value_end": facts.last,
            "checks": _checks(facts.checks),
            "notes": facts.notes,
        },
        "computation": {
            "digits": checked.digits,
            "base": checked.base,
            "path": checked.path,
            "seconds": round(checked.seconds, 6),
            "checks": _checks(checked.checks),
            "agreeing": checked.agreeing,
        },
        "verification": None if found.verification is None else verify.fields_of(found.verification),
        "statistics": None if found.statistics is None else stats.fields_of(found.statistics),
        "pictures": [
            {
                "kind": drawing.kind,
                "title": drawing.title,
                "description": drawing.description,
                "first": drawing.first,
                "last": drawing.last,
            }
            for drawing in found.pictures
        ],
        "left_out": [{"part": left.part, "reason": left.reason} for left in found.left_out],
        "output": output,
        "seconds": {part: round(spent, 6) for part, spent in found.seconds.items()},
    }


def _checks(checks: Sequence[Check]) -> list[dict[str, object]]:
    return [{"name": check.name, "status": check.status, "detail": check.detail} for check in checks]
