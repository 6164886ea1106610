"""A process that compiles kernels for another one, for `compiler_pool`: `python -m pi_engine.runtime.compilation.compiler_process`.

Its first line on standard output is {"key": …}, all that its machine code depends on. Then it takes one kernel a line from standard
input, {"module": …, "name": …, "prefix": …}, and answers each by a line {"symbol": …, "signature": …, "code": in base64}, or, where it has
no machine code for other processes, {}. It runs nothing of what it compiles, and writes no file. It ends when its
standard input does: whoever has started it is gone then, or has no more to do.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import queue
import sys
import threading
from typing import IO

from pi_engine.runtime.compilation.kernel_folder import machine_code_key
from pi_engine.runtime.limits.address_space import guard_address_space

_COLLECTIONS = (100_000, 50, 100)
"""When Python looks for garbage: a hundred times as rarely as usual. Nearly all of what Numba makes of a kernel stays, and looking through
it takes 7 % of the time; the memory grows by 10 MiB."""


def _read(tasks: queue.SimpleQueue[bytes]) -> None:
    """Hand on the lines of standard input, in a thread of its own: its end ends the process, whatever LLVM is doing."""
    for line in sys.stdin.buffer:
        tasks.put(line)
    os._exit(0)


def _answer(line: bytes) -> dict[str, str]:
    from pi_engine.runtime.compilation.numba_compiler import CompiledKernel

    task = json.loads(line)
    try:
        found = CompiledKernel(task["module"], task["name"]).object_code(task["prefix"])
    except Exception:  # the process that has asked compiles it itself, and meets the same error
        return {}
    return {"symbol": found.symbol, "signature": found.signature, "code": base64.b64encode(found.code).decode()}


def _send(output: IO[bytes], answer: dict[str, str]) -> None:
    output.write(json.dumps(answer).encode() + b"\n")
    output.flush()


def main() -> None:
    """Compile what standard input names."""
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks,), daemon=True).start()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever else is printed is no answer
    guard_address_space()
    gc.set_threshold(*_COLLECTIONS)
    _send(output, {"key": machine_code_key()})
    from pi_engine.runtime.compilation.numba_compiler import compile_objects_only

    compile_objects_only()
    while True:
        _send(output, _answer(tasks.get()))


if __name__ == "__main__":
    main()
