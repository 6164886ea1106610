"""The errors of this package; each class carries the exit code of the command line.

| exit code | class |
|---|---|
| 1 | PiEngineError, OutputError |
| 2 | UsageError |
| 3 | VerificationError |
| 4 | CapacityError |
| 5 | CorruptFileError |

Exit code 6 has no class: it is `Verification.exit_code` where nothing wrong was found, but not every digit was compared.

A message is one line that says what is wrong and what to do.
"""

import errno


class PiEngineError(Exception):
    """Base of all errors that this package raises on purpose."""

    exit_code = 1


class OutputError(PiEngineError):
    """A file could not be written."""


class UsageError(PiEngineError, ValueError):
    """An argument is not usable; the message names it and says what is."""

    exit_code = 2


class VerificationError(PiEngineError):
    """A check of the result failed: the digits must not be used."""

    exit_code = 3


class CapacityError(PiEngineError):
    """Refused before it starts: it would not fit in memory, on disk, or in GMP's integers."""

    exit_code = 4
    errnos = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
    """What the system answers when it happens while writing."""


class CorruptFileError(PiEngineError):
    """A file of digits is damaged, cut off, or not of a known format or version."""

    exit_code = 5

    def __init__(self, message: str, *, kind: str = "damaged", offset: int | None = None) -> None:
        """Say what is wrong.

        Args:
            message: one line.
            kind: "stray" (a character that is no digit), "truncated", "header", "empty" or "damaged".
            offset: bytes before the place, in the decompressed text where the file is compressed and decompresses.
        """
        super().__init__(message)
        self.kind = kind
        self.offset = offset
