"""Kernels whose machine code is loaded without Numba: a warm process has its first result before Numba would be imported.

Importing Numba and preparing it for its first call takes about half a second, whatever is cached. LLVM alone can load machine code, in a
few milliseconds, and ctypes can call it, without the GIL, where arguments and result are plain numbers; addresses are, and arrays are
handed over as the numbers that describe them. So such a kernel is compiled once, without Numba's wrappers for Python and without its
counting of references, and its object file kept in the folder of `kernel_folder`. Numba is imported when there is no file, and then
only.

A routine that several kernels call is compiled once in a process, by Numba's rule with the options of the first one that asks for
it. Counting of references would refer to Numba's runtime, which another process has not loaded, so `compilation.routine` itself
switches it off: what was compiled before, and in which order, changes nothing. Code that refers to anything unknown all the same
is not stored, and that is said, as is a folder that cannot be written, and a file that is damaged or that others may have written:
its kernel is compiled again.

The calling convention is Numba's own for compiled functions: status f(result*, exception*, arguments…), status 0 for success and −2
for success with None. An array is owner, parent (both null here: nobody counts), items, bytes an item, address, shape, strides.
"""

from __future__ import annotations

import ctypes
import functools
import re
import sys
from typing import TYPE_CHECKING, Any

import llvmlite.binding

from pi_engine.runtime.compilation import announcements
from pi_engine.runtime.compilation.kernel_folder import LOCK, cache_folder, why_no_folder
from pi_engine.runtime.compilation.provenance.shipped_code import shipped
from pi_engine.runtime.compilation.stored_code import ObjectCode, read_code, write_code
from pi_engine.runtime.storage.trusted_files import UntrustedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CTYPES: dict[str, Any] = {"int64": ctypes.c_int64, "uint64": ctypes.c_uint64, "float64": ctypes.c_double, "void": None}
_ARRAY_FIELDS = 5  # before shape and strides
_ORDER = "<" if sys.byteorder == "little" else ">"
_ITEMS = {
    "int64": _ORDER + "i8",
    "uint64": _ORDER + "u8",
    "float64": _ORDER + "f8",
    "uint32": _ORDER + "u4",
    "uint8": "|u1",
}
"""The items of arrays as numpy's `dtype.str` has them, which it knows; `dtype.name` it makes anew, in Python, at each call."""


