"""What --cluster names: a scheduler, the file that names one, or worker processes to start on this machine."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_regular_file

_LOCAL = re.compile(r"local(?::([0-9]+))?")
_SCHEDULER = re.compile(r"(tcp|tls|ws|wss)://(?:\[[0-9A-Fa-f:.%\w]+\]|[^\s:/\[\]@]+):([0-9]{1,5})")
MOST_LOCAL = 1024
"""Worker processes of one machine at most."""

FORMS = "tcp://HOST:PORT, a scheduler's JSON file, or local:N"


class ClusterAddress(NamedTuple):
    """Where a cluster is; one of the two is set.

    Attributes:
        text: as it was given.
        scheduler: the address of a scheduler.
        local: worker processes to start here.
    """

    text: str
    scheduler: str | None = None
    local: int | None = None


def parse_address(text: str) -> ClusterAddress:
    """What was given, read; a file is opened, and nothing is connected to.

    Raises:
        UsageError: it has none of the `FORMS`, or the file names no scheduler.
    """
    if not text.strip():
        raise UsageError(f"--cluster is empty: give {FORMS}")
    if match := _LOCAL.fullmatch(text):
        count = int(match[1]) if match[1] else 0
        if not 1 <= count <= MOST_LOCAL:
            raise UsageError(f"--cluster {text}: give the number of worker processes, as in local:4")
        return ClusterAddress(text, local=count)
    if "://" in text:
        return ClusterAddress(text, scheduler=_checked(text, f"--cluster {text}"))
    path = Path(text)
    if path.suffix == ".json" or is_regular_file(path):
        return ClusterAddress(text, scheduler=_named_in(path))
    if re.fullmatch(r"[^\s:/]+:[0-9]+", text):
        raise UsageError(f"--cluster {text} has no scheme: write tcp://{text}")
    raise UsageError(f"--cluster {text} names no cluster: give {FORMS}")


def _checked(address: str, where: str) -> str:
    match = _SCHEDULER.fullmatch(address)
    if match is None or not 1 <= int(match[2]) <= 65535:
        raise UsageError(f"{where} is not the address of a scheduler: write it like tcp://HOST:8786")
    return address


def _named_in(path: Path) -> str:
    """The address in a scheduler's file, as `dask scheduler --scheduler-file` writes it."""
    try:
        with path.open("rb") as stream:
            text = stream.read(1 << 20)
    except OSError as error:
        raise UsageError(f"--cluster {path}: {error.strerror}: give {FORMS}") from error
    try:
        found = json.loads(text)
        address = found["address"]
    except (ValueError, KeyError, TypeError):
        address = None
    if not isinstance(address, str):
        raise UsageError(
            f"--cluster {path} is not a scheduler's file: 'dask scheduler --scheduler-file FILE' writes one"
        )
    return _checked(address, f"the address {address} in {path}")
