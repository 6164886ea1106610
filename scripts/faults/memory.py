"""Large numbers in memory: where those that the variables of a running function lead to lie, and how they are written there.

A number is large from `LEAST_BYTES` on. It is an mpz, an array of limbs, words or characters, a text of digits, bytes, or a
block of workspace: whatever has an `address` and a `size`.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.limbs import limb_address, limb_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Cells = NDArray[np.uint64] | NDArray[np.uint8]

Form = Literal["mpz", "limbs", "words", "digits", "hexadecimal", "bytes"]
Step = tuple[str, str | int]
Path = tuple[Step, ...]

LEAST_BYTES = 160
"""Twenty limbs."""

MOST_BYTES = 1 << 25
"""What is larger is the address space that workspace is cut from."""

DEPTH = 3
"""Steps from a variable to a number, at most: `node.Q.limbs` has two."""

WORD = 10**19
_ITEMS = 12
_PROBE = 64
_LIMB_BYTES = 8
_DIGITS, _HEXADECIMAL = frozenset(b"0123456789."), frozenset(b"0123456789ABCDEFabcdef.")


class Number(NamedTuple):
    """A large number: where its limbs, words or characters lie.

    Attributes:
        address: of the first of them.
        count: how many.
        size: bytes of each.
        owner: what keeps them alive.
    """

    address: int
    count: int
    size: int
    owner: object

    @property
    def place(self) -> tuple[int, int]:
        """Address and number of bytes."""
        return self.address, self.count * self.size

    @property
    def cells(self) -> Cells:
        """Limbs, words or characters, writable whatever Python says."""
        kind = ctypes.c_uint64 if self.size == _LIMB_BYTES else ctypes.c_uint8
        return np.ctypeslib.as_array((kind * self.count).from_address(self.address))

    @property
    def form(self) -> Form:
        """What the cells mean, as they are now."""
        if isinstance(self.owner, mpz):
            return "mpz"
        if self.size == _LIMB_BYTES:
            return "words" if np.all(self.cells < WORD) else "limbs"
        found = frozenset(self.cells.tobytes())
        return "digits" if found <= _DIGITS else "hexadecimal" if found <= _HEXADECIMAL else "bytes"


def number_in(value: object) -> Number | None:
    """The large number that `value` itself is."""
    if isinstance(value, mpz):
        count = limb_count(value)
        if 8 * count < LEAST_BYTES:
            return None
        address, owner = limb_address(value)
        return Number(address, count, 8, value) if owner is value else None
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "u" or not LEAST_BYTES <= value.nbytes <= MOST_BYTES or not value.flags.c_contiguous:
            return None
        return _at(value.__array_interface__["data"][0], value.nbytes, 1 if value.dtype.itemsize == 1 else 8, value)
    if isinstance(value, str):
        if len(value) < LEAST_BYTES or not value.isascii() or not _HEXADECIMAL.issuperset(value[:_PROBE].encode()):
            return None  # other text is for people
        return _at(_utf8(value, None), len(value), 1, value)
    if isinstance(value, bytes | bytearray | memoryview):
        if not LEAST_BYTES <= memoryview(value).nbytes <= MOST_BYTES or not memoryview(value).contiguous:
            return None
        return _at(np.frombuffer(value, np.uint8).ctypes.data, memoryview(value).nbytes, 1, value)
    address, size = getattr(value, "address", None), getattr(value, "size", None)
    if isinstance(address, int) and isinstance(size, int) and LEAST_BYTES <= size <= MOST_BYTES:
        return Number(address, size // 8, 8, value)
    return None


def _at(address: int, length: int, size: int, owner: object) -> Number:
    return Number(address, length // size, size, owner)


def numbers_from(name: str, value: object) -> Iterator[tuple[Path, Number]]:
    """All large numbers that a variable leads to, each with the steps to it."""
    yield from _walk((("name", name),), value, DEPTH)


def follow(path: Path, value: object) -> Number | None:
    """The large number at the end of the steps from a variable's value, if it is there."""
    try:
        for kind, step in path[1:]:
            if kind == "attribute":
                value = getattr(value, str(step))
            elif kind == "value":
                value = list(value.values())[int(step)]  # type: ignore[attr-defined]
            else:
                value = value[step]  # type: ignore[index]
    except (AttributeError, IndexError, TypeError):
        return None
    return number_in(value)


def _walk(path: Path, value: object, depth: int) -> Iterator[tuple[Path, Number]]:
    number = number_in(value)
    if number is not None:
        yield path, number
        return
    if depth:
        for step, part in _parts(value):
            yield from _walk((*path, step), part, depth - 1)


def _parts(value: object) -> Iterator[tuple[Step, object]]:
    kind = type(value)
    if hasattr(value, "_fields"):
        for field in value._fields:
            yield ("attribute", field), getattr(value, field)
    elif kind in {list, tuple}:
        for i, part in enumerate(value):  # type: ignore[var-annotated, arg-type]
            if i < _ITEMS or i == len(value) - 1:  # type: ignore[arg-type]
                yield ("item", i), part
    elif kind is dict:
        for i, part in enumerate(value.values()):  # type: ignore[attr-defined]
            if i < _ITEMS:
                yield ("value", i), part
    elif kind.__module__.startswith("pi_engine."):
        slots = (name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))
        for name in dict.fromkeys((*getattr(value, "__dict__", ()), *slots)):
            if name.startswith("__"):
                continue
            yield ("attribute", name), getattr(value, name, None)


_utf8 = ctypes.pythonapi.PyUnicode_AsUTF8AndSize
_utf8.argtypes = [ctypes.py_object, ctypes.c_void_p]
_utf8.restype = ctypes.c_void_p


def written(path: Path) -> str:
    """The steps as Python would write them, in one word: `node.Q.limbs`, `pair[0]`, `memo{2}`."""
    forms = {"name": "{}", "attribute": ".{}", "item": "[{}]", "value": "{{{}}}"}
    return "".join(forms[kind].format(step) for kind, step in path)


def path_of(text: str) -> Path:
    """The steps that `written` has written.

    Raises:
        ValueError: it has written nothing of the kind.
    """
    name, rest = re.fullmatch(r"([^.\[{]+)(.*)", text, re.DOTALL).groups()  # type: ignore[union-attr]
    steps: list[Step] = [("name", name)]
    for attribute, item, value in re.findall(r"\.([^.\[{]+)|\[(\d+)\]|\{(\d+)\}", rest):
        steps.append(("attribute", attribute) if attribute else ("item", int(item)) if item else ("value", int(value)))
    if written(tuple(steps)) != text:
        raise ValueError(f"{text} is no variable of a fault")
    return tuple(steps)
