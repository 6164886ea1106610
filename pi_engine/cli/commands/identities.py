"""`pi-engine identities [NAME…]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.cli.output.terminal import hang, stdout_width
from pi_engine.cli.parameters.names import IDENTITY
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.cli.parameters.quantities import COUNT
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from pi_engine.identities import Evaluation

_COLUMNS = ("identity", "digits agreeing", "digits requested", "verdict", "seconds", "statement")


@click.command(short_help="Evaluate both sides of identities around π.")
@click.argument("names", type=IDENTITY, nargs=-1, metavar="[NAME]...")
@click.option(
    "--digits",
    type=COUNT,
    metavar="N",
    help="Number of digits. By default 1000, or 200 if a side is an integral.",
)
@json_option
@quiet_option
def command(names: tuple[str, ...], *, digits: int | None, as_json: bool) -> None:
    """Evaluate both sides of each identity of the gallery to N digits, and count the digits that agree.

    NAME is an identity, or a number from 1 to 10 for a part of the gallery. Without NAME all identities are
    evaluated. Identities that are named are shown in full, with their instances, values and sources.

    The two sides agree if they differ by less than 10^−N, relative to values above 1. All digits that are printed
    are truncated, never rounded: values to N digits after the point, at most 50. In a sentence, "…" stands where a
    number goes on.

    Exit code 3: the two sides of an identity differ.
    """
    from pi_engine.errors import VerificationError
    from pi_engine.identities import evaluate, get

    chosen, width = get(names), stdout_width()
    evaluations = []
    if not (as_json or names or width):
        emit("\t".join(_COLUMNS), "\n")
    with ProgressBar(only="identities") as progress:
        for done, identity in enumerate(chosen):
            progress("identities", done, len(chosen))
            evaluations.append(evaluate(identity, digits))
            if not as_json:
                with progress.hidden():
                    emit(_as_text(evaluations[-1], width, full=bool(names)))
    if as_json:
        emit_json({"identities": [_as_fields(evaluation) for evaluation in evaluations]})
    wrong = [evaluation.identity.name for evaluation in evaluations if not evaluation.ok]
    if wrong:
        raise VerificationError(f"the two sides differ in {', '.join(wrong)}: report this as a bug")


def _as_text(evaluation: Evaluation, width: int | None, *, full: bool) -> str:
    if width is not None:
        return "\n".join(hang(line, width, indent=8) for line in _lines(evaluation, full=full)) + "\n"
    from pi_engine.cli.output.table import format_entries, tab_separated

    if full:
        return format_entries(_entries(evaluation), None)
    verdict = "agree" if evaluation.ok else "differ"
    cells = (
        evaluation.identity.name, evaluation.digits_agreeing, evaluation.digits_requested, verdict,
        f"{evaluation.seconds:.2f}", evaluation.identity.statement,
    )  # fmt: skip
    return tab_separated(cells) + "\n"


def _lines(evaluation: Evaluation, *, full: bool) -> list[str]:
    """What a terminal shows."""
    identity = evaluation.identity
    lines = [f"{identity.name:<22} {_verdict(evaluation)}, {evaluation.seconds:.2f} s", f"    {identity.statement}"]
    if full:
        lines.append(f"    source: {identity.source}")
        lines += [f"    {label}{': ' if label else ''}{value}" for label, value in _cases(evaluation)]
        lines += [f"    {note}" for note in evaluation.notes()]
    return lines


def _entries(evaluation: Evaluation) -> list[tuple[str, str]]:
    """What goes into a pipe, of an identity that was named."""
    identity = evaluation.identity
    return [
        ("identity", identity.name),
        ("verdict", _verdict(evaluation)),
        ("seconds", f"{evaluation.seconds:.2f}"),
        ("statement", identity.statement),
        ("source", identity.source),
        *((label or "value", value) for label, value in _cases(evaluation)),
        *(("note", note) for note in evaluation.notes()),
    ]


def _verdict(evaluation: Evaluation) -> str:
    verdict = "agree" if evaluation.ok else "AGREE, NO MORE"
    return f"{evaluation.digits_agreeing:_} of {counted(evaluation.digits_requested, 'digit')} {verdict}"


def _cases(evaluation: Evaluation) -> list[tuple[str, str]]:
    return [
        (label, value if evaluation.ok else f"{value} ({counted(agreeing, 'digit')})")
        for label, agreeing, value in evaluation.cases
    ]


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
