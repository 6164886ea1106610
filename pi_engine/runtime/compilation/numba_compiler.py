"""Numba makes machine code of a kernel. Importing this module imports Numba.

There are two ways. In a process that goes on computing, a kernel is compiled as Numba compiles any function: each routine that it
calls, directly or not, is optimized by itself, translated to machine code, and then optimized again in each routine that it is
inlined into. A process that only compiles (`compiler_process`) makes `ObjectCompiler` its compiler. Then a
routine's code is only kept as Numba wrote it, and LLVM optimizes and translates each kernel once, with all that it calls. That takes
about 0.6 times as long, and the code is as fast: 10^7 digits take the same processor time by either within 1 % (Zen 3).
"""

from __future__ import annotations

import importlib
import re
from typing import Any

import numba
from numba.core.codegen import JITCodeLibrary, JITCPUCodegen
from numba.core.compiler_lock import global_compiler_lock

from pi_engine.errors import UsageError
from pi_engine.runtime.compilation import routine
from pi_engine.runtime.compilation.kernel_folder import cpu
from pi_engine.runtime.compilation.provenance.shipped_code import shipped
from pi_engine.runtime.compilation.stored_code import ObjectCode

# What LLVM may call on its own; anything else that is not registered would end the process when the code is loaded.
_ALWAYS_THERE = ("llvm.", "memset", "memcpy", "memmove")


class NotStorableError(Exception):
    """Why machine code cannot be kept for other processes, and what to do."""


class CompiledKernel:
    """A kernel that this process has compiled.

    Attributes:
        symbol: its name in the machine code.
        signature: its type, as `routine.kernel` declares it.
    """

    def __init__(self, module: str, name: str) -> None:
        """Compile the kernel `name` of `module`.

        Raises:
            UsageError: Numba must not compile.
        """
        if numba.config.DISABLE_JIT:
            raise UsageError(
                "NUMBA_DISABLE_JIT keeps kernels from being compiled: unset it, or set PI_ENGINE_TRANSFORM=0 to compute by GMP alone"
            )
        function = getattr(importlib.import_module(module), name)
        options = {**routine.OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True, "_nrt": False}
        self.signature = function.kernel_signature
        self._dispatcher = numba.njit(self.signature, **options)(getattr(function, "py_func", function))
        (compiled,) = self._dispatcher.overloads.values()
        self.symbol, self._library = compiled.fndesc.llvm_func_name, compiled.library

    def address(self) -> int:
        """Where the machine code begins in this process, as long as this object lives."""
        return int(self._library.get_pointer_to_function(self.symbol))

    def object_code(self, prefix: str) -> ObjectCode:
        """The machine code as other processes can load it, where they have registered the symbols that begin with `prefix`.

        Raises:
            NotStorableError: it refers to other symbols, or Numba does not hand it out.
        """
        try:
            # Numba's own names, which another version may have changed
            code, assembly = bytes(self._library._get_compiled_object()), self._library.get_llvm_str()
        except AttributeError as error:
            raise NotStorableError(
                f"this version of Numba does not hand out machine code ({error}); install the version that is required"
            ) from error
        if shipped().level is not None and (target := self._library.codegen.magic_tuple()[1:]) != cpu():
            raise NotStorableError(
                f"Numba has compiled it for {target[0]} and not for {cpu()[0]}; import pi_engine before other programs use Numba"
            )
        unknown = [s for s in external_symbols(assembly) if not prefix or not s.startswith(prefix)]
        if unknown:
            raise NotStorableError(
                f"the code refers to {', '.join(unknown)}; run 'pi-engine tune', and report this if it recurs"
            )
        return ObjectCode(self.symbol, self.signature, code)


def external_symbols(assembly: str) -> list[str]:
    """What LLVM assembly refers to and does not define, save what is always there. Such as Numba's runtime, for whoever allocates."""
    functions = re.findall(r'^declare [^@]*@"?([^"(]+)"?\(', assembly, re.MULTILINE)
    variables = re.findall(r'^@"?([^"= ]+)"? = external ', assembly, re.MULTILINE)
    return [name for name in functions + variables if not name.startswith(_ALWAYS_THERE)]


class _LinkedLibrary(JITCodeLibrary):
    """A function and all that it calls, linked, and optimized and translated only if its machine code is asked for."""

    _object: bytes | None = None

    def _optimize_final_module(self) -> None:
        """Not here: whoever this is inlined into is optimized as a whole."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:  # noqa: ARG002
        """Nowhere: the code is not loaded."""
        return 0

    @global_compiler_lock
    def _get_compiled_object(self) -> bytes:
        self._ensure_finalized()
        if self._object is None:
            super()._optimize_final_module()
            self._final_module.verify()
            self._object = self._codegen._tm.emit_object(self._final_module)
        return self._object


class ObjectCompiler(JITCPUCodegen):
    """What Numba compiles with in a process that runs nothing of what it compiles."""

    _library_class = _LinkedLibrary

    def set_env(self, env_name: str, env: Any) -> None:
        """Nothing runs, so nothing needs its environment."""


def compile_objects_only() -> None:
    """From here on this process can make object code of kernels, and can run nothing that Numba compiles; before any is compiled."""
    from numba.core.registry import cpu_target

    routine.OPTIONS |= {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    cpu_target.target_context._internal_codegen = ObjectCompiler("pi_engine")
