"""Words that threads share inside a kernel call: who has finished what, and how a thread waits for the others.

A piece of work is claimed by `words.claim`. Whoever has made it counts it by `add_to`, and `wait_for` returns when all are counted. A
thread that waits looks again and again, for some 20 µs. Then it lets other threads have its processor between two looks: where
the threads share one processor, the one that has a piece left goes on at once. After some milliseconds it naps.
"""

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types

from pi_engine.bigint.buffers.thread_symbols import NAP, YIELD, register
from pi_engine.bigint.vectors.instruction import instruction
from pi_engine.runtime.compilation.routine import routine

_I64 = ir.IntType(64)
_LOOKS = 400
"""Looks, each after a pause of some 50 ns, before the processor is let go."""

_WAITS = 4000
"""Times that the processor is let go, each some 0.5 µs where nobody wants it, before a thread that waits for work naps."""

_NAP_MICROSECONDS = np.int32(50)

SOURCE = register()
_give_processor = types.ExternalFunction(YIELD, types.int32())
_nap = types.ExternalFunction(NAP, types.int32(types.int32))


@instruction(types.int64(types.uint64, types.int64))
def add_to(builder, address, value):
    """Add to the word there, and return what it was; in one order for all threads."""
    return builder.atomic_rmw("add", builder.inttoptr(address, _I64.as_pointer()), value, "seq_cst")


@instruction(types.void(types.uint64, types.int64))
def publish(builder, address, value):
    """Write the word there; in one order for all threads, after all that this one has written before."""
    builder.store_atomic(value, builder.inttoptr(address, _I64.as_pointer()), "seq_cst", 8)


@instruction(types.int64(types.uint64))
def look(builder, address):
    """The word there, and with it what was written before it; in one order for all threads."""
    return builder.load_atomic(builder.inttoptr(address, _I64.as_pointer()), "seq_cst", 8)


@instruction(types.void())
def pause(builder):
    """Some 50 ns in which a processor that runs two threads is left to the other one."""
    kind = ir.FunctionType(ir.VoidType(), [])
    if builder.module.triple.startswith("x86"):
        builder.call(cgutils.get_or_insert_function(builder.module, kind, "llvm.x86.sse2.pause"), [])
    else:
        builder.fence("seq_cst")


@routine
def wait_for(address, count):
    """Return when the word there, of pieces that are made, is `count`."""
    looks = np.int64(0)
    while look(address) < count:
        looks = wait_a_little(looks)


@routine
def wait_a_little(looks):
    """Wait between two looks, after `looks` of them; returns how many there are then."""
    if looks < _LOOKS:
        pause()
    elif looks < _LOOKS + _WAITS:
        _give_processor()
    else:
        _nap(_NAP_MICROSECONDS)
        return looks
    return looks + 1
