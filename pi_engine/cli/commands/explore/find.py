"""`pi-engine find FILE PATTERN…`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from pi_engine.cli.commands.explore.digit_source import (
    END,
    DigitSource,
    Positions,
    beyond,
    digit_source,
    range_option,
    reported,
)
from pi_engine.cli.output.progress_bar import ProgressBar
from pi_engine.cli.output.streams import emit_json, remark
from pi_engine.cli.parameters.cluster_session import cluster_fields, cluster_session
from pi_engine.cli.parameters.names import FILE
from pi_engine.cli.parameters.options import cluster_option, force_option, json_option, quiet_option, threads_option
from pi_engine.cli.parameters.quantities import COUNT, parse_count
from pi_engine.runtime.display import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.search.first_occurrences import Coverage
    from pi_engine.search.occurrences import Occurrences
    from pi_engine.search.patterns import Sought
    from pi_engine.sequence.access.digit_access import Characters
    from pi_engine.sequence.digit_sequence import DigitSequence

ALL = -1
"""The limit that is written `all`."""

_PHASE = "searching"


class _Limit(click.ParamType[int]):
    name = "limit"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """A count of any spelling, or `all`."""
        if isinstance(value, int) or str(value).strip() == "all":
            return value if isinstance(value, int) else ALL
        try:
            return parse_count(str(value), "the limit")
        except ValueError as error:
            self.fail(f"{error}; 'all' shows all positions", param, ctx)


@click.command(short_help="Find digit strings, dates, runs and more.")
@digit_source(words="patterns")
@click.option(
    "-f",
    "--file",
    "files",
    type=FILE,
    multiple=True,
    metavar="PATTERNS",
    help="Also search for the patterns in the file PATTERNS, one per line. '-' is stdin.",
)
@click.option(
    "--date",
    "dates",
    multiple=True,
    metavar="YYYY-MM-DD",
    help="Also search for this date in all usual spellings, such as ddmmyy, mmddyyyy and dmyyyy.",
)
@click.option(
    "--run", metavar="DIGIT", help="Also search for runs of DIGIT. --length gives the least number of digits of a run."
)
@click.option(
    "--length", type=COUNT, metavar="N", help="Also search for runs of N digits or more. Without --run, of any digit."
)
@click.option(
    "--palindromes", type=COUNT, metavar="N", help="Also search for palindromes of N digits or more. N is 2 to 1000."
)
@click.option("--self-locating", is_flag=True, help="Also search for numbers n that occur at position n.")
@click.option(
    "--coverage",
    type=COUNT,
    metavar="K",
    help="Instead, find the first position of every number of K digits. K is at most 7 in base 10.",
)
@click.option(
    "--limit",
    type=_Limit(),
    default=10,
    show_default=True,
    metavar="N",
    help="Number of positions to show for each pattern, or 'all'. All occurrences are counted in any case.",
)
@click.option("--count-only", is_flag=True, help="Show counts and probabilities, but no positions.")
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="With --coverage, write each number and its first position to FILE.",
)
@force_option
@range_option
@threads_option
@cluster_option
@json_option
@quiet_option
def command(
    *,
    source: DigitSource,
    patterns: tuple[str, ...],
    files: tuple[str, ...],
    dates: tuple[str, ...],
    run: str | None,
    length: int | None,
    palindromes: int | None,
    self_locating: bool,
    coverage: int | None,
    limit: int,
    count_only: bool,
    output: str | None,
    force: bool,
    positions: Positions,
    threads: int | None,
    where: str | None,
    as_json: bool,
) -> None:
    """Find where each PATTERN occurs in the digits of FILE.

    A PATTERN is a string of digits. A '?' in it stands for any digit; quote the pattern for your shell. Overlapping
    occurrences are all counted. Position 1 is the first digit after the point. With --digits every argument is a
    PATTERN.

    Two numbers compare each pattern with random digits: how often as many random digits contain it on average, and the
    probability that they contain it at least once. docs/find.md explains them.

    \b
    pi-engine find pi.ycd 14159265 '9?9?9?9'
    pi-engine find --digits 1e7 --date 1988-03-14
    pi-engine find --digits 1e6 --run 9 --length 6

    Exit codes: 0 searched, even if nothing was found, 2 wrong usage, 4 not enough memory, 5 the file is corrupt,
    130 interrupted.
    """  # noqa: D301 (click wants the character, which keeps it from joining lines)
    from pi_engine.cli.commands.explore.sought import all_checked, require_no_file, require_one_search, sought_in

    if (*files, source.file).count("-") > 1:
        raise click.UsageError("stdin can be read once: give '-' only once")
    wanted = sought_in(
        patterns, files, dates, run=run, length=length, palindromes=palindromes, self_locating=self_locating
    )
    require_one_search(source, wanted, coverage=coverage, output=output, where=where)
    if source.digits is not None:  # wrong patterns are said before digits are computed
        require_no_file(patterns)
        all_checked(wanted, source.base or 10)
    if output is not None:
        from pi_engine.runtime.storage.atomic import require_writable

        require_writable(output, size=0, overwrite=force)
        source.require_other(output)
    start = time.perf_counter()
    with cluster_session(where, threads=threads) as cluster, source.opened() as digits:
        if coverage is not None:
            covered = _coverage(digits, positions, coverage)
            from pi_engine.cli.commands.explore.found_rows import show_coverage

            head = _head(source, digits, positions, covered.digits)
            show_coverage(covered, head, output=output, start=start, as_json=as_json, force=force)
            return
        room, ready = None if limit == ALL else limit, all_checked(wanted, digits.base)
        if cluster is None:
            found = _found(digits, positions, ready, room, threads, count_only=count_only)
        else:
            found = _found_by_workers(cluster, digits, positions, ready, room, count_only=count_only)
    seconds = time.perf_counter() - start
    if as_json:
        from pi_engine.cli.commands.explore.found_rows import fields_of

        head = _head(source, digits, positions, found[0].digits)
        rows = [*map(fields_of, found)]
        emit_json({**head, "patterns": rows, "seconds": {"total": round(seconds, 6)}, **cluster_fields(cluster)})
    else:
        from pi_engine.cli.commands.explore.found_rows import print_found

        print_found(found, with_positions=not count_only and room != 0)
    _say(found, seconds)


def _say(found: list[Occurrences], seconds: float) -> None:
    """What was done, on stderr."""
    missing = sum(not one for one in found)
    nothing = (
        ""
        if not missing
        else "; not found"
        if len(found) == 1
        else f"; {missing:_} of {len(found):_} patterns not found"
    )
    remark(f"pi-engine: {counted(found[0].digits, 'digit')} searched in {seconds:.2f} s{nothing}")


class _Read:
    """The digits of a range, their number as far as it is known, and, at the end, how many there were."""

    def __init__(self, digits: DigitSequence, positions: Positions, bar: ProgressBar) -> None:
        start, stop = positions.places(digits)
        length = digits.known_length
        end = stop if length is None else length if stop is None else min(stop, length)
        self.expected = None if end is None or length is None else end - start
        self._digits, self._positions = digits, positions
        self._pieces = reported(digits.characters(start, stop), self.expected, bar, _PHASE)

    def __iter__(self) -> Iterator[Characters]:
        first, last = self._positions
        count = 0
        for piece in self._pieces:
            count += len(piece)
            yield piece
        for position in (first, last):
            if position != END and position > max(first - 1 + count, 1):
                raise beyond(position, self._digits)


def _found(
    digits: DigitSequence,
    positions: Positions,
    wanted: list[Sought],
    limit: int | None,
    threads: int | None,
    *,
    count_only: bool,
) -> list[Occurrences]:
    from pi_engine.runtime.thread_count import thread_count
    from pi_engine.search.one_pass import find

    with ProgressBar(only=_PHASE) as bar:
        read = _Read(digits, positions, bar)
        return find(
            read,
            digits.base,
            wanted,
            limit=limit,
            count_only=count_only,
            threads=thread_count(threads),
            position=positions.first,
            expected=read.expected,
        )


def _found_by_workers(
    cluster: Cluster,
    digits: DigitSequence,
    positions: Positions,
    wanted: list[Sought],
    limit: int | None,
    *,
    count_only: bool,
) -> list[Occurrences]:
    from pi_engine.sequence.cluster_questions import find_by_workers

    with ProgressBar(only=_PHASE) as bar:
        places = positions.all_places(digits)
        return find_by_workers(cluster, digits, wanted, places=places, limit=limit, count_only=count_only, progress=bar)


def _coverage(digits: DigitSequence, positions: Positions, k: int) -> Coverage:
    from pi_engine.search.first_occurrences import coverage

    with ProgressBar(only=_PHASE) as bar:
        read = _Read(digits, positions, bar)
        return coverage(read, digits.base, k, position=positions.first, expected=read.expected)


def _head(source: DigitSource, digits: DigitSequence, positions: Positions, searched: int) -> dict[str, object]:
    return {"file": source.file, "base": digits.base, "position": positions.first, "digits": searched}
