"""`compute --checkpoint`: the folder that keeps what is finished, and what is said where the run ends before its digits are written."""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from pi_engine.cli.output.streams import remark, remarks_are_heard
from pi_engine.cli.output.terminal import printable
from pi_engine.runtime.storage import watcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.engine.arguments import CheckLevel
    from pi_engine.engine.resumption.checkpoint_use import CheckpointUse
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint


def require_folder(folder: str | None, *, resume: bool) -> None:
    """Refuse --resume without a folder."""
    if resume and folder is None:
        raise click.UsageError("--resume goes on with a checkpoint: name its folder with --checkpoint DIR")


@contextmanager
def kept_run(
    folder: str | None, digits: int, *, base: int, series: str, check: CheckLevel, resume: bool
) -> Iterator[RunCheckpoint | None]:
    """The checkpoint of a run, which is taken away when the digits are where they belong; None without a folder.

    After a preview they are not: a person who resumes a long run without -o would have lost it.
    """
    if folder is None:
        yield None
        return
    from pi_engine.engine.arguments import chosen_series
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint

    chosen = chosen_series(series)
    with RunCheckpoint.open(folder, digits, base, chosen, check=check != "none", resume=resume) as kept:
        way_on = printable(f"pi-engine: what is finished is kept; go on with: {resuming_command()}")
        if remarks_are_heard():
            watcher.tell(watcher.FAREWELL, os.fsencode(way_on))
        try:
            yield kept
        except BaseException:
            watcher.tell(watcher.FAREWELL)
            if kept.is_there:
                remark(way_on)
            raise
        watcher.tell(watcher.FAREWELL)
        if kept.digits_are_out:
            kept.clean()
        else:
            remark(
                printable(
                    f"pi-engine: most digits were not printed, so the checkpoint is kept; {resuming_command()} -o FILE writes them"
                )
            )
        for note in kept.store.notes:
            remark(f"pi-engine: {printable(note)}")


@contextmanager
def steps_finished(kept: RunCheckpoint | None) -> Iterator[None]:
    """Within, the first signal ends the run after the step in hand."""
    if kept is None:
        yield
        return
    from pi_engine.cli.process.interrupts import finishing

    with finishing(kept.stop) as over:
        kept.before_last_step(over)
        yield


def error_folder(file: str | None, checkpoint: str | None) -> str | None:
    """Where an error of the program is described: beside the output, else beside the checkpoint (None), else in the working folder."""
    if file is not None:
        return str(Path(file).absolute().parent)
    return "." if checkpoint is None else None


def resuming_command() -> str:
    """The command line of this run, with --resume."""
    context = click.get_current_context()
    words = ["pi-engine", "compute", str(context.params["digits"])]
    for parameter in context.command.params:
        given = parameter.name and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
        if not given or not isinstance(parameter, click.Option) or parameter.name == "resume":
            continue
        words.append(parameter.opts[-1])
        if not parameter.is_flag:
            words.append(str(context.params[str(parameter.name)]))
    return shlex.join([*words, "--resume"])


def checkpoint_fields(kept: RunCheckpoint | None) -> dict[str, object]:
    """What a run has done with its checkpoint, as a field of --json; none without one."""
    if kept is None:
        return {}
    use: CheckpointUse = kept.use
    fields = {
        "folder": use.folder,
        "records_loaded": use.loaded,
        "records_kept": use.kept,
        "bytes_written": use.bytes,
        "seconds": round(use.seconds, 6),
        "notes": use.notes,
    }
    return {"checkpoint": fields}
