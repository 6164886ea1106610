"""JSON that anybody may have written: one object, of bounded size, whose fields are what they should be or one error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias, TypeGuard

from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"


def parse_object(content: bytes, source: str) -> dict[str, JSON]:
    """The object that the text is.

    Args:
        content: UTF-8, of a size that the caller has bounded.
        source: what it is, for the message: the subject of a sentence.

    Raises:
        CorruptFileError: it is not JSON, has a name twice or a number that is not valid, or is not an object.
    """
    try:
        found = json.loads(content.decode(), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise CorruptFileError(f"{source} is damaged: it holds no valid JSON") from None
    if not isinstance(found, dict):
        raise CorruptFileError(f"{source} is damaged: it holds no JSON object")
    return found


def _distinct(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is not a number")


def canonical(fields: Mapping[str, JSON]) -> bytes:
    """The one text of an object: names sorted, no blanks, ASCII.

    Raises:
        TypeError, ValueError: a value is nothing that JSON has.
    """
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def as_read(fields: Mapping[str, object]) -> dict[str, JSON]:
    """The object as it will be read: tuples are lists, and names are text.

    Raises:
        TypeError, ValueError: a value is nothing that JSON has.
    """
    found: dict[str, JSON] = json.loads(json.dumps(fields, allow_nan=False))
    return found


def require_fields(fields: Mapping[str, JSON], names: Iterable[str], source: str) -> None:
    """See that the object has these fields and no others.

    Raises:
        CorruptFileError: it has not.
    """
    names = set(names)
    for name in sorted(names - fields.keys()):
        raise CorruptFileError(f"{source} is damaged: the field '{name}' is missing")
    for _ in fields.keys() - names:
        raise CorruptFileError(f"{source} is damaged: it has a field that is not known")


def is_count(value: JSON, most: int) -> TypeGuard[int]:
    """Whether it is a whole number from 0 to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def is_text(value: JSON, most: int) -> TypeGuard[str]:
    """Whether it is text of at most this many characters, and all of them can be shown."""
    return isinstance(value, str) and len(value) <= most and value.isprintable()
