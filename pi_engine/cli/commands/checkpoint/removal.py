"""`pi-engine checkpoint clean DIR`."""

from __future__ import annotations

import click

from pi_engine.cli.output.streams import emit, emit_json
from pi_engine.cli.output.terminal import printable
from pi_engine.cli.parameters.names import FOLDER
from pi_engine.cli.parameters.options import json_option, quiet_option


@click.command("clean", short_help="Remove a checkpoint.")
@click.argument("folder", type=FOLDER, metavar="DIR")
@json_option
@quiet_option
def command(*, folder: str, as_json: bool) -> None:
    """Remove the checkpoint in the folder DIR.

    Only the files of the checkpoint are removed, including damaged ones. The folder is removed too if nothing else is in
    it. It is an error if a run is using the checkpoint, or if the folder holds no checkpoint.
    """
    from pi_engine.checkpoint.checkpoint_folder import clean_folder
    from pi_engine.runtime.limits.memory import format_bytes

    removed = clean_folder(folder)
    if as_json:
        emit_json(
            {
                "folder": folder,
                "files_removed": removed.files,
                "bytes_removed": removed.size,
                "folder_removed": removed.folder,
            }
        )
        return
    plural = "" if removed.files == 1 else "s"
    left = "" if removed.folder else "; the folder stays, with what else is in it"
    emit(printable(f"removed {removed.files} file{plural}, {format_bytes(removed.size)}: {folder}{left}"), "\n")
