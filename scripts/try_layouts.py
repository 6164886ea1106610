"""Random layouts of right and wrong digits, read and judged: no false "wrong", no false "ok", every position exact.

    python scripts/try_layouts.py                              100 000 layouts
    python scripts/try_layouts.py 20000 --seed 7 --processes 2
    python scripts/try_layouts.py --show 7:1234                one layout again, by the name that was printed

Each is made by the grammar of `tests/digits/text/layout/layouts.py`, written to a folder in memory and read by the reader alone; one in
--verify of them by the whole program too. The table counts the answers:

    right        the verdict is true, and complete
    false ok     wrong digits pass
    false wrong  right digits do not
    position     digits are wrong elsewhere
    count        digits were added
    silent cut   digits were left out, and nothing says so
    base         digits of the other base pass
    unread       "corrupt" of what has a known shape
    no note      what was left out or assumed is not said
    needless note  something is said of plain text
    crash        another exception than those that a damaged file raises

Prints the first layouts of each kind but the first, and the shapes that are read least. Exits with 3 if any verdict is false, or if
anything crashed, else with 0.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

digits: Any = import_module("tests.digits.text.layout.layout_digits")
layouts: Any = import_module("tests.digits.text.layout.layouts")
verdicts: Any = import_module("tests.digits.text.layout.layout_verdicts")

if TYPE_CHECKING:
    from collections.abc import Iterator

_FAILED = 3
_LIES = {*verdicts.FALSE, "base", "crash"}
_CHUNK = 250
"""Layouts that a process is given at once."""
_LETTERS = str.maketrans("0123456789", "abcdefghij")


class Found(NamedTuple):
    """What came of one layout: its name, the fault or "right", and its shapes."""

    name: str
    fault: str
    shapes: tuple[str, ...]


def layout_of(name: str) -> Any:  # noqa: ANN401 (tests have no annotations)
    """The layout of a name SEED:NUMBER."""
    return layouts.random_layout(random.Random(name))  # noqa: S311 (repeatable by its name)


def answer(name: str, path: Path, *, whole: bool) -> tuple[str, Any]:
    """The fault of the answer to a layout, or "right", and the answer."""
    layout = layout_of(name)
    path.write_bytes(layout.content)
    answer_of = verdicts.answer_of_verify if whole else verdicts.answer_of_reader
    try:
        found = answer_of(path, layout.base if layout.told else None)
    except Exception as error:  # noqa: BLE001 (any other than a damaged file's is a finding)
        return "crash", repr(error)
    return verdicts.fault(layout, found) or "right", found


def try_some(task: tuple[int, int, int, int]) -> list[Found]:
    """Layouts of a seed by their numbers; one in `verify` by the whole program too."""
    seed, start, stop, verify = task
    found = []
    path = _path()
    for number in range(start, stop):
        name = f"{seed}:{number}"
        fault, _ = answer(name, path, whole=False)
        if fault == "right" and verify and number % verify == 0:
            fault, _ = answer(name, path, whole=True)
        shapes = tuple(shape.split(" at ")[0] for shape in layout_of(name).shapes)
        found.append(Found(name, fault, shapes))
    path.unlink()
    return found


def _path() -> Path:
    """Of this process's layouts: in memory where the system offers that, and named by letters (a number in a name is a claim)."""
    memory = Path("/dev/shm")  # noqa: S108 (for one file of this process's own name)
    folder = memory if memory.is_dir() and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    return folder / f"layout-{str(os.getpid()).translate(_LETTERS)}.txt"


def _results(options: argparse.Namespace) -> Iterator[list[Found]]:
    tasks = [
        (options.seed, start, min(start + _CHUNK, options.count), options.verify)
        for start in range(0, options.count, _CHUNK)
    ]
    if options.processes == 1:
        yield from map(try_some, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        yield from pool.imap(try_some, tasks)


def _options() -> argparse.Namespace:
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000, metavar="N", help="how many layouts (100 000)")
    parser.add_argument("--seed", type=int, help="repeats a run; drawn and printed by default")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="layouts at the same time (2)")
    parser.add_argument(
        "--verify", type=int, default=50, metavar="N", help="one in N by the whole program (50; 0: none)"
    )
    parser.add_argument("--examples", type=int, default=5, metavar="N", help="of each kind of fault to print (5)")
    parser.add_argument("--show", metavar="NAME", help="one layout: its text, what is true of it, and the answer")
    options = parser.parse_args()
    options.seed = random.SystemRandom().randrange(2**32) if options.seed is None else options.seed
    return options


def show(name: str) -> None:
    """One layout with all that is known of it, and the answers."""
    layout = layout_of(name)
    path = _path()
    print(layout.content[:4000].decode("utf-8", "replace"))
    print()
    for field in ("shapes", "integer", "base", "told", "hard", "noted"):
        print(f"{field:9}{getattr(layout, field)}")
    for reading in layout.readings:
        place = digits.first_wrong(reading, layout.base)
        print(
            f"{'reading':9}{len(reading)} digits, {'right' if place is None else f'wrong at {place}'}: {reading[:40]}"
        )
    for whole in (False, True):
        print(f"{'verify' if whole else 'reader':9}", *answer(name, path, whole=whole))
    path.unlink()


def main() -> None:
    """Try the layouts, and print what came of them."""
    options = _options()
    if options.show:
        show(options.show)
        return
    start = time.perf_counter()
    print(f"seed {options.seed}")
    found = []
    for one in itertools.chain.from_iterable(_results(options)):
        found.append(one)
        if one.fault in _LIES:
            print(f"{one.name:>16} {one.fault}", flush=True)
    faults = Counter(one.fault for one in found)
    for fault, count in faults.most_common():
        names = [one.name for one in found if one.fault == fault][: options.examples]
        print(f"{count:8} {fault:14}", "" if fault == "right" else " ".join(names))
    met = Counter(shape for one in found for shape in set(one.shapes))
    bad = Counter(shape for one in found if one.fault != "right" for shape in set(one.shapes))
    worst = sorted(bad, key=lambda shape: bad[shape] / met[shape], reverse=True)[:15]
    print(*(f"{bad[shape]:6} of {met[shape]:6} with {shape!r}" for shape in worst), sep="\n")
    print(f"{len(found)} layouts in {time.perf_counter() - start:.0f} s")
    sys.exit(_FAILED if any(faults[lie] for lie in _LIES) else 0)


if __name__ == "__main__":
    main()
