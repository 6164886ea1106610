"""`pi-engine stats FILE`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.explore.digit_source import END, DigitSource, Positions, beyond, digit_source, range_option
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit, emit_json, remark
from pi_engine.cli.output.terminal import stdout_width
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.options import cluster_option, json_option, quiet_option, threads_option
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.cli.output.table import Cell, Column
    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.sequence.access.digit_access import Characters
    from pi_engine.sequence.digit_sequence import DigitSequence
    from pi_engine.statistics.significance import RandomnessTest
    from pi_engine.statistics.summary import Statistics

_WIDE = 120
"""Columns of a terminal on which each test stands beside its question."""

_LONGEST = 511
"""Runs are counted by length up to this."""

_DIGITS = "0123456789ABCDEF"


@click.command(short_help="Count digits, and test whether they look random.")
@digit_source()
@range_option
@click.option(
    "--kgrams",
    type=click.IntRange(1, 6),
    metavar="K",
    help="Length of the longest groups of digits to list and test, 1 to 6. By default 6, or 5 in base 16.",
)
@threads_option
@cluster_option
@json_option
@quiet_option
def command(
    *,
    source: DigitSource,
    positions: Positions,
    kgrams: int | None,
    threads: int | None,
    where: str | None,
    as_json: bool,
) -> None:
    """Count the digits of FILE, and test whether they look random.

    FILE can be any file that 'verify' reads; '-' is stdin. It is read once.

    Up to 16 tests compare the digits with random ones. Are all digits, pairs and longer groups equally frequent? Are poker
    hands, gaps, runs and repeated blocks as frequent as in random digits? Do some digits help to predict the next one?
    docs/stats.md explains each test.

    The p-value of a test is the probability that random digits give its statistic or a larger one. A p-value near 0
    means that the digits are too uneven, and a p-value near 1 that they are too regular. The column 'corrected' takes
    both directions and the number of tests into account. A test is unusual if 'corrected' is below 0.01.

    \b
    pi-engine stats pi.ycd
    pi-engine stats --digits 1e6 --range 1-1e5 --kgrams 3

    Exit codes: 0 counted, whatever the tests say; 1 SciPy is not installed, 2 wrong usage or no digits, 5 the file is
    corrupt, 130 interrupted.
    """  # noqa: D301 (click's mark for lines that are kept)
    from pi_engine.statistics.significance import require_scipy

    require_scipy()
    with cluster_session(where, threads=threads) as cluster, source.opened() as digits:
        start = time.perf_counter()
        found = _counted(digits, positions, kgrams, threads, cluster)
        seconds = time.perf_counter() - start
    if as_json:
        emit_json(
            {
                "file": source.file,
                "position": positions.first,
                **fields_of(found),
                "seconds": {"total": round(seconds, 6)},
                **cluster_fields(cluster),
            }
        )
        return
    _print_tables(found, positions.first)
    if not found.made:
        remark(f"pi-engine: {found.conclusion}")


def _counted(
    digits: DigitSequence, positions: Positions, kgrams: int | None, threads: int | None, cluster: Cluster | None
) -> Statistics:
    if cluster is not None:
        return _counted_by_workers(cluster, digits, positions, kgrams)
    from pi_engine.statistics.summary import PHASE, statistics_of

    nothing = _nothing_in(digits)
    if digits.known_length == 0:
        raise nothing
    start, stop = positions.places(digits)
    end = digits.known_length if stop is None else stop
    with ProgressBar(only=PHASE) as bar:
        pieces = digits.characters(start, stop)
        first = next((piece for piece in pieces if len(piece)), None)
        if first is None:
            raise beyond(positions.first, digits) if positions.first > 1 else nothing

        def all_pieces() -> Iterator[Characters]:
            yield first
            yield from pieces

        found = statistics_of(
            all_pieces(),
            digits.base,
            kgrams=kgrams,
            digits=None if end is None else end - start,
            name=digits.name,
            threads=threads,
            progress=bar,
        )
    if positions.last != END and found.digits < positions.last - start:
        raise beyond(positions.last, digits)
    return found


def _counted_by_workers(
    cluster: Cluster, digits: DigitSequence, positions: Positions, kgrams: int | None
) -> Statistics:
    from pi_engine.sequence.cluster_questions import stats_by_workers
    from pi_engine.statistics.summary import PHASE

    if not len(digits):
        raise _nothing_in(digits)
    with ProgressBar(only=PHASE) as bar:
        return stats_by_workers(cluster, digits, places=positions.all_places(digits), kgrams=kgrams, progress=bar)


def _nothing_in(digits: DigitSequence) -> click.UsageError:
    return click.UsageError(f"{digits.name} has no digits after the point: there is nothing to count")


def fields_of(x: Statistics) -> dict[str, object]:
    """The fields of the JSON object that statistics have."""
    from pi_engine.statistics.spacings import hands

    return {
        "base": x.base,
        "digits": x.digits,
        "counts": list(x.counts),
        "chi_square": x.chi_square,
        "p_value": x.p_value,
        "entropy_bits": x.entropy_bits,
        "max_entropy_bits": x.max_entropy_bits,
        "conclusion": x.conclusion,
        "unusual": [test.name for test in x.unusual],
        "chance": x.chance,
        "tests": [
            {
                "name": test.name,
                "question": test.question,
                "statistic": test.statistic,
                "expected": test.expected,
                "degrees_of_freedom": test.degrees_of_freedom,
                "p_value": test.p_value,
                "corrected": test.corrected,
                "verdict": test.verdict,
                "needs": test.needs,
            }
            for test in x.tests
        ],
        "kgrams": [
            {
                "k": row.k,
                "kinds": row.kinds,
                "seen": row.seen,
                "expected": row.expected,
                "fewest": row.fewest,
                "rarest": row.rarest,
                "most": row.most,
                "commonest": row.commonest,
            }
            for row in x.kgrams
        ],
        "entropies": [
            {
                "given": row.given,
                "bits": row.bits,
                "deficit": row.deficit,
                "expected_deficit": row.expected_deficit,
                "spread": row.spread,
            }
            for row in x.entropies
        ],
        "hands": [{"kind": hand.kind, "count": hand.dealt, "expected": hand.expected} for hand in hands(x.tallies)],
        "longest_run": x.longest_run,
    }


def _print_tables(x: Statistics, first: int) -> None:
    from pi_engine.cli.output.table import Column, print_entries, print_table

    print_entries(
        [
            ("digits", f"{x.name}, positions {first:_} to {first + x.digits - 1:_}, base {x.base}"),
            ("conclusion", x.conclusion),
            ("entropy", f"{x.entropy_bits:.10g} bits a digit; at most {x.max_entropy_bits:.10g}"),
            ("longest run", counted(x.longest_run, "digit") + (" or more" if x.longest_run == _LONGEST else "")),
        ]
    )
    emit("\n")
    mean = x.digits / x.base
    sigma = (mean * (1 - 1 / x.base)) ** 0.5
    rows: list[list[Cell]] = [
        [_DIGITS[i], count, f"{100 * count / x.digits:.5f}", f"{(count - mean) / sigma:+.2f}"]
        for i, count in enumerate(x.counts)
    ]
    print_table([Column("digit"), *(_right("count", "percent", "deviation (σ)"))], rows)
    emit("\n")
    rows = [
        [row.k, row.kinds, row.seen, _number(row.expected), row.fewest, row.rarest, row.most, row.commonest]
        for row in x.kgrams
    ]
    titles = ("k", "k-grams", "seen", "expected each", "fewest", "rarest", "most", "commonest")
    print_table([Column(title, right=True, rank=0 if i < 5 else 1) for i, title in enumerate(titles)], rows)
    emit("\n")
    rows = [_row(test) for test in x.tests]
    columns = [
        Column("test"),
        *_right("statistic", "expected", "p-value", "corrected"),
        Column("verdict"),
        Column("question"),
    ]
    wide = (stdout_width() or _WIDE) >= _WIDE
    print_table(columns if wide else columns[:-1], rows if wide else [row[:-1] for row in rows])
    if x.entropies:
        emit("\n")
        rows = [
            [
                row.given,
                f"{row.bits:.8f}",
                f"{row.deficit:.4g}",
                f"{row.expected_deficit:.4g}",
                f"{row.spread:.2g}",
                f"{row.deviation:+.2f}",
            ]
            for row in x.entropies
        ]
        heads = ("known digits", "entropy (bits)", "deficit", "expected", "spread", "deviation (σ)")
        print_table(_right(*heads), rows)


def _right(*titles: str) -> list[Column]:
    from pi_engine.cli.output.table import Column

    return [Column(title, right=True) for title in titles]


def _row(test: RandomnessTest) -> list[Cell]:
    if test.statistic is None:
        return [test.name, None, None, None, None, f"needs {test.needs:_} digits", test.question]
    assert test.expected is not None
    return [
        test.name,
        _number(test.statistic),
        _number(test.expected),
        f"{test.p_value:.3g}",
        f"{test.corrected:.3g}",
        test.verdict,
        test.question,
    ]


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 1e5 else f"{value:.6g}"
