"""What the second thread gains, phase by phase: wall-clock and processor seconds with 1 and with 2 threads.

    python benchmarks/arithmetic/bench_second_thread.py [digits …] [--rounds N]

Medians of rounds in which both take turns, after one that fills tables and memory. "Cost" is the processor seconds of
two threads over those of one: what is above 1 is lost to shared caches, to waiting in turn, or to another way taken.
The phases of the sum are those of the tree; what it takes besides is under "sum: rest". Another process on one of the
two processors shows as a gain of 1: look at the processor seconds then.
"""

import argparse
import statistics
import time

from pi_engine.engine import compute, summation
from pi_engine.radix import word_text
from pi_engine.splitting.compiled import compiled_tree

SUM = ("sum: subtrees", "sum: levels and merges", "sum: common factors", "sum: shadow")
PHASES = (*SUM, "sum: rest", "root", "division", "conversion", "text")
Seconds = dict[str, list[float]]
found: Seconds = {}


def timed(place, function_name, phase):
    """Add the wall-clock and processor seconds of a function's calls up in `found`."""
    function = getattr(place, function_name)

    def wrapper(*arguments, **options):
        wall, processor = time.perf_counter(), time.process_time()
        result = function(*arguments, **options)
        seconds = found.setdefault(phase, [0.0, 0.0])
        seconds[0] += time.perf_counter() - wall
        seconds[1] += time.process_time() - processor
        return result

    setattr(place, function_name, wrapper)


def run(digits, threads):
    """Phase → wall-clock and processor seconds of one computation."""
    found.clear()
    compute.compute(digits, threads=threads)
    parts = {phase: found.get(phase, [0.0, 0.0]) for phase in PHASES}
    parts["sum: rest"] = [found["sum"][i] - sum(parts[phase][i] for phase in SUM) for i in range(2)]
    parts["conversion"] = [found["conversion"][i] - parts["text"][i] for i in range(2)]
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("digits", type=float, nargs="*", default=[1e6, 1e7])
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    for name, phase in (
        ("build_subtrees", SUM[0]), ("merge_levels", SUM[1]), ("merge_level", SUM[1]), ("merge_with_diagnosis", SUM[1]),
        ("divide_level", SUM[2]),
    ):  # fmt: skip
        timed(compiled_tree, name, phase)
    timed(summation, "check_against_shadow", SUM[3])
    timed(word_text, "word_text", "text")
    for name, phase in (
        ("sum_series", "sum"), ("root_of_radicand", "root"), ("pi_fraction", "division"), ("convert_fraction", "conversion"),
    ):  # fmt: skip
        timed(compute, name, phase)
    for digits in map(int, options.digits):
        rounds = [(run(digits, 1), run(digits, 2)) for _ in range(options.rounds + 1)][1:]
        print(f"\n{digits:_} digits\n| phase | 1 thread | 2 threads | gain | cost |\n|---|---|---|---|---|")
        for phase in PHASES:
            one, two = ([statistics.median(r[t][phase][i] for r in rounds) for i in (0, 1)] for t in (0, 1))
            if max(one[0], two[0]) < 1e-4:
                continue
            gain = f"{one[0] / two[0]:.2f}" if two[0] > 1e-4 else "–"
            cost = f"{two[1] / one[1]:.2f}" if one[1] > 1e-4 else "–"
            print(f"| {phase} | {one[0] * 1e3:.2f} | {two[0] * 1e3:.2f} | {gain} | {cost} |")


if __name__ == "__main__":
    main()
