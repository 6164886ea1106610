"""What a library imports at its own import, and the command never needs.

gmpy2 asks `importlib.metadata` for its own version, and that imports a parser of e-mail, sockets and ZIP files: 20 ms on AMD Zen 3, twice
what gmpy2 takes itself. So while gmpy2 is being imported, another module answers in its place; it imports the real one as soon
as anything else is asked of it.

numpy gives docstrings to what it has written in C, in two modules that do nothing else: 5 to 10 ms. Empty modules stand in their place,
as if Python had been started with -OO, where numpy leaves these docstrings out as well.

Only a process of the command line does this, not one of whoever uses the package.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pi_engine.runtime.versions import version_by_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

_METADATA = "importlib.metadata"


class _VersionsOnly(ModuleType):
    """`importlib.metadata`. Nothing of it has been imported yet."""

    def version(self, name: str) -> str:
        """The version of an installed package."""
        return version_by_folder(name) or str(self._real().version(name))

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # the import system looks for some
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> Any:  # noqa: ANN401 (a module)
        if sys.modules.get(_METADATA) is self:
            del sys.modules[_METADATA]
        return import_module(_METADATA)


class _Gmpy2Finder:
    """Finds gmpy2, once, and has it imported without `importlib.metadata`."""

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Where gmpy2 is; all other modules are for others to find."""
        if fullname != "gmpy2":
            return None
        sys.meta_path.remove(self)
        found = PathFinder.find_spec(fullname, path)
        if found is None or found.loader is None or _METADATA in sys.modules:
            return found
        real = found.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            instead = sys.modules[_METADATA] = _VersionsOnly(_METADATA)
            try:
                real(module)
            finally:
                if sys.modules.get(_METADATA) is instead:
                    del sys.modules[_METADATA]

        found.loader.exec_module = exec_module  # type: ignore[method-assign]
        return found


_DOCSTRINGS = "numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"


def import_numpy_leanly() -> None:
    """From here on, if numpy is not there yet; one of other versions, which has no such modules, is imported as it is."""
    if "numpy" not in sys.modules:
        sys.modules.update({name: ModuleType(name) for name in _DOCSTRINGS})


def import_gmpy2_leanly() -> None:
    """From here on, if gmpy2 is not there yet."""
    if "gmpy2" not in sys.modules:
        sys.meta_path.insert(0, _Gmpy2Finder())
