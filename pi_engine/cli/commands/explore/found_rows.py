"""How `find` shows what it has found: one pattern as a list, several as a table, in rows for a pipe, and as fields of a JSON object."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pi_engine.cli.output.streams import emit_json, remark
from pi_engine.cli.output.table import Column, print_entries, print_table
from pi_engine.cli.output.terminal import printable, stdout_width
from pi_engine.runtime.display import counted, fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pi_engine.search.first_occurrences import Coverage
    from pi_engine.search.occurrences import Occurrences

_PIECE = 1 << 12
_LONGEST = 40
"""Digits of a pattern that are shown in a table."""


_CERTAIN = 0.999
"""Probabilities above it are all the same to a reader."""

_WIDE = 110
"""Columns of a terminal from which on a table also shows the digits around the first occurrence."""


def print_found(found: Sequence[Occurrences], *, with_positions: bool) -> None:
    """Write what was found of each pattern to stdout."""
    if stdout_width() is None:
        _print_rows(found, with_positions=with_positions)
    elif len(found) == 1:
        print_entries(_entries(found[0], with_positions=with_positions))
    else:
        _print_table(found, with_positions=with_positions)


def _print_rows(found: Sequence[Occurrences], *, with_positions: bool) -> None:
    """For another program: every number as it is, positions and lengths divided by blanks."""
    columns = ["pattern", "spelling", "count", "expected", "probability"]
    columns += ["positions", "lengths", "before", "after"] if with_positions else []
    rows = []
    for one in found:
        row: list[str | int | None] = [one.pattern, one.name, one.count, repr(one.expected), repr(one.probability)]
        if with_positions:
            before, after = one.context or ("", "")
            lengths = [] if one.lengths is None else one.lengths.tolist()
            row += [" ".join(map(str, one.positions.tolist())), " ".join(map(str, lengths)), before, after]
        rows.append(row)
    print_table([Column(title) for title in columns], rows)


def _print_table(found: Sequence[Occurrences], *, with_positions: bool) -> None:
    columns = [Column("pattern", wraps=True)]
    named = any(one.name for one in found)
    columns += [Column("spelling", wraps=True)] if named else []
    columns += [Column("count", right=True), Column("expected", right=True, rank=2)]
    columns += [Column("probability", right=True, rank=1)]
    with_context = with_positions and (stdout_width() or 0) >= _WIDE
    columns += [Column("positions", wraps=True)] if with_positions else []
    columns += [Column("first occurrence")] if with_context else []
    rows = []
    for one in found:
        row = [fitted(one.pattern, _LONGEST)]
        row += [one.name] if named else []
        row += [f"{one.count:_}", _number(one.expected), _percent(one.probability)]
        row += [_positions(one)] if with_positions else []
        row += [_context(one)] if with_context else []
        rows.append(row)
    print_table(columns, rows)


def _entries(one: Occurrences, *, with_positions: bool) -> list[tuple[str, str]]:
    rows = [("pattern", one.pattern), ("spelling", one.name), ("count", f"{one.count:_}")]
    if with_positions:
        rows += [("positions", _positions(one)), ("first occurrence", _context(one))]
    if one.longest is not None:
        rows.append(("longest", f"{counted(one.longest[0], 'digit')} at position {one.longest[1]:_}"))
    rows.append(("expected", f"{_number(one.expected)} in {counted(one.digits, 'random digit')}"))
    about = "" if one.method == "exact" or one.probability > _CERTAIN else "about "
    rows.append(("probability", f"{about}{_percent(one.probability)} that random digits contain it at least once"))
    return [row for row in rows if row[1]]


def _positions(one: Occurrences) -> str:
    if not one.count:
        return "not found"
    if one.lengths is None or one.kind == "self-locating":
        shown = [f"{position:_}" for position in one.positions.tolist()]
    else:
        pairs = zip(one.positions.tolist(), one.lengths.tolist(), strict=True)
        shown = [f"{position:_} ({length} digits)" for position, length in pairs]
    return ", ".join(shown) + (", …" if one.count > len(shown) else "")


def _context(one: Occurrences) -> str:
    if one.context is None:
        return ""
    before, after = one.context
    return f"{'…' if before else ''}{before}[{fitted(one.pattern, _LONGEST)}]{after}{'…' if after else ''}"


def _number(value: float) -> str:
    if value >= 1e6 or 0 < value < 1e-3:
        return f"{value:.2e}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _percent(probability: float) -> str:
    if probability > _CERTAIN:
        return "> 99.9 %"
    return f"{100 * probability:.3g} %"


def print_coverage(found: Coverage) -> None:
    """Write the summary to stdout."""
    rows = [
        ("numbers", f"{found.numbers:_} of {counted(found.k, 'digit')}"),
        ("found", f"{found.found:_}" + (", all of them" if found.found == found.numbers else "")),
    ]
    if found.last is not None:
        rows.append(("last to appear", f"{found.last[0]} at position {found.last[1]:_}"))
    if found.missing:
        more = ", …" if found.numbers - found.found > len(found.missing) else ""
        rows.append(("missing", ", ".join(found.missing) + more))
    rows.append(("digits searched", f"{found.digits:_}"))
    rows.append(("expected", f"about {counted(found.expected_digits, 'random digit')} contain all numbers"))
    print_entries(rows)


def table_of(found: Coverage) -> Iterator[bytes]:
    """A line for each number, in their order: the number, a tab, and its first position, empty where it was not found."""
    from pi_engine.search.first_occurrences import spelled

    positions = found.positions.tolist()
    for start in range(0, len(positions), _PIECE):
        part = enumerate(positions[start : start + _PIECE], start)
        lines = [f"{spelled(number, found.base, found.k)}\t{position or ''}\n" for number, position in part]
        yield "".join(lines).encode("ascii")


def fields_of(found: Occurrences) -> dict[str, object]:
    """A row of `patterns`."""
    context, longest = found.context, found.longest
    return {
        "pattern": found.pattern,
        "kind": found.kind,
        "name": found.name or None,
        "count": found.count,
        "positions": found.positions.tolist(),
        "lengths": None if found.lengths is None else found.lengths.tolist(),
        "longest": None if longest is None else {"digits": longest[0], "position": longest[1]},
        "context": None if context is None else {"before": context[0], "after": context[1]},
        "expected": found.expected,
        "probability": found.probability,
        "method": found.method,
    }


def coverage_fields(found: Coverage) -> dict[str, object]:
    """The object `coverage`."""
    return {
        "k": found.k,
        "numbers": found.numbers,
        "found": found.found,
        "last": None if found.last is None else {"number": found.last[0], "position": found.last[1]},
        "missing": list(found.missing),
        "expected_digits": found.expected_digits,
        "first_positions": [position or None for position in found.positions.tolist()],
    }


def show_coverage(
    found: Coverage, head: dict[str, object], *, output: str | None, start: float, as_json: bool, force: bool
) -> None:
    """Write what was found for --coverage to stdout, and to the file `output`; `head` begins the JSON object, `start` the time."""
    if output is not None:
        from pi_engine.runtime.storage.atomic import atomic_writer

        with atomic_writer(output, overwrite=force) as stream:
            stream.writelines(table_of(found))
    seconds = time.perf_counter() - start
    if as_json:
        covered: dict[str, object] = {"patterns": [], "coverage": coverage_fields(found), "output": output}
        emit_json({**head, **covered, "seconds": {"total": round(seconds, 6)}})
    else:
        print_coverage(found)
    written = f"; first positions written to {printable(output)}" if output else ""
    remark(f"pi-engine: {counted(found.digits, 'digit')} searched in {seconds:.2f} s{written}")
