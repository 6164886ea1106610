"""Common factors of P and Q: bits a term that they save, by level and way, and seconds of the sum with and without.

    python benchmarks/arithmetic/bench_common_factors.py sizes [digits]     bits a term of P, Q and T, three ways
    python benchmarks/arithmetic/bench_common_factors.py times [digits …]   seconds of the sum, divided never, once and twice

Ways: exact, as the recurrence gives them; divided, by the divisor that all nodes of a level share, at the levels at which
the tree does it; gcd, by the greatest common divisor of P₁ and Q₂ at every merge, which is the least they can be.
Times are medians of 5 (3 from 10^7 digits) in turn, on all threads; the runs of a size before the first are not counted.
"""

import statistics
import sys
import time

from gmpy2 import divexact, gcd, mpz

from pi_engine.runtime.progress import silent
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree, level_division
from pi_engine.splitting.plain.node import Node, leaf, merge
from pi_engine.splitting.records.common_factors import divisors_by_level


def bits(nodes: list[Node], terms: int) -> str:
    """Bits a term of P, Q and T of a level."""
    sums = [sum(abs(x).bit_length() for x in row) / terms for row in zip(*(node[:3] for node in nodes), strict=True)]
    return " ".join(f"{x:6.1f}" for x in sums)


def merge_by_gcd(left: Node, right: Node) -> Node:
    """Merge two nodes, as `merge` does, with the quotients of P₁ and Q₂ by their greatest common divisor."""
    assert left.P is not None
    common = gcd(left.P, right.Q)
    return merge(
        left._replace(P=divexact(left.P, common)),
        right._replace(Q=divexact(right.Q, common)),
    )


def divided(nodes: list[Node], divisor: mpz) -> list[Node]:
    """P and Q divided, all but the first Q."""
    quotients = [node._replace(P=divexact(node.P or mpz(0), divisor), Q=divexact(node.Q, divisor)) for node in nodes]
    return [quotients[0]._replace(Q=nodes[0].Q), *quotients[1:]]


def sizes(digits: int) -> None:
    """Print the table of bits a term; every node has a P, so that levels compare."""
    block = 8
    levels = max(0, (int(digits / CHUDNOVSKY.digits_per_term) // block).bit_length() - 1)
    terms = int(digits / CHUDNOVSKY.digits_per_term) // block // 2**levels * block * 2**levels
    size = terms >> levels
    subtree = max(j for j in range(levels + 1) if size << j <= 400)
    again = subtree + (levels - subtree) // 2
    shape = {j: size << j for j in [*range(subtree + 1), again]}
    divisors = divisors_by_level(CHUDNOVSKY, shape)
    exact = [leaf(CHUDNOVSKY, lo, lo + size) for lo in range(0, terms, size)]
    shared = by_gcd = exact
    print(
        f"{terms} terms; bits a term of P, Q and T     exact | divided | gcd      P + Q + T as parts of the exact ones"
    )
    for j in range(levels + 1):
        if j:
            exact, shared, by_gcd = (
                [step(a, b) for a, b in zip(nodes[::2], nodes[1::2], strict=True)]
                for nodes, step in ((exact, merge), (shared, merge), (by_gcd, merge_by_gcd))
            )
        if divisors.get(j, 1) > 1:
            shared = divided(shared, divisors[j])
        total, *parts = (
            sum(abs(x).bit_length() for n in nodes for x in (n.P, n.Q, n.T) if x is not None)
            for nodes in (exact, shared, by_gcd)
        )
        ways = " | ".join(bits(nodes, terms) for nodes in (exact, shared, by_gcd))
        print(f"{size << j:8} terms a node: {ways}   " + " ".join(f"{part / total:.2f}" for part in parts))


def times(digits: int) -> None:
    """Print seconds of the sum, divided never, in the subtrees, and once more above."""
    terms = int(digits / CHUDNOVSKY.digits_per_term) + 2
    threads = available_threads()
    again, divisors = compiled_tree.DIVIDE_AGAIN_LEVELS, compiled_tree.divisors_by_level
    seconds: dict[str, list[float]] = {"never": [], "once": [], "twice": []}
    divisions: list[float] = []

    def timed_division(*args: object, **options: object) -> None:
        start = time.perf_counter()
        level_division.divide_level(*args, **options)  # type: ignore[arg-type]
        divisions.append(time.perf_counter() - start)

    compiled_tree.divide_level = timed_division
    root = {}
    for _ in range(4 if digits >= 10**7 else 6):
        for way, row in seconds.items():
            compiled_tree.DIVIDE_AGAIN_LEVELS = again if way == "twice" else 1000
            compiled_tree.divisors_by_level = (
                divisors if way != "never" else lambda _series, least: dict.fromkeys(least, mpz(1))
            )
            start = time.perf_counter()
            root[way] = compiled_tree.split_compiled(CHUDNOVSKY, terms, threads, silent).Q.bit_length()
            row.append(time.perf_counter() - start)
    medians = {way: statistics.median(row[1:]) for way, row in seconds.items()}
    print(f"{digits:>11} digits, {threads} threads: " + "  ".join(f"{way} {medians[way]:.3f} s" for way in seconds))
    parts = "  ".join(f"{way} {medians[way] / medians['never']:.3f}" for way in seconds)
    second = f"; the second division {statistics.median(divisions):.3f} s each time" if divisions else ""
    print(f"{'':>11} parts: {parts}; Q in Mbit: " + ", ".join(f"{root[w] / 1e6:.1f}" for w in root) + second)


def main() -> None:
    """See above."""
    numbers = [int(float(x)) for x in sys.argv[2:]]
    if sys.argv[1:2] == ["sizes"]:
        sizes(*(numbers or [10**6]))
    elif sys.argv[1:2] == ["times"]:
        for digits in numbers or [10**6, 10**7]:
            times(digits)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
