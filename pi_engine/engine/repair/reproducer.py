"""The file that describes a step of a run in which the program is wrong: what to report, and how to repeat it."""

from __future__ import annotations

import json
import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.bigint.residues.moduli import moduli
from pi_engine.errors import PiEngineError, ProgramFaultError
from pi_engine.runtime.storage.atomic import atomic_writer
from pi_engine.runtime.versions import arithmetic_versions

if TYPE_CHECKING:
    from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint


def origin_of(digits: int, base: int, series: str, threads: int, check: str) -> dict[str, object]:
    """A run: its parameters, the moduli of its residues, and the command that repeats it."""
    options = {"base": base, "series": series, "threads": threads, "check": check}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return {
        "schema": 1,
        "versions": arithmetic_versions(),
        "run": {"digits": digits, **options},
        "moduli": [str(modulus) for modulus in moduli()],
        "command": shlex.join(["pi-engine", "compute", str(digits), *words]),
    }


def reported(
    error: ProgramFaultError,
    folder: str | os.PathLike[str] | None,
    checkpoint: str | os.PathLike[str] | RunCheckpoint | None,
) -> ProgramFaultError:
    """The error with the name of a new file, to which its reproducer is written: in the folder, else beside the checkpoint, if any."""
    if folder is None and checkpoint is not None:
        kept = checkpoint if isinstance(checkpoint, (str, os.PathLike)) else checkpoint.store.folder
        folder = Path(kept).absolute().parent
    if folder is None:
        return ProgramFaultError(f"{error}: report it with the output of 'pi-engine info'", error.reproducer)
    place = Path(folder) / f"pi-engine-error-{time.strftime('%Y%m%d-%H%M%S')}.json"
    try:
        with atomic_writer(place, overwrite=True) as stream:
            stream.write(json.dumps(error.reproducer, indent=2, ensure_ascii=False).encode() + b"\n")
    except PiEngineError as failed:
        return ProgramFaultError(f"{error}: report it (its description was not written: {failed})", error.reproducer)
    return ProgramFaultError(
        f"{error}: report it with the file {place}, which also says how to repeat it", error.reproducer
    )
