"""Kernels whose machine code is loaded without Numba: a warm process has its first result before Numba would be imported.

Importing Numba and preparing it for its first call takes about half a second, whatever is cached. LLVM alone can load machine code, in a
few milliseconds, and ctypes can call it, without the GIL, where arguments and result are plain numbers; addresses are, and arrays are
handed over as the numbers that describe them. So such a kernel is compiled once, without Numba's wrappers for Python and without its
counting of references, and its object file kept in the folder of `kernel_folder`. Numba is imported when there is no file, and then
only.

The calling convention is Numba's own for compiled functions: status f(result*, exception*, arguments…), status 0 for success and −2
for success with None. An array is owner, parent (both null here: nobody counts), items, bytes an item, address, shape, strides.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import llvmlite.binding

from pi_engine.runtime.kernel_folder import LOCK, cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

_CTYPES: dict[str, Any] = {"int64": ctypes.c_int64, "uint64": ctypes.c_uint64, "float64": ctypes.c_double, "void": None}
_ARRAY_FIELDS = 5  # before shape and strides
_DIGEST_BYTES = 32
# What LLVM may call on its own; anything else that is not registered would end the process when the code is loaded.
_ALWAYS_THERE = ("llvm.", "memset", "memcpy", "memmove")


class StoredKernel:
    """The routine `name` of `module`, with a signature such as "int64(uint64[::1], float64)"; compiled or loaded at its first call.

    Arrays are C-contiguous, of any number of dimensions; a kernel makes none. `prepare` registers the symbols that the machine
    code refers to, all of which begin with `prefix`. A call costs about 2 µs, and one more an array.
    """

    def __init__(
        self, module: str, name: str, signature: str, prepare: Callable[[], object] | None = None, prefix: str = ""
    ) -> None:
        self.module, self.name, self.signature = module, name, signature
        self.prepare, self.prefix = prepare, prefix
        self.origin = ""  # "stored" or "compiled" after the first call
        self._function: Callable[..., Any] | None = None
        self._kept: list[Any] = []

    def __call__(self, *arguments: Any) -> Any:
        """The result of the kernel; numbers are converted as ctypes does, without a check of their range.

        Raises:
            TypeError: an array is not of the signature's type, or not contiguous.
        """
        return (self._function or self.ready())(*arguments)

    def ready(self, notice: Callable[[str], object] | None = None) -> Callable[..., Any]:
        """Load or compile now; `notice` gets a line of text before a compilation."""
        with LOCK:
            if self._function is None:
                if self.prepare is not None:
                    self.prepare()
                self._function = self._stored() or self._compiled(notice)
            return self._function

    def is_stored(self) -> bool:
        """Whether a call would find its machine code, loaded or stored, rather than compile it."""
        path = self._path()
        return self._function is not None or (path is not None and path.exists())

    def _path(self) -> Path | None:
        folder = cache_folder()
        kind = hashlib.sha256(self.signature.encode()).hexdigest()[:8]
        return folder / f"{self.module}.{self.name}.{kind}.o" if folder else None

    def _at(self, address: int) -> Callable[..., Any]:
        result, listed = re.fullmatch(r"(\w+)\((.*)\)", self.signature).groups()  # type: ignore[union-attr]
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
        """The function out of its file, or None where there is no file, or a damaged one."""
        path = self._path()
        try:
            content = path.read_bytes() if path else b""
        except OSError:
            return None
        digest, rest = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if not rest or hashlib.sha256(rest).digest() != digest:
            return None
        symbol, code = rest.split(b"\n", 1)
        engine = _engine()
        engine.add_object_file(llvmlite.binding.ObjectFileRef.from_data(code))
        engine.finalize_object()
        address = engine.get_function_address(symbol.decode())
        self.origin = "stored"
        return self._at(address) if address else None

    def _compiled(self, notice: Callable[[str], object] | None) -> Callable[..., Any]:
        if notice is not None:
            notice(f"compiling {self.name} for this machine")
        import numba

        from pi_engine.runtime.compilation import OPTIONS

        routine = getattr(importlib.import_module(self.module), self.name)
        options = {**OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        if "[" in self.signature:
            options["_nrt"] = False  # or it would count the references of the arrays it is handed
        dispatcher = numba.njit(self.signature, **options)(getattr(routine, "py_func", routine))
        (compiled,) = dispatcher.overloads.values()
        self._kept.append(dispatcher)  # the machine code lives as long as this
        self.origin = "compiled"
        symbol = compiled.fndesc.llvm_func_name
        with contextlib.suppress(OSError, AttributeError):
            self._store(symbol, compiled.library)
        return self._at(compiled.library.get_pointer_to_function(symbol))

    def _store(self, symbol: str, library: Any) -> None:
        path = self._path()
        unknown = [
            s for s in external_symbols(library.get_llvm_str()) if not self.prefix or not s.startswith(self.prefix)
        ]
        if path is None or unknown:
            return
        rest = symbol.encode() + b"\n" + bytes(library._get_compiled_object())
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(rest).digest() + rest)
            Path(temporary).replace(path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)


def _flattened(parameters: list[tuple[str, int]], values: tuple[Any, ...]) -> list[Any]:
    """The numbers that stand for the arguments, arrays taken apart; the caller keeps the arrays."""
    numbers: list[Any] = []
    for (kind, dimensions), value in zip(parameters, values, strict=True):
        if not dimensions:
            numbers.append(value)
            continue
        if value.dtype.name != kind or value.ndim != dimensions or not value.flags.c_contiguous:
            raise TypeError(f"a kernel takes a contiguous {dimensions}-dimensional array of {kind} here")
        numbers += (0, 0, value.size, value.itemsize, value.ctypes.data, *value.shape, *value.strides)
    return numbers


def external_symbols(assembly: str) -> list[str]:
    """What LLVM assembly refers to and does not define, save what is always there. Such as Numba's runtime, for whoever allocates."""
    functions = re.findall(r'^declare [^@]*@"?([^"(]+)"?\(', assembly, re.MULTILINE)
    variables = re.findall(r'^@"?([^"= ]+)"? = external ', assembly, re.MULTILINE)
    return [name for name in functions + variables if not name.startswith(_ALWAYS_THERE)]


@functools.cache
def _engine() -> Any:
    """One LLVM engine that holds all loaded code, to the end of the process."""
    llvmlite.binding.initialize_native_target()
    llvmlite.binding.initialize_native_asmprinter()
    target = llvmlite.binding.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    return llvmlite.binding.create_mcjit_compiler(llvmlite.binding.parse_assembly(""), target)
