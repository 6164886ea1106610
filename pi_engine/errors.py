"""The errors of this package; each class carries the exit code of the command line.

| exit code | class |
|---|---|
| 1 | PiEngineError, OutputError |
| 2 | UsageError |
| 3 | VerificationError, MiscalculationError, ProgramFaultError |
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
    """An argument cannot be used. The message names it and says what can."""

    exit_code = 2


class VerificationError(PiEngineError):
    """A check of the result failed: the digits must not be used."""

    exit_code = 3


class MiscalculationError(VerificationError):
    """A step of the arithmetic made a number that failed its check.

    The step made once more tells who is at fault: the same wrong number again is the program's, another one the machine's.

    Attributes:
        reason: what failed, in a few words.
        sides: where residues were compared, the two that should have been equal, each modulo 2^61 − 1 and the random prime.
        operands: by name, what is known of the numbers that the step had, where they were still in memory: `limbs`, their hash
            `xxh3_128`, and `sound`, whether they still had their residues (None where they have none).
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        sides: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
    ) -> None:
        """Say what is wrong; `reason` is the message where there is no shorter one."""
        super().__init__(message)
        self.reason = message if reason is None else reason
        self.sides = sides
        self.operands: dict[str, dict[str, object]] = {}


class ProgramFaultError(VerificationError):
    """A step failed its check twice with the same wrong number, so the program is wrong.

    Attributes:
        reproducer: what it takes to repeat the run and to find the step, as JSON has it.
    """

    def __init__(self, message: str, reproducer: dict[str, object]) -> None:
        """Say what is wrong."""
        super().__init__(message)
        self.reproducer = reproducer


class CapacityError(PiEngineError):
    """The work would not fit in memory, on disk, or in GMP's integers. It ends before it starts."""

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
            kind: "stray" (a character that is not a digit), "truncated", "header", "empty" or "damaged".
            offset: bytes before the place, in the decompressed text where the file is compressed and decompresses.
        """
        super().__init__(message)
        self.kind = kind
        self.offset = offset
