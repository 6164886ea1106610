"""The search for any number of patterns of all kinds in one pass over the digits, or in ranges of them by several processes."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted, fitted
from pi_engine.search.digit_runs import RunSearch
from pi_engine.search.occurrences import Occurrences, joined
from pi_engine.search.palindromes import PalindromeSearch
from pi_engine.search.pattern_chance import (
    chance_of_palindromes,
    chance_of_runs,
    chance_of_self_location,
    chances_of_strings,
)
from pi_engine.search.patterns import DigitString, Palindromes, Runs, checked, distinct
from pi_engine.search.scanning import LEAST_PIECE, first_digits, gathered
from pi_engine.search.self_locating import SelfLocationSearch
from pi_engine.search.string_search import UNLIMITED, StringSearch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pi_engine.search.occurrences import Kind
    from pi_engine.search.pattern_chance import Chance
    from pi_engine.search.patterns import Sought
    from pi_engine.search.scanning import Characters, Part

    Other = RunSearch | PalindromeSearch | SelfLocationSearch

_SHOWN = 40


def find(
    pieces: Iterable[Characters],
    base: int,
    patterns: Sequence[Sought | str],
    *,
    limit: int | None = None,
    count_only: bool = False,
    threads: int = 1,
    position: int = 1,
    expected: int | None = None,
) -> list[Occurrences]:
    """Where patterns stand in a stream of digits; each is counted in full, and occurrences that overlap count each.

    The time of a pass over 10^9 digits is about 0.06 s for each string, or 1 s for hundreds and thousands of strings together.

    Args:
        pieces: ASCII digits, letters in upper case, in pieces of any length; none is kept.
        base: of the digits, 2, 8, 10 or 16.
        patterns: digit strings, in which "?" is any digit, `Runs`, `Palindromes` and `SelfLocating`; the same one is searched once.
        limit: how many positions of each pattern are kept, the first ones; all by default.
        count_only: keep no positions.
        threads: how many work; they share many patterns.
        position: of the first digit; 1 is the first one after the point.
        expected: how many digits there will be, where that is known.

    Returns:
        The occurrences of each pattern, in the order of the patterns; of a pattern that is there twice, the same ones twice.

    Raises:
        UsageError: there is no pattern, one cannot stand in digits of this base, or is longer than the digits; the limit is negative.
    """
    request = requested(patterns, base, limit=limit, count_only=count_only, digits=expected)
    search = _RangeSearch(request, base, threads=threads, position=position, expected=expected)
    digits = search.take(pieces)
    search.finish(lambda: ())
    return answers(request, base, [search.parts()], position=position, digits=digits)


class Request(NamedTuple):
    """What is searched for.

    Attributes:
        asked: everything, in the order of the answers.
        wanted: each once: what is searched for.
        room: positions that are kept of each.
    """

    asked: list[Sought]
    wanted: list[Sought]
    room: int


def requested(
    patterns: Iterable[Sought | str],
    base: int,
    *,
    limit: int | None = None,
    count_only: bool = False,
    digits: int | None = None,
) -> Request:
    """What `find` searches for; see there. `digits`: how many are searched, where that is known.

    Raises:
        UsageError: as `find`.
    """
    asked = [checked(pattern, base) for pattern in patterns]
    wanted = distinct(asked)
    if not wanted:
        raise UsageError("no pattern: give at least one")
    if limit is not None and limit < 0:
        raise UsageError("the limit of positions must not be negative")
    if digits is not None:
        _require_fit(wanted, digits)
    return Request(asked, wanted, 0 if count_only else UNLIMITED if limit is None else limit)


def find_in_range(
    read: Callable[[int, int], Iterable[Characters]],
    whole: tuple[int, int],
    part: tuple[int, int],
    base: int,
    request: Request,
    *,
    threads: int = 1,
    expected: int | None = None,
) -> list[Part]:
    """What a range of the digits holds of each pattern that is wanted: `answers` puts the parts of all ranges together.

    Args:
        read: gives the digits from one place up to another, the first place being 0, as `find` takes them.
        whole: places of all that is searched, the second one behind the last.
        part: places of the range.
        base: of the digits.
        request: what is searched for.
        threads: how many work.
        expected: how many digits will be searched in this process, in all ranges.
    """
    first, last = part
    search = _RangeSearch(request, base, threads=threads, position=first + 1, expected=expected)
    search.precede(first_digits(read(max(first - search.before, whole[0]), first), search.before))
    search.take(read(first, last))
    search.finish(lambda: read(last, whole[1]))
    return search.parts()


def answers(
    request: Request, base: int, parts: Sequence[Sequence[Part]], *, position: int, digits: int
) -> list[Occurrences]:
    """What was found of each pattern that was asked for, in all `digits` digits, which begin at this position.

    `parts`: what was found in each range, in the order of the digits.

    Raises:
        UsageError: a pattern is longer than the digits.
    """
    _require_fit(request.wanted, digits)
    strings = [sought.text for sought in request.wanted if isinstance(sought, DigitString)]
    chances = iter(chances_of_strings(strings, base, digits) if strings else ())
    once: dict[Sought | str, Occurrences] = {}
    for sought, *found in zip(request.wanted, *parts, strict=True):
        together = joined(found, request.room, by_middles=isinstance(sought, Palindromes))
        chance = next(chances) if isinstance(sought, DigitString) else _chance_of_other(sought, base, position, digits)
        once[_key(sought)] = _occurrences(sought, together, chance, base, digits)
    return [once[_key(sought)] for sought in request.asked]


class _RangeSearch:
    """The searches for all that is wanted, in one range of the digits."""

    def __init__(self, request: Request, base: int, *, threads: int, position: int, expected: int | None) -> None:
        room = request.room
        self._wanted = request.wanted
        texts = [sought.text for sought in self._wanted if isinstance(sought, DigitString)]
        self._strings = (
            StringSearch(texts, base, room=room, threads=threads, position=position, expected=expected)
            if texts
            else None
        )
        self._others = {
            i: _other(sought, base, room, position, expected)
            for i, sought in enumerate(self._wanted)
            if not isinstance(sought, DigitString)
        }
        self._all = [*([] if self._strings is None else [self._strings]), *self._others.values()]
        self.before = max(search.before for search in self._all)

    def precede(self, digits: Characters) -> None:
        """Hear of the digits before the range, `before` of them or all."""
        for search in self._all:
            search.precede(digits[max(len(digits) - search.before, 0) :])

    def take(self, pieces: Iterable[Characters]) -> int:
        """Search the range; returns how many digits it has."""
        digits, strings = 0, self._strings
        for piece in gathered(pieces, max(LEAST_PIECE, strings.least_piece if strings else 0)):
            digits += len(piece)
            for search in self._all:
                search.take(piece)
        return digits

    def finish(self, behind: Callable[[], Iterable[Characters]]) -> None:
        """The range ends; `behind` gives the digits that follow, as often as it is called."""
        for search in self._all:
            search.finish(behind())

    def parts(self) -> list[Part]:
        """What was found of each of what is wanted."""
        numbers = itertools.count()
        return [
            self._others[i].part() if self._strings is None or i in self._others else self._strings.part(next(numbers))
            for i in range(len(self._wanted))
        ]


def _key(sought: Sought) -> Sought | str:
    """What patterns that are searched once have in common."""
    return sought.text if isinstance(sought, DigitString) else sought


def _require_fit(wanted: Iterable[Sought], digits: int) -> None:
    for sought in wanted:
        match sought:
            case DigitString():
                what, length = f"pattern '{fitted(sought.text, _SHOWN)}'", len(sought.text)
            case Runs() | Palindromes():
                what, length = f"a {'run' if isinstance(sought, Runs) else 'palindrome'}", sought.length
            case _:
                continue
        if length > digits:
            raise UsageError(
                f"{what} of {counted(length, 'digit')} is longer than the {counted(digits, 'digit')} to search"
            )


def _other(sought: Sought, base: int, room: int, position: int, expected: int | None) -> Other:
    match sought:
        case Runs():
            return RunSearch(sought.length, sought.digit, room=room, position=position, expected=expected)
        case Palindromes():
            return PalindromeSearch(sought.length, room=room, position=position, expected=expected)
        case _:
            return SelfLocationSearch(base, room=room, position=position, expected=expected)


def _chance_of_other(sought: Sought, base: int, position: int, digits: int) -> Chance:
    match sought:
        case Runs():
            return chance_of_runs(sought.length, sought.digit, base, digits)
        case Palindromes():
            return chance_of_palindromes(sought.length, base, digits)
        case _:
            return chance_of_self_location(base, position, digits)


def _occurrences(sought: Sought, found: Part, chance: Chance, base: int, digits: int) -> Occurrences:
    kind: Kind
    match sought:
        case DigitString():
            kind, what = "digits", sought.text
        case Runs():
            digit = "any digit" if sought.digit is None else sought.digit
            kind, what = "run", f"runs of {digit}, {counted(sought.length, 'digit')} or more"
        case Palindromes():
            kind, what = "palindrome", f"palindromes of {counted(sought.length, 'digit')} or more"
        case _:
            kind, what = "self-locating", "numbers at their own position"
    return Occurrences(
        pattern=what,
        kind=kind,
        name=sought.name if isinstance(sought, DigitString) else "",
        count=found.count,
        positions=found.positions,
        lengths=found.lengths,
        longest=found.longest,
        context=found.context,
        expected=chance.expected,
        probability=chance.probability,
        method=chance.method,
        digits=digits,
        base=base,
    )