class StoredKernel:
    """The kernel `name` of `module`, which declares its type (`routine.kernel`); compiled or loaded at its first call.

    Arrays are C-contiguous, of any number of dimensions; a kernel makes none. `prepare` registers the symbols that the machine
    code refers to. All of them begin with `prefix`. `seconds` is about how long its compilation takes. A call costs about
    2 µs, and one more an array.
    """

    def __init__(
        self,
        module: str,
        name: str,
        prepare: Callable[[], object] | None = None,
        prefix: str = "",
        *,
        seconds: float = 1.0,
    ) -> None:
        self.module, self.name = module, name
        self.prepare, self.prefix, self.seconds = prepare, prefix, seconds
        self.origin = ""  # "shipped", "stored" or "compiled" after the first call
        self.not_stored = ""  # why its machine code was not kept, after a compilation
        self.damage = ""  # what is wrong with its file, as last read
        self._code: ObjectCode | None = None  # read and checked, not loaded yet
        self._function: Callable[..., Any] | None = None
        self._kept: object = None  # the machine code lives as long as this

    @property
    def full_name(self) -> str:
        """Its name with its module's, by which its machine code is found: in a file, and in what an installation brings along."""
        return f"{self.module}.{self.name}"

    def __call__(self, *arguments: Any) -> Any:
        """The result of the kernel; numbers are converted as ctypes does, without a check of their range.

        Raises:
            TypeError: an array is not of the signature's type, or not contiguous.
        """
        return (self._function or self.ready())(*arguments)

    def ready(self, *, announced: bool = False) -> Callable[..., Any]:
        """Load or compile now. A compilation that is not yet `announced` is logged before, and after it if it was not stored."""
        with LOCK:
            if self._function is None:
                if self.prepare is not None:
                    self.prepare()
                if not self.fetch() and self.damage and not announced:
                    announcements.warn_of_damage([self])
                self._function = self._stored() or self._compiled(announced=announced)
            return self._function

    def fetch(self) -> bool:
        """Read and check the file, unless that has been done; whether the machine code is there, and need not be compiled."""
        with LOCK:
            if self._function is None and self._code is None and (found := self._shipped()):
                self._code, self.origin = found, "shipped"
            if self._function is None and self._code is None and (path := self._path()):
                try:
                    self._code, self.damage = read_code(path, self.full_name), ""
                except FileNotFoundError:
                    self.damage = ""
                except UntrustedError as error:
                    self.damage = str(error)
                except OSError as error:
                    self.damage = f"{path} cannot be read: {error.strerror or error}"
            return self._function is not None or self._code is not None

    def is_loaded(self) -> bool:
        """Whether a call begins at once."""
        return self._function is not None

    def is_stored(self) -> bool:
        """Whether a call would find its machine code, loaded or stored, rather than compile it."""
        return self.fetch()

    def is_in_folder(self) -> bool:
        """Whether another process would find its machine code, undamaged; else it would compile, which takes memory of its own."""
        if self._shipped() is not None:
            return True
        path = self._path()
        try:
            return path is not None and bool(read_code(path, self.full_name))
        except (OSError, UntrustedError):
            return False

    def _shipped(self) -> ObjectCode | None:
        """What the installation brings along, or None."""
        found = shipped().kernels.get(self.full_name)
        return None if found is None else ObjectCode(*found)

    def _path(self) -> Path | None:
        folder = cache_folder()
        return folder / f"{self.full_name}.o" if folder else None

    def _at(self, address: int, signature: str) -> Callable[..., Any]:
        result, listed = re.fullmatch(r"(\w+)\((.*)\)", signature).groups()  # type: ignore[union-attr]
        found = re.findall(r"(\w+)(\[[^\]]*\])?", listed)
        parameters = [(kind, extent.count(",") + 1 if extent else 0) for kind, extent in found]
        arguments = []
        for kind, dimensions in parameters:
            arguments += [ctypes.c_int64] * (_ARRAY_FIELDS + 2 * dimensions) if dimensions else [_CTYPES[kind]]
        compiled = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *arguments)(address)
        answer_type = _CTYPES[result] or ctypes.c_void_p
        with_arrays = len(arguments) > len(parameters)

        def call(*values: Any) -> Any:
            answer, exception = answer_type(), ctypes.c_void_p()
            numbers = _flattened(parameters, values) if with_arrays else values
            status = compiled(ctypes.addressof(answer), ctypes.addressof(exception), *numbers)
            if status not in (0, -2):
                raise RuntimeError(f"kernel {self.name} failed with status {status}")
            return answer.value if status == 0 else None

        return call

    def _stored(self) -> Callable[..., Any] | None:
        """The function out of the machine code that `fetch` has found, or None."""
        found, self._code = self._code, None
        if found is None:
            return None
        engine = _engine()
        engine.add_object_file(llvmlite.binding.ObjectFileRef.from_data(found.code))
        engine.finalize_object()
        address = engine.get_function_address(found.symbol)
        self.origin = self.origin or "stored"
        return self._at(address, found.signature) if address else None

    def _compiled(self, *, announced: bool) -> Callable[..., Any]:
        if not announced:
            announcements.announce([self], self.seconds)
        from pi_engine.runtime.compilation.numba_compiler import CompiledKernel, NotStorableError

        self._kept = compiled = CompiledKernel(self.module, self.name)
        self.origin = "compiled"
        try:
            self._store(compiled.object_code(self.prefix))
        except NotStorableError as error:
            self.not_stored = str(error)
        if self.not_stored and not announced:
            announcements.warn_of_not_stored([self])
        return self._at(compiled.address(), compiled.signature)

    def take(self, code: ObjectCode) -> None:
        """Use, and store, the machine code that another process has compiled."""
        with LOCK:
            self._code, self.origin = code, "compiled"
            self._store(code)

    def _store(self, code: ObjectCode) -> None:
        """Keep the machine code for other processes; where that cannot be, `not_stored` says why."""
        path = self._path()
        if path is None:
            self.not_stored = why_no_folder()
            return
        try:
            write_code(path, self.full_name, code)
            self.not_stored = ""
        except OSError as error:
            reason = error.strerror or str(error)
            self.not_stored = f"{path.parent} cannot be written: {reason}; mend that, then run 'pi-engine tune'"


def _flattened(parameters: list[tuple[str, int]], values: tuple[Any, ...]) -> list[Any]:
    """The numbers that stand for the arguments, arrays taken apart; the caller keeps the arrays."""
    numbers: list[Any] = []
    for (kind, dimensions), value in zip(parameters, values, strict=True):
        if not dimensions:
            numbers.append(value)
            continue
        if value.dtype.str != _ITEMS[kind] or value.ndim != dimensions or not value.flags.c_contiguous:
            raise TypeError(f"a kernel takes a contiguous {dimensions}-dimensional array of {kind} here")
        numbers += (0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
    return numbers


@functools.cache
def _engine() -> Any:
    """One LLVM engine that holds all loaded code, to the end of the process."""
    llvmlite.binding.initialize_native_target()
    llvmlite.binding.initialize_native_asmprinter()
    target = llvmlite.binding.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    return llvmlite.binding.create_mcjit_compiler(llvmlite.binding.parse_assembly(""), target)
