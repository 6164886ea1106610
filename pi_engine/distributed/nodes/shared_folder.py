"""A folder that the client and all workers see: tried by files with random content, which each writes and another reads."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.runtime.storage.presence import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from distributed import Client

ANSWER_SECONDS = 10.0
"""How long workers may take to look: one that has gone away a moment ago never answers."""

_QUESTION = "question"


class SharedFolder:
    """A private folder within another, for the files of a run.

    Attributes:
        path: where it is.
    """

    def __init__(self, within: Path) -> None:
        """Make it.

        Raises:
            OSError: it cannot be made.
        """
        self._made = None if is_folder(within) else within
        if self._made is not None:
            within.mkdir(mode=0o700)
        self.path = Path(tempfile.mkdtemp(prefix="pi-engine-nodes-", dir=within)).absolute()
        self._word = os.urandom(16).hex()
        (self.path / _QUESTION).write_text(self._word, encoding="ascii")

    def unseen_by(self, client: Client, workers: Iterable[str]) -> list[str]:
        """The addresses of those workers that do not see it, or cannot write to it."""
        addresses = list(workers)
        if not addresses:
            return []
        try:
            answers = client.run(
                answer, str(self.path), workers=addresses, on_error="return", callback_timeout=ANSWER_SECONDS
            )
        except TimeoutError:  # one of them has gone away, or does nothing for a long time
            return addresses
        return [address for address in addresses if not self._has(answers.get(address))]

    def _has(self, found: object) -> bool:
        """Whether what a worker has read is what was written here, and what it has written is here."""
        if not (isinstance(found, tuple) and found[0] == self._word):
            return False
        place = self.path / found[1]
        try:
            seen = place.read_text(encoding="ascii")
            place.unlink()
        except OSError:
            return False
        return bool(seen == found[2])

    def close(self) -> None:
        """Take it away, with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._made is not None:
            with contextlib.suppress(OSError):
                self._made.rmdir()


def answer(folder: str) -> tuple[str, str, str]:
    """On a worker: what is in the folder's question, and name and content of a file that it has written beside.

    Raises:
        OSError: it does not see the folder, or cannot write to it.
    """
    path, word = Path(folder), os.urandom(16).hex()
    found = (path / _QUESTION).read_text(encoding="ascii")
    name = f"answer-{os.urandom(8).hex()}"
    (path / name).write_text(word, encoding="ascii")
    return found, name, word
