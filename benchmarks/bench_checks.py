"""What the checks of a run cost: by their parts, and compute with check="none" and check="fast" in turn.

    python benchmarks/bench_checks.py [DIGITS] [RUNS] [plain]

The parts are the seconds within the functions that check, medians of the runs; their sum over the run's time is what the
checks cost, as a part of a run in this process, and of the command, which also has to start Python and to write the file.
Merges of a level are checked inside the kernel that makes them: their part is a second reading of the level. The
shadow runs concurrently with the sum: of its seconds on one of the threads that thread's share is counted.
The difference of the two kinds of runs is the same thing measured from outside, where a machine's other work is louder:
each run is compared with the other kind's next to it.
With `plain` the plain path is measured, which the command takes where they are not compiled or do not pay.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

import pi_engine
from pi_engine.bigint import division, root_quotient
from pi_engine.bigint.residues import tracked
from pi_engine.engine import compute, summation
from pi_engine.engine.planning.backend import STORED_DIGITS, prepare
from pi_engine.radix import fraction_text, powers, remainder_tree, right_edge_check, words_of_fraction
from pi_engine.runtime.thread_count import available_threads
from pi_engine.splitting.compiled import compiled_tree, level_division, node_residues, truncated_nodes, upper_tree
from pi_engine.splitting.shadow import compiled_shadow

LEVELS: tuple[Literal["none", "fast"], ...] = ("none", "fast")
PARTS = (
    (summation, "check_against_shadow", "shadow"),
    (division, "residues", "root, division"),
    (fraction_text, "residues", "conversion"),
    (compiled_shadow, "compiled_shadow_residues", "shadow"),
    (compiled_tree, "with_residues", "merges"),
    (level_division, "divided", "merges"),
    (upper_tree, "residues_of_several", "merges"),
    (truncated_nodes, "residues_of_several", "cuts"),
    (tracked, "residues", "root, division"),
    (root_quotient, "residues_of_several", "root, division"),
    (powers, "residues_of_several", "conversion"),
    (powers, "expected_power", "conversion"),
    (remainder_tree, "residues_of_several", "conversion"),
    (right_edge_check.RightEdge, "check", "conversion"),
    (words_of_fraction, "word_residues", "conversion"),
    (compute, "_check_digits", "text, known digits"),
)
found: dict[str, float] = {}


def timed(place, name, part):
    """Add the seconds of a function's calls up in `found`."""
    function = getattr(place, name)
    threads = available_threads() if place is compiled_shadow else 1

    def wrapper(*arguments, **options):
        start = time.perf_counter()
        result = function(*arguments, **options)
        found[part] = found.get(part, 0.0) + (time.perf_counter() - start) / threads
        return result

    setattr(place, name, wrapper)
    return lambda: setattr(place, name, function)


def second_reading():
    """After each level of merges that is checked, read it again."""
    function = compiled_tree.merge_level

    def wrapper(level, threads, *arguments, **options):
        result = function(level, threads, *arguments, **options)
        if result.residues is not None:
            start = time.perf_counter()
            node_residues.residues_of(result, threads)
            seconds = time.perf_counter() - start
            found["merges"] = found.get("merges", 0.0) + seconds
            found["read twice"] = found.get("read twice", 0.0) + seconds
        return result

    compiled_tree.merge_level = wrapper
    return lambda: setattr(compiled_tree, "merge_level", function)


def parts(digits, runs):
    undo = [timed(*part) for part in PARTS] + [second_reading()]
    rows = []
    for _ in range(runs + 1):
        found.clear()
        start = time.perf_counter()
        pi_engine.compute(digits)
        whole = time.perf_counter() - start - found.pop("read twice", 0.0)
        rows.append({**found, "all checks": sum(found.values()), "the run": whole})
    for restore in undo:
        restore()
    whole = statistics.median(row["the run"] for row in rows[1:])
    for name in rows[-1]:
        seconds = statistics.median(row[name] for row in rows[1:])
        print(f"  {name:20} {1e3 * seconds:9.2f} ms  {100 * seconds / whole:6.2f} %")
    return statistics.median(row["all checks"] for row in rows[1:])


def seconds_of_the_command(digits, runs):
    """The median of whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pi_engine", "compute", str(digits), "-q", "--force", "-o", f"{folder}/pi.txt"]
        found = []
        for _ in range(runs):
            start = time.perf_counter()
            subprocess.run(command, check=True, cwd=Path(__file__).parent.parent)
            found.append(time.perf_counter() - start)
    return statistics.median(found)


def main() -> None:
    plain = "plain" in sys.argv
    arguments = [a for a in sys.argv[1:] if a != "plain"]
    digits = int(float(arguments[0])) if arguments else 10**7
    runs = int(arguments[1]) if len(arguments) > 1 else 15
    if plain:
        os.environ["PI_ENGINE_TRANSFORM"] = "0"
    else:
        prepare()  # the compiled path, from the first run on

    print(f"{digits:_} digits, by parts, medians of {runs} runs")
    checks = parts(digits, runs)
    if plain or digits >= STORED_DIGITS:  # where the command takes the same path
        command = seconds_of_the_command(digits, min(runs, 15))
        print(f"  of the command's {command:8.3f} s {100 * checks / command:16.2f} %")
    seconds = {level: [] for level in LEVELS}
    for level in LEVELS:
        pi_engine.compute(digits, check=level)
    for i in range(runs):
        for level in LEVELS if i % 2 else LEVELS[::-1]:
            start = time.perf_counter()
            pi_engine.compute(digits, check=level)
            seconds[level].append(time.perf_counter() - start)
    none, fast = (seconds[level] for level in LEVELS)
    print(f"with and without, {runs} runs of each, in turn")
    print(f"  fastest                   none {min(none):.4f}  fast {min(fast):.4f}")
    pairs = statistics.median(with_checks - without for without, with_checks in zip(none, fast, strict=True))
    print(f"  median of the differences {1e3 * pairs:9.2f} ms  {100 * pairs / statistics.median(fast):6.2f} %")


if __name__ == "__main__":
    main()
