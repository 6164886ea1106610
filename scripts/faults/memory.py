"""Large numbers in memory: where those that the variables of a running function lead to lie, and how they are written there.

A number is large from `LEAST_BYTES` on. It is an mpz, an array of limbs, words or characters, a text of digits, bytes, or a
block of workspace: whatever has an `address` and a `size`.
"""

from __future__ import annotations

import ctypes
import itertools
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limb_address, limb_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Cells = NDArray[np.unsignedinteger]

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
_LENGTH_OFFSET = object.__basicsize__ + 4
_DIGITS, _HEXADECIMAL = frozenset(b"0123456789."), frozenset(b"0123456789ABCDEFabcdef.")


class Number(NamedTuple):
    """A large number: where its limbs, words or characters lie.

    Attributes:
        address: of the first of them.
        cell_count: how many.
        size: bytes of each.
        owner: what keeps them alive.
    """

    address: int
    cell_count: int
    size: int
    owner: object

    @property
    def place(self) -> tuple[int, int]:
        """Address and number of bytes."""
        return self.address, self.cell_count * self.size

    @property
    def cells(self) -> Cells:
        """Limbs, words or characters, writable whatever Python says."""
        kind = ctypes.c_uint64 if self.size == _LIMB_BYTES else ctypes.c_uint8
        return np.ctypeslib.as_array((kind * self.cell_count).from_address(self.address))

    @property
    def form(self) -> Form:
        """What the cells mean, as they are now."""
        if isinstance(self.owner, mpz):
            return "mpz"
        if self.size == _LIMB_BYTES:
            return "words" if np.all(self.cells < WORD) else "limbs"
        found = frozenset(self.cells.tobytes())
        return "digits" if found <= _DIGITS else "hexadecimal" if found <= _HEXADECIMAL else "bytes"

    @property
    def _length(self) -> ctypes.c_int:
        """The limbs of an mpz, as it counts them: negative where it is."""
        return ctypes.c_int.from_address(id(self.owner) + _LENGTH_OFFSET)

    @property
    def is_workspace(self) -> bool:
        """Whether it is a block of memory, of which any part may be unused."""
        return not isinstance(self.owner, mpz | np.ndarray | str | bytes | bytearray | memoryview)

    def become(self, cells: Cells, *, negative: bool) -> None:
        """Make an mpz one of at most as many limbs, and of this sign."""
        self.cells[: len(cells)] = cells
        self._length.value = -len(cells) if negative else len(cells)

    def content(self) -> tuple[bytes, int]:
        """The cells, and the length of an mpz."""
        return self.cells.tobytes(), self._length.value if isinstance(self.owner, mpz) else 0

    def restore(self, content: tuple[bytes, int]) -> None:
        """Make the number what it was."""
        cells, length = content
        self.cells[:] = np.frombuffer(cells, self.cells.dtype)
        if isinstance(self.owner, mpz):
            self._length.value = length

    def is_normal(self) -> bool:
        """Whether the leading limb of an mpz is not 0."""
        return not isinstance(self.owner, mpz) or bool(self.cells[abs(self._length.value) - 1])


def number_in(value: object) -> Number | None:
    """The large number that `value` itself is."""
    if isinstance(value, mpz):
        count = limb_count(value)
        place, owner = limb_address(value) if 8 * count >= LEAST_BYTES else (0, None)
        return Number(place, count, 8, value) if owner is value else None
    if isinstance(value, np.ndarray):
        found = value.dtype.kind == "u" and value.flags.c_contiguous
        return _at(value.ctypes.data, value.nbytes, value.dtype.itemsize, value) if found else None
    if isinstance(value, str):  # text that is no digits is for people
        found = len(value) >= LEAST_BYTES and value.isascii() and _HEXADECIMAL.issuperset(value[:_PROBE].encode())
        return _at(_utf8(value, None), len(value), 1, value) if found else None
    if isinstance(value, bytes | bytearray | memoryview):
        view = memoryview(value)
        if not (view.nbytes and view.contiguous):
            return None
        return _at(np.frombuffer(value, np.uint8).ctypes.data, view.nbytes, 1, value)
    address, size = getattr(value, "address", None), getattr(value, "size", None)
    return _at(address, size, 8, value) if isinstance(address, int) and isinstance(size, int) else None


def _at(address: int, length: int, size: int, owner: object) -> Number | None:
    size = 1 if size == 1 else 8
    return Number(address, length // size, size, owner) if LEAST_BYTES <= length <= MOST_BYTES else None


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
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        yield from ((("attribute", name), getattr(value, name)) for name in kind._fields)
    elif isinstance(value, list | tuple):
        yield from ((("item", i), part) for i, part in enumerate(value) if i < _ITEMS or i == len(value) - 1)
    elif isinstance(value, dict):
        yield from ((("value", i), part) for i, part in enumerate(itertools.islice(value.values(), _ITEMS)))
    elif kind.__module__.startswith(("pi_engine.", "concurrent.futures.")):  # a future holds a result
        slots = (name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))
        names = dict.fromkeys((*getattr(value, "__dict__", ()), *slots))
        yield from ((("attribute", name), getattr(value, name, None)) for name in names if not name.startswith("__"))


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
    name = re.split(r"[.\[{]", text, maxsplit=1)[0]
    rest = text[len(name) :]
    steps: list[Step] = [("name", name)]
    for attribute, item, value in re.findall(r"\.([^.\[{]+)|\[(\d+)\]|\{(\d+)\}", rest):
        steps.append(("attribute", attribute) if attribute else ("item", int(item)) if item else ("value", int(value)))
    if written(tuple(steps)) != text:
        raise ValueError(f"{text} is no variable of a fault")
    return tuple(steps)
