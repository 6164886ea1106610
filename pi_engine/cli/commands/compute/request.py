"""What `compute` refuses before it starts, and what it says of a run that it is only asked about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pi_engine.cli.output.streams import remarks_are_heard
from pi_engine.runtime.storage.atomic import is_special

if TYPE_CHECKING:
    from pi_engine.engine.arguments import CheckLevel


def require_agreement(
    file: str | None,
    *,
    to_stdout: bool,
    as_json: bool,
    form: str | None,
    block_size: int | None,
    proof: bool,
    check: str | None,
) -> None:
    """Refuse options that contradict each other."""
    if as_json and to_stdout:
        raise click.UsageError("--json and '-o -' both want stdout: choose one")
    if file is None and (form or block_size is not None):
        raise click.UsageError("--format and --block-size are for files: name one with '-o FILE'")
    if proof and (file is None or block_size is not None):
        raise click.UsageError("--proof needs one file: name it with '-o FILE', without --block-size")
    if proof and check not in (None, "full"):
        raise click.UsageError(f"--proof needs a run that is checked in full: leave out '--check {check}'")


def require_one_purpose(file: str | None, *, as_json: bool, laid_out: bool, verbose: bool) -> None:
    """Refuse options for printed digits if none are printed, and options for more and less on stderr at once."""
    if laid_out and (as_json or file is not None):
        instead = (
            "leave them out with --json" if as_json else "write '> FILE' in the place of '-o FILE', or leave them out"
        )
        raise click.UsageError(f"--all, --columns and --group are for digits on stdout: {instead}")
    if verbose and not remarks_are_heard():
        raise click.UsageError("--verbose and --quiet contradict each other: choose one")


def require_no_cluster(where: str | None) -> None:
    """Refuse to estimate what a cluster would do."""
    if where is not None:
        raise click.UsageError("--dry-run estimates a run without a cluster: leave --cluster out")


def require_output(
    file: str, digits: int, base: int, form: str | None, block_size: int | None, *, overwrite: bool, proof: bool
) -> None:
    """Refuse at once what could not be written in the end."""
    from pi_engine.digits.common.formats import format_to_write
    from pi_engine.digits.destination import require_file

    if proof:
        from pi_engine.files.certificate import require_certificate_file

        require_certificate_file(file, overwrite=overwrite)
    require_file(file, digits, base=base, form=format_to_write(file, form), overwrite=overwrite, block_size=block_size)


def dry_run(
    digits: int,
    file: str | None,
    *,
    base: int,
    series: str,
    threads: int | None,
    memory: int | None,
    scratch: str | None,
    check: CheckLevel,
    form: str | None,
    block_size: int | None,
    force: bool,
    proof: bool,
    checkpoint: str | None,
    as_json: bool,
) -> None:
    """Refuse what would be refused, the file's name and disk too and the checkpoint's, and print what the rest would take."""
    from pi_engine.cli.commands.estimate import refusal_of_scratch, show
    from pi_engine.engine.estimate import estimate
    from pi_engine.errors import CapacityError

    kind, refusal = None, None
    if file is not None:
        from pi_engine.digits.common.formats import format_to_write

        kind = format_to_write(file, form)
        try:
            require_output(file, digits, base, form, block_size, overwrite=force, proof=proof)
        except CapacityError as error:
            refusal = str(error)
    found = estimate(
        digits,
        base=base,
        series=series,
        threads=threads,
        memory=memory,
        check=check,
        format=kind,
        block_size=block_size,
        scratch=scratch is not None,
    )
    if found.scratch_bytes:
        refusal = refusal or refusal_of_scratch(scratch, found)
    if checkpoint is not None:
        refusal = refusal or _refusal_of_checkpoint(checkpoint, found.checkpoint_bytes)
    show(found, kind, as_json=as_json, refusal=refusal, checkpoint=checkpoint)


def _refusal_of_checkpoint(folder: str, size: int) -> str | None:
    """What to say where the disk of the folder, which may not be there yet, has less room; None where it has enough.

    Raises:
        UsageError: the folder cannot be made.
    """
    import shutil

    from pi_engine.checkpoint.checkpoint_folder import named_folder
    from pi_engine.checkpoint.folder_faults import opening
    from pi_engine.engine.resumption.disk_reserve import too_little_disk
    from pi_engine.errors import UsageError
    from pi_engine.runtime.storage.presence import is_folder, is_there

    place = named_folder(folder)
    there = place if is_there(place) else place.absolute().parent
    if not is_folder(there):
        wrong = (
            f"the folder {there} does not exist: make it first"
            if there != place
            else f"{folder} is not a folder: choose another name"
        )
        raise UsageError(wrong)
    with opening(place):
        free = shutil.disk_usage(there).free
    return str(too_little_disk(place, size, free)) if free < size else None


def scratch_folder(scratch: str | None, checkpoint: str | None, file: str | None) -> str | None:
    """Where what does not fit in memory goes: where the user says, or beside what the user has named; else nowhere."""
    if scratch is not None:
        from pi_engine.bigint.scratch.space_of_run import scratch_path

        return str(scratch_path(scratch))
    beside = checkpoint or file
    if beside is None or is_special(Path(beside)):
        return None
    return str(Path(beside).absolute().parent)
