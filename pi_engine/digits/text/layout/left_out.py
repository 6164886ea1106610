"""What a reading has left out of a text, or taken for granted: the sentences of its notes."""

from __future__ import annotations

from typing import NamedTuple

_LONGEST_SAMPLE = 40


class _Kind(NamedTuple):
    times: int
    line: int
    sample: str


class LeftOut:
    """Counts what is left out, by kind, with the line where it is first; `remarks` are sentences of another kind."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.remarks: list[str] = []
        self._kinds: dict[str, _Kind] = {}

    def add(self, name: str, count: int, line: int, sample: bytes = b"") -> None:
        """`count` of a kind more, the first of them in this line; the name is a plural."""
        before = self._kinds.get(name)
        self._kinds[name] = (
            _Kind(count, line, shown(sample)) if before is None else before._replace(times=before.times + count)
        )

    def notes(self) -> list[str]:
        """A sentence for each kind, and the other remarks."""
        sentences = []
        for name, (count, line, sample) in self._kinds.items():
            place = f"in line {line:_}" if count == 1 else f"{count:_}, the first in line {line:_}"
            sentences.append(f"left out: {name} ({place}{': ' if sample else ''}{sample})")
        return self.remarks + sentences


def shown(text: bytes) -> str:
    """A short text in quotation marks, without control characters; "" for none."""
    line = " ".join(text.decode("utf-8", "replace").split())
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    if not line:
        return ""
    return f"“{line}”" if len(line) <= _LONGEST_SAMPLE else f"“{line[: _LONGEST_SAMPLE - 1]}…”"
