"""Machine code of all kernels, for the wheel of this platform: `python -m scripts.wheels.build_machine_code FOLDER`.

Each level of instructions is compiled by a process of its own, which Numba's variables tell for which processor. None of what
is compiled is run, so a level may have instructions that this processor lacks. `scripts/build-wheels` calls this and packs the wheel.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import struct
import subprocess
import sys
import time
from pathlib import Path

import llvmlite.binding

from pi_engine.runtime.compilation.provenance import shipped_code
from pi_engine.runtime.compilation.provenance.feature_levels import LEVELS, Level, host_features
from pi_engine.runtime.versions import installed_version

SHIPPED = {"linux-x86_64": ("avx512-ifma", "avx2"), "linux-aarch64": ("neon",)}
"""Levels that the wheel of a platform has. Processors without any of them compile their kernels, as with the wheel without machine code."""

OF_THE_C_LIBRARY = {"memcpy", "memmove", "memset"}
"""What object code may refer to besides GMP's functions: every process has it, whatever its C library."""

_MOST_PROCESSES = 8


def undefined_symbols(code: bytes) -> set[str]:
    """What an object file of ELF refers to and does not define."""
    sections = {section.name(): section.data() for section in llvmlite.binding.ObjectFileRef.from_data(code).sections()}
    names = sections[b".strtab"]
    found = set()
    for at in range(0, len(sections[b".symtab"]), 24):
        name, _, _, section, _, _ = struct.unpack_from("<IBBHQQ", sections[b".symtab"], at)
        if name and not section:
            found.add(names[name : names.index(b"\0", name)].decode())
    return found


def compiled_kernels() -> dict[str, tuple[str, str, bytes]]:
    """All kernels of the program, for the processor that this process compiles for.

    Raises:
        SystemExit: one has no machine code that another process could load.
    """
    from pi_engine.engine.planning.backend import ALL_KERNELS
    from pi_engine.runtime.compilation.compiler_pool import compile_elsewhere

    kernels = ALL_KERNELS.kernels()
    found: dict[str, tuple[str, str, bytes]] = {}
    for kernel, code in compile_elsewhere(kernels, min(_MOST_PROCESSES, len(os.sched_getaffinity(0)))):
        unknown = {
            name
            for name in undefined_symbols(code.code) - OF_THE_C_LIBRARY
            if not name.startswith(kernel.prefix or "\0")
        }
        if unknown:
            sys.exit(f"{kernel.full_name} refers to {', '.join(sorted(unknown))}, which no process is sure to have")
        found[kernel.full_name] = (code.symbol, code.signature, code.code)
    missing = [kernel.full_name for kernel in kernels if kernel.full_name not in found]
    if missing:
        sys.exit(f"not compiled: {', '.join(missing)}; 'pi-engine tune' compiles them here and says why it fails")
    return dict(sorted(found.items()))


def build_level(level: Level, folder: Path) -> dict[str, str]:
    """Compile the kernels of a level in a process of its own, write its file; returns what the manifest says of it."""
    environment = {
        **os.environ,
        "NUMBA_CPU_NAME": level.processor,
        "NUMBA_CPU_FEATURES": level.features,
        "PI_ENGINE_TRANSFORM": "1",
    }
    start = time.perf_counter()
    command = [sys.executable, "-m", "scripts.wheels.build_machine_code", str(folder), "--level", level.name]
    answer = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)  # noqa: S603 (this interpreter)
    if answer.returncode:
        sys.exit(answer.returncode)
    described: dict[str, str] = json.loads(answer.stdout)
    size = (folder / described["file"]).stat().st_size
    can_run = level.needs <= host_features()
    print(
        f"{level.name} ({level.title}): {size / 1e6:.1f} MB, in {time.perf_counter() - start:.0f} s"
        + ("" if can_run else "; this processor cannot run them: they are not tested here")
    )
    return described


def main() -> None:
    """Write the folder `machine_code` of a wheel."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write the machine code; made if it is missing")
    parser.add_argument("--level", help=argparse.SUPPRESS)  # of a process that compiles one
    arguments = parser.parse_args()
    here = shipped_code.platform_name()
    if here not in SHIPPED:
        sys.exit(f"machine code is built on {' and '.join(SHIPPED)}, and this is {here}: build the other wheel")
    if arguments.level:
        level = next(level for level in LEVELS[here] if level.name == arguments.level)
        print(json.dumps(shipped_code.write_level(arguments.folder, level, compiled_kernels())))
        return
    if (shipped_code.FOLDER / shipped_code.MANIFEST).exists():
        sys.exit(f"{shipped_code.FOLDER} is there, so kernels would not be compiled: remove it")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    levels = {level.name: build_level(level, arguments.folder) for level in LEVELS[here] if level.name in SHIPPED[here]}
    built = {
        "python": platform.python_version(),
        **{name: installed_version(name) for name in ("numba", "llvmlite", "numpy")},
        "llvm": ".".join(map(str, llvmlite.binding.llvm_version_info)),
    }
    shipped_code.write_manifest(arguments.folder, levels, built)


if __name__ == "__main__":
    main()
