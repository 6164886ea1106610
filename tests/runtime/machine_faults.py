"""Plants wrong bits in the tables that kernels are given, each in a process of its own, and tells how it ended.

python -m tests.runtime.machine_faults KERNEL SEED COUNT
"""

import importlib
import json
import os
import random
import signal
import sys
import weakref
from collections import Counter

import numpy as np

from pi_engine import compute, errors, radix
from pi_engine.bigint.buffers.kernel_record import KernelRecord
from pi_engine.bigint.ntt.description.sizes import Size
from pi_engine.bigint.ntt.tables import TransformPlan
from pi_engine.engine.planning import backend
from pi_engine.radix import integer_text
from pi_engine.splitting.compiled import compiled_tree, subtrees
from pi_engine.splitting.records import level_record, subtree_record

SECONDS = 60
"""Until a process that has not ended counts as one that never would; an undisturbed one takes a tenth of a second."""

RIGHT, REFUSED, WRONG, OTHER = ENDS = ["right", "refused", "wrong digits", "another error"]

DIGITS = 300_000

KERNELS = {
    "leaves": "splitting.compiled.subtrees:subtrees_worker",
    "leaves in lanes": "splitting.compiled.lane_subtrees:lane_subtrees_worker",
    "merges": "splitting.levels.level_runs:merges_worker",
    "divisions": "splitting.compiled.level_division:quotients_worker",
    "residues": "splitting.compiled.node_residues:residues_worker",
    "split": "radix.remainder_tree:split_nodes",
    "to words": "radix.remainder_tree:fractions_to_words",
    "join": "radix.remainder_tree:join_nodes",
    "from words": "radix.remainder_tree:words_to_integers",
}
"""What is tested → the module that calls the kernel, and its name there."""

PLANS = ["packing", "offsets", "conjugates", "records"]
"""Tables of a transform's plan that say where bytes lie and which row is which, and its records, which say where the tables lie."""


def prepare(name):
    """Small numbers take the ways of large ones."""
    backend.BACKEND.pays = integer_text.from_text_pays = lambda digits: True
    integer_text.SHORT_BITS, integer_text.FROM_TEXT_FROM_DIGITS = 0, 1
    compiled_tree.DIVIDE_AGAIN_LEVELS, compiled_tree.LARGE_BITS = 2, 1 << 16
    if name == "leaves":
        subtrees.lanes_are_usable = compiled_tree.lanes_fit = lambda *arguments: False


REPEATED = []
"""What a run has made again, because a result was refused."""


def there():
    """The digits of π."""
    result = compute(DIGITS, threads=1)
    REPEATED.extend(result.repairs)
    return result.text()


def back():
    """A number from its digits, of which most are not 0."""
    return radix.from_text("9876543210" * (DIGITS // 10), threads=1)


def outcome(run, right):
    """How a run ends in a process of its own."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)  # its default action needs no Python
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            end = WRONG if run() != right else REFUSED if REPEATED else RIGHT
        except errors.VerificationError:
            end = REFUSED
        except BaseException:  # noqa: BLE001 (the end of this process)
            end = OTHER
        os._exit(ENDS.index(end))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return ENDS[status] if status >= 0 else signal.Signals(-status).name


def flip(array, bit):
    """Turn one bit of an array of words."""
    array.reshape(-1).view(np.uint64)[bit // 64] ^= np.uint64(1 << bit % 64)


RECORDS = weakref.WeakSet()


class NotedRecord(KernelRecord):
    """One that says which arrays its row tells of."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        RECORDS.add(self)


def tables(arguments):
    """The arrays that a kernel reads: its arguments by their positions, and the arrays of records by their places in them."""
    given = {str(i): x for i, x in enumerate(arguments) if isinstance(x, np.ndarray) and x.size}
    behind = {
        f"{i} at {place}": array
        for i, row in given.items()
        for record in RECORDS
        if record.row is row
        for place, array in record.arrays.items()
        if array.size
    }
    return {**given, **behind}


def scan_kernel(name, rng, count):
    """How runs end by the table in which a bit is wrong when the kernel is first given it."""
    for holder in (subtree_record, level_record):
        holder.KernelRecord = NotedRecord
    module, kernel = KERNELS[name].split(":")
    module = importlib.import_module(f"pi_engine.{module}")
    real, run = getattr(module, kernel), back if name in {"join", "from words"} else there
    sizes = {}

    def noting(*arguments):
        for place, table in tables(arguments).items():
            sizes.setdefault(place, table.size)
        real(*arguments)

    setattr(module, kernel, noting)
    right = run()
    found = {place: Counter() for place in sizes}
    for place, size in sizes.items():
        for bit in rng.sample(range(64 * size), min(count, 64 * size)):
            done = []

            def faulty(*arguments, place=place, bit=bit, done=done):
                table = tables(arguments).get(place)
                if not done and table is not None and 64 * table.size > bit:
                    done.append(True)
                    flip(table, bit)
                real(*arguments)

            setattr(module, kernel, faulty)
            found[place][outcome(run, right)] += 1
    return found


def scan_plan(name, rng, count):
    """How runs end by the size of the transform in whose plan a bit is wrong."""
    made = {}
    real = TransformPlan.__init__

    def noting(made_plan, size, *tables):
        real(made_plan, size, *tables)
        made[size] = made_plan

    TransformPlan.__init__ = noting
    right = there()
    found = {}
    used = [size for size, made_plan in made.items() if made_plan.records]
    for size in rng.sample(used, min(len(used), 4)):
        assert isinstance(size, Size)
        table = getattr(made[size], name)
        table = rng.choice(list(table.values())) if name == "records" else table
        for bit in rng.sample(range(64 * table.size), count):
            flip(table, bit)
            found.setdefault(str(size), Counter())[outcome(there, right)] += 1
            flip(table, bit)
    return found


if __name__ == "__main__":
    name, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    prepare(name)
    scan = scan_plan if name in PLANS else scan_kernel
    sys.stdout.write(json.dumps(scan(name, random.Random(seed), count)))
