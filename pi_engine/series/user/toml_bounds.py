"""Bounds of a TOML text, before it is parsed.

tomllib takes time and memory that grow with the square of a key's parts: 40 000 of them, 80 kB, took 6.4 GB. A file that describes a
series has no use for dotted keys or deep tables at all. So all that is not text or comment is looked at first, in one pass,
with the tokens of TOML: up to the first error of the file, which ends the parser too, both see the same.
"""

from __future__ import annotations

import re

from pi_engine.errors import UsageError

MOST_BYTES = 1 << 20
MOST_PARTS = 8
MOST_DEPTH = 8
MOST_KEY = 100
MOST_WORD = 5000
"""Characters in a row that are not text: a coefficient has at most 4800 digits."""

_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\\?\Z)'''
    r"""|'''(?:[^']|'(?!''))*+(?:'{3,5}|\Z)"""
    r"""|"(?:[^"\\\n]|\\.)*+(?:"|)"""
    r"""|'[^'\n]*+(?:'|)"""
    r"""|\#[^\n]*+""",
    re.DOTALL,
)
_KEY_ENDS = re.compile(r"[ \t]*[.=]")
_WORD = re.compile(rf"[^\s\[\]{{}},=.]{{{MOST_WORD + 1}}}")
_BRACKET = re.compile(r"[\[\]{}]")


def require_bounded(text: str) -> None:
    """See that a TOML text can be parsed in little time and memory.

    Raises:
        UsageError: it cannot; the message names the line.
    """
    for match in _TEXT.finditer(text):
        if len(match[0]) > MOST_KEY + 2 and match[0][0] != "#" and _KEY_ENDS.match(text, match.end()):
            raise _beyond(text[: match.start()], f"has a key of more than {MOST_KEY} characters")
    bare = _TEXT.sub(lambda match: "x" + "\n" * match[0].count("\n"), text)
    for number, line in enumerate(bare.split("\n")):
        if line.count(".") >= MOST_PARTS:
            raise UsageError(f"line {number + 1} has a key of {MOST_PARTS} parts or more: a series needs none of them")
        key, equals, _ = line.partition("=")
        if equals and len(key.strip()) > MOST_KEY:
            raise UsageError(f"line {number + 1} has a key of more than {MOST_KEY} characters")
    if found := _WORD.search(bare):
        raise _beyond(bare[: found.start()], f"has a number or a key of more than {MOST_WORD} characters")
    depth = 0
    for match in _BRACKET.finditer(bare):
        depth = depth + 1 if match[0] in "[{" else max(depth - 1, 0)
        if depth > MOST_DEPTH:
            raise _beyond(bare[: match.start()], f"is nested more than {MOST_DEPTH} deep")


def _beyond(before: str, what: str) -> UsageError:
    newlines = before.count("\n")
    return UsageError(f"line {newlines + 1} {what}")
