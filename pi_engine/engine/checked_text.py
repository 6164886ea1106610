"""The check of the digits as they will be handed over: against the value, and against π where π is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine import series as series_room
from pi_engine.bigint.residues.moduli import moduli_text
from pi_engine.engine.checks.known import compare_with_known, known_hash
from pi_engine.engine.checks.reference import require_reference
from pi_engine.engine.fraction_to_text import require_text
from pi_engine.engine.result import Check
from pi_engine.errors import VerificationError

if TYPE_CHECKING:
    from pi_engine.engine.fraction_to_text import Converted
    from pi_engine.engine.planning.plan import Plan


def check_digits(plan: Plan, converted: Converted, threads: int) -> list[Check]:
    """Check the text against the value, and against π where π is known.

    Raises:
        MiscalculationError: the text is not the value.
        VerificationError: it is not π where π is known.
    """
    require_text(converted, plan, threads)
    text = converted.text
    reference = []
    if not series_room.is_catalogued(plan.series):
        count = require_reference(plan.series, str(text).replace(".", "", 1), plan.base)
        detail = f"{count} digit{'s' * (count != 1)} of this series, which is not of the catalogue, with the Gauss–Legendre iteration's"
        reference = [Check("reference", "passed", detail)]
    known = compare_with_known(text, plan.base, len("3."))
    if known.differs is not None:
        raise VerificationError(
            f"position {known.differs.start}: the digits are {known.found}, but those of π are {known.differs.digits}"
        )
    expected = known_hash(plan.digits, plan.base)
    if expected is not None and expected != converted.hash:
        raise VerificationError(f"the hash of the digits is {converted.hash}, but that of π is {expected}")
    plural = "s" if known.compared > 1 else ""
    compared = f"{known.compared} known position{plural}, the last ending at {known.reach}"
    return [
        Check("conversion", "passed", f"the digits of the text and the binary value modulo {moduli_text()}"),
        *reference,
        Check("known digits", "passed", compared + (", and the whole hash" if expected is not None else ""))
        if known.compared
        else Check("known digits", "skipped", "no known position among so few digits"),
    ]
