"""`pi-engine checkpoint show DIR`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import emit, emit_json, remark
from pi_engine.cli.parameters.names import FOLDER
from pi_engine.cli.parameters.options import json_option, quiet_option
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pi_engine.checkpoint.checkpoint_report import CheckpointReport


@click.command("show", short_help="Show what a checkpoint holds.")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--verify", is_flag=True, help="Read every file to its end, and compare all numbers with their hashes.")
@json_option
@quiet_option
@click.pass_context
def command(ctx: click.Context, *, folder: str, verify: bool, as_json: bool) -> None:
    """Show which run the checkpoint in the folder DIR is of, how far it got, and the command that goes on with it.

    The header of each file is compared with its hash, which takes no time. With --verify all numbers are compared too. If a
    file is damaged or missing, the exit code is 5. A run with --resume computes that part again.

    Nothing is changed. A run may be using the checkpoint at the same time.
    """
    from pi_engine.checkpoint.checkpoint_report import read_checkpoint

    report = read_checkpoint(folder, verify=verify)
    if as_json:
        emit_json(_fields(report, folder, verify=verify))
    else:
        _print(report, folder, verify=verify)
    if report.damaged:
        remark(
            f"pi-engine: {report.damaged} of {len(report.records)} records cannot be used; a run with --resume "
            "computes what was in them again"
        )
        ctx.exit(CorruptFileError.exit_code)


def _fields(report: CheckpointReport, folder: str, *, verify: bool) -> dict[str, object]:
    manifest = report.manifest
    return {
        "folder": folder,
        "in_use_by": report.holder,
        "written": manifest.written,
        "phase": manifest.phase,
        "generation": manifest.generation,
        "parameters": manifest.parameters,
        "prime": str(manifest.prime),
        "versions": manifest.versions,
        "bytes": report.size,
        "records": [
            {
                "key": record.key,
                "file": record.file,
                "bytes": record.size,
                "numbers": [number.name for number in record.numbers],
                "status": record.status,
                "detail": record.detail,
            }
            for record in report.records
        ],
        "verified": "numbers" if verify else "headers",
        "notes": report.notes,
        "resume": resuming_command(manifest.parameters, folder),
    }


def _print(report: CheckpointReport, folder: str, *, verify: bool) -> None:
    from pi_engine.cli.output.table import Column, print_entries, print_table
    from pi_engine.runtime.limits.memory import format_bytes

    manifest = report.manifest
    state = f"{report.damaged} cannot be used" if report.damaged else "all good"
    read = "every file read to its end" if verify else "headers read; --verify reads every file to its end"
    print_entries(
        [
            ("checkpoint", folder),
            ("in use", "no" if report.holder is None else f"by {report.holder}"),
            ("written", f"{manifest.written} by pi-engine {manifest.versions.get('pi_engine', 'of no known version')}"),
            ("phase", manifest.phase or "nothing kept yet"),
            *((name, _value(value)) for name, value in manifest.parameters.items()),
            ("kernels", manifest.versions.get("kernels", "none")),
            ("residue prime", str(manifest.prime)),
            ("disk", format_bytes(report.size)),
            ("records", f"{len(report.records)}, {state} ({read})"),
            *(("note", note) for note in report.notes),
            ("to go on", resuming_command(manifest.parameters, folder)),
            ("not known", "where the digits go, --memory and --scratch: give them again"),
        ]
    )
    if report.records:
        emit("\n")
        columns = [
            Column("record"), Column("numbers", rank=2), Column("bytes", right=True), Column("status"), Column("what is wrong", wraps=True),
        ]  # fmt: skip
        print_table(
            columns,
            [
                (
                    record.key,
                    " ".join(number.name for number in record.numbers),
                    record.size,
                    record.status,
                    record.detail,
                )
                for record in report.records
            ],
        )


def _value(value: object) -> str:
    import json

    text = value if isinstance(value, str) else f"{value:_}" if type(value) is int else json.dumps(value)
    return text if len(text) <= 200 else f"{text[:199]}…"


def resuming_command(parameters: Mapping[str, object], folder: str) -> str:
    """The command line that goes on with a checkpoint, as far as its parameters tell: where the digits go, they do not."""
    words = ["pi-engine", "compute"]
    digits = parameters.get("digits")
    words.append(str(digits) if type(digits) is int else "DIGITS")
    base, series = parameters.get("base"), parameters.get("series")
    if type(base) is int and base != 10:
        words += ["--base", str(base)]
    if isinstance(series, str) and series != "chudnovsky":
        words += ["--series", series]
    return shlex.join([*words, "--checkpoint", folder, "--resume"])
