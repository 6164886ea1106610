"""`pi-engine identities [NAME…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.names import IDENTITY
from pi_engine.cli.output import emit, emit_json
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import COUNT

if TYPE_CHECKING:
    from pi_engine.identities import Evaluation


@click.command(short_help="The gallery: both sides of each identity.")
@click.argument("names", type=IDENTITY, nargs=-1, metavar="[NAME]...")
@click.option(
    "--digits",
    type=COUNT,
    metavar="N",
    help="Digits to which both sides are evaluated; by default 1000, and 200 where one is an integral.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing on stderr but errors.")
def command(names: tuple[str, ...], *, digits: int | None, as_json: bool, quiet: bool) -> None:
    """Evaluate both sides of each identity of the gallery to N digits, and say how many agree.

    NAME is that of an identity, or a number from 1 to 10 for a part of the gallery; without one all are evaluated.
    Those that are named are shown in full: each instance, its value, its source, and what else is worth seeing.

    Sides agree if they differ by less than 10^−N, relative to values above 1. Exit code 3: some do not.
    """
    from pi_engine.errors import VerificationError
    from pi_engine.identities import evaluate, get

    chosen = get(names)
    evaluations = []
    with ProgressBar(enabled=not quiet) as progress:
        for done, identity in enumerate(chosen):
            progress("identities", done, len(chosen))
            evaluations.append(evaluate(identity, digits))
            if not as_json:
                emit(_as_text(evaluations[-1], full=bool(names)))
    if as_json:
        emit_json({"identities": [_as_fields(evaluation) for evaluation in evaluations]})
    wrong = [evaluation.identity.name for evaluation in evaluations if not evaluation.ok]
    if wrong:
        raise VerificationError(f"the two sides differ in {', '.join(wrong)}: report this as a bug")


def _as_text(evaluation: Evaluation, *, full: bool) -> str:
    identity = evaluation.identity
    verdict = "agree" if evaluation.ok else "AGREE, NO MORE"
    count = f"{evaluation.digits_agreeing} of {evaluation.digits_requested} digits {verdict}"
    lines = [f"{identity.name:<22} {count}, {evaluation.seconds:.2f} s", f"    {identity.statement}"]
    if full:
        lines.append(f"    source: {identity.source}")
        for label, agreeing, value in evaluation.cases:
            short = "" if evaluation.ok else f" ({agreeing} digits)"
            lines.append(f"    {label}{': ' if label else ''}{value}{short}")
        lines += [f"    {note}" for note in (identity.notes() if identity.notes else [])]
    return "\n".join(lines) + "\n"


def _as_fields(evaluation: Evaluation) -> dict[str, object]:
    identity = evaluation.identity
    return {
        "name": identity.name,
        "statement": identity.statement,
        "source": identity.source,
        "digits_requested": evaluation.digits_requested,
        "digits_agreeing": evaluation.digits_agreeing,
        "ok": evaluation.ok,
        "seconds": round(evaluation.seconds, 6),
        "cases": [
            {"label": label, "digits_agreeing": agreeing, "value_start": value}
            for label, agreeing, value in evaluation.cases
        ],
    }
