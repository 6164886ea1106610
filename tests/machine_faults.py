"""Plants faults in the tables that kernels are given, each in a process of its own, and tells how it ended."""

import os
import signal
import sys
from collections import Counter

import numpy as np

SECONDS = 30
"""Until a process that has not ended counts as one that never would; an undisturbed one takes some milliseconds."""

RIGHT, REFUSED, WRONG, OTHER = "right", "refused", "wrong", "other error"
CODES = [RIGHT, REFUSED, WRONG, OTHER]


def arrays_of(kernel, run):
    """Position → length of the arrays that a kernel is given first in a run."""
    found = {}

    def noting(*arguments):
        for place, argument in enumerate(arguments):
            if isinstance(argument, np.ndarray) and argument.size and place not in found:
                found[place] = argument.size
        return kernel(*arguments)

    run(noting)
    return found


def outcome(kernel, run, place, word, bit):
    """What becomes of a run in which that bit is wrong in that word of an argument of the kernel's first call."""

    def faulty(*arguments):
        if not done:
            done.append(True)
            words = arguments[place].reshape(-1).view(np.uint64)
            words[word] ^= np.uint64(1 << bit)
        return kernel(*arguments)

    done = []
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)  # its default action needs no Python
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os._exit(CODES.index(judged(faulty, run)))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return CODES[status] if status >= 0 else signal.Signals(-status).name


def judged(faulty, run):
    from pi_engine.errors import PiEngineError

    try:
        return RIGHT if run(faulty) else WRONG
    except PiEngineError:
        return REFUSED
    except BaseException:
        return OTHER


def survey(kernel, run, rng, count):
    """How many runs ended how, for `count` random bits of each array, by the array's position, and an example of each."""
    assert run(kernel), "the undisturbed run is wrong"
    found, examples = {}, {}
    for place, size in arrays_of(kernel, run).items():
        bits = rng.sample(range(64 * size), min(count, 64 * size))
        for bit in bits:
            end = outcome(kernel, run, place, bit // 64, bit % 64)
            found.setdefault(place, Counter())[end] += 1
            examples.setdefault((place, end), (bit // 64, bit % 64))
    return found, examples
