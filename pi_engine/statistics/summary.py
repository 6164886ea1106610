"""`statistics_of`: all counts and all tests of digits that come in pieces, in one object and one sentence."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.errors import UsageError
from pi_engine.runtime.display import counted, html_table, line
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.progress import silent
from pi_engine.runtime.thread_count import thread_count
from pi_engine.statistics.collisions import collisions_test
from pi_engine.statistics.digit_counter import DigitCounter
from pi_engine.statistics.entropies import Entropy, entropies
from pi_engine.statistics.equal_frequencies import blocks_test, digits_test, kgrams_test
from pi_engine.statistics.maximum_entropy import maximum_entropy_test
from pi_engine.statistics.significance import RandomnessTest, chance_of_as_unusual, corrected, require_scipy
from pi_engine.statistics.spacings import gaps_test, poker_test, runs_test
from pi_engine.statistics.tallies import LONGEST_KGRAM

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import SupportsIndex

    from numpy.typing import NDArray

    from pi_engine.runtime.progress import Progress
    from pi_engine.statistics.tallies import Tallies

PHASE = "counting"
"""The phase that is reported: digits counted, of how many where that is known."""

_DIGITS = "0123456789ABCDEF"


@dataclass(frozen=True)
class KGrams:
    """How often the k-grams occur, at all places, overlapping.

    Attributes:
        k: their length.
        kinds: base^k.
        seen: how many kinds occur.
        places: digits − k + 1.
        fewest: how often the rarest occurs; 0 where one does not.
        rarest: the first k-gram that occurs so often.
        most: how often the commonest occurs.
        commonest: the first k-gram that occurs so often.
    """

    k: int
    kinds: int
    seen: int
    places: int
    fewest: int
    rarest: str
    most: int
    commonest: str

    @property
    def expected(self) -> float:
        """How often each is expected."""
        return self.places / self.kinds


@dataclass(frozen=True, eq=False)
class Statistics:
    """What one pass over digits has counted, and how usual that is for random digits.

    Attributes:
        name: whose digits they are.
        base: 2, 8, 10 or 16.
        digits: how many there were.
        counts: how often each digit occurs, from 0 on.
        kgrams: a row for each k from 1 on, as far as there are this many digits.
        entropies: of the next digit given 0, 1, … digits before, as far as there are digits enough.
        tests: all tests; those for which there are too few digits have no probability.
        chance: how often random digits have a test as unusual as the most unusual one here; None where no test could be made.
        longest_run: length of the longest run of equal digits, at most 511.
        tallies: the tables behind all this.
    """

    name: str
    base: int
    digits: int
    counts: tuple[int, ...]
    kgrams: tuple[KGrams, ...]
    entropies: tuple[Entropy, ...]
    tests: tuple[RandomnessTest, ...]
    chance: float | None
    longest_run: int
    tallies: Tallies = field(repr=False)

    @property
    def chi_square(self) -> float | None:
        """Pearson's statistic of the counts; None where there are fewer than five digits for each."""
        return self.tests[0].statistic

    @property
    def p_value(self) -> float | None:
        """The probability that random digits give this χ² or more."""
        return self.tests[0].p_value

    @property
    def entropy_bits(self) -> float:
        """The entropy of the counts, in bits a digit."""
        shares = np.array([count for count in self.counts if count]) / self.digits
        return abs(float(-(shares * np.log2(shares)).sum()))

    @property
    def max_entropy_bits(self) -> float:
        """log₂ of the base."""
        return math.log2(self.base)

    @property
    def made(self) -> tuple[RandomnessTest, ...]:
        """The tests that could be made."""
        return tuple(test for test in self.tests if test.statistic is not None)

    @property
    def unusual(self) -> tuple[RandomnessTest, ...]:
        """Those whose corrected probability is below 0.01."""
        return tuple(test for test in self.made if test.verdict != "usual")

    @property
    def conclusion(self) -> str:
        """What the tests say, in a sentence."""
        made, unusual = self.made, self.unusual
        if not made:
            least = min(self.tests, key=lambda test: test.needs)
            verb = "is" if self.digits == 1 else "are"
            return f"{counted(self.digits, 'digit')} {verb} too few for any test: the first one needs {least.needs:_}"
        assert self.chance is not None
        if not unusual:
            what = "the test made is not unusual" if len(made) == 1 else f"none of {len(made)} tests is unusual"
            return f"{what}: random digits look at least this unusual in about {_percent(self.chance)} of cases"
        names = "; ".join(
            f"{verdict}: {', '.join(test.name for test in unusual if test.verdict == verdict)}"
            for verdict in ("too uneven", "too regular")
            if any(test.verdict == verdict for test in unusual)
        )
        verb = "is" if len(unusual) == 1 else "are"
        return (
            f"{len(unusual)} of {counted(len(made), 'test')} {verb} unusual ({names}): random digits look at least this "
            f"unusual in {_percent(self.chance)} of cases"
        )

    def __repr__(self) -> str:
        """Like `Statistics(pi.ycd: 1_000_000 digits, base 10, none of 14 tests is unusual: …)`."""
        return line("Statistics", f"{self.name}: {counted(self.digits, 'digit')}", f"base {self.base}", self.conclusion)

    def _repr_html_(self) -> str:
        counts = " ".join(f"{_DIGITS[i]}: {count:_}" for i, count in enumerate(self.counts))
        rows = [
            ("digits", f"{self.digits:_}, base {self.base}"),
            ("counts", counts),
            ("entropy", f"{self.entropy_bits:.9g} bits a digit, of {self.max_entropy_bits:.9g}"),
            *((f"test: {test.name}", _answer(test)) for test in self.tests),
            ("conclusion", self.conclusion),
        ]
        return html_table(self.name, rows)


def statistics_of(
    pieces: Iterable[NDArray[np.uint8] | bytes],
    base: SupportsIndex = 10,
    *,
    kgrams: SupportsIndex | None = None,
    digits: SupportsIndex | None = None,
    name: str = "digits",
    threads: SupportsIndex | None = None,
    progress: Progress | None = None,
) -> Statistics:
    """Count digits in one pass, and test whether random ones would look like this.

    The time is about 7 ns of a processor for each digit, and the memory does not depend on how many there are.

    Args:
        pieces: the digits as ASCII characters, in arrays of uint8 or in bytes, of any length; base 16 in upper case. None is kept.
        base: 2, 8, 10 or 16.
        kgrams: the longest k-grams that are listed and tested, by default the longest that are counted: 6, or 5 in base 16.
        digits: about how many will come, if that is known: for the progress, and to load the kernels at once.
        name: whose digits they are, for what is printed.
        threads: how many, by default all.
        progress: called as ("counting", done, total).

    Raises:
        TypeError: an argument is of another type.
        UsageError: there is no digit, or a character that is not a digit; the base or the length of the k-grams cannot be had.
        PiEngineError: SciPy is not installed.
    """
    base, expected = as_int(base, "base"), 0 if digits is None else as_int(digits, "digits")
    longest = longest_kgrams(base, kgrams)
    report = silent if progress is None else progress
    counter = DigitCounter(base, threads=thread_count(threads), expected=expected)
    report(PHASE, 0, expected)
    for piece in pieces:
        counter.add(piece)
        report(PHASE, min(counter.digits, expected), expected)
    if not counter.digits:
        raise UsageError(f"{name}: there are no digits to count")
    return summary_of(counter.tallies(), longest, name)


def longest_kgrams(base: int, kgrams: SupportsIndex | None) -> int:
    """The longest k-grams that are listed and tested, where `kgrams` are asked for.

    Raises:
        UsageError: the base or the length cannot be had.
        PiEngineError: SciPy is not installed.
    """
    if base not in LONGEST_KGRAM:
        raise UsageError(f"base {base} cannot be counted: give 2, 8, 10 or 16")
    longest = LONGEST_KGRAM[base]
    if kgrams is not None:
        longest = as_int(kgrams, "kgrams")
        if not 1 <= longest <= LONGEST_KGRAM[base]:
            raise UsageError(f"k-grams of base {base} are counted for k from 1 to {LONGEST_KGRAM[base]}, not {longest}")
    require_scipy()
    return longest


def summary_of(tallies: Tallies, longest: int, name: str) -> Statistics:
    """What the counts of at least one digit say; `longest` k-grams are listed and tested, `name` says whose they are."""
    tests = corrected(
        [
            digits_test(tallies),
            *(blocks_test(tallies, k) for k in range(2, longest + 1)),
            *(kgrams_test(tallies, k) for k in range(2, longest + 1)),
            poker_test(tallies),
            gaps_test(tallies),
            runs_test(tallies),
            collisions_test(tallies),
            maximum_entropy_test(tallies),
        ]
    )
    ended = np.flatnonzero(tallies.runs)
    return Statistics(
        name=name,
        base=tallies.base,
        digits=tallies.digits,
        counts=tuple(tallies.counts.tolist()),
        kgrams=tuple(_kgrams(tallies, k) for k in range(1, min(longest, tallies.digits) + 1)),
        entropies=entropies(tallies, longest),
        tests=tests,
        chance=chance_of_as_unusual(tests),
        longest_run=max(int(ended[-1]) if len(ended) else 0, min(tallies.last_run, len(tallies.runs) - 1)),
        tallies=tallies,
    )


def _kgrams(tallies: Tallies, k: int) -> KGrams:
    counts = tallies.kgrams(k)
    rarest, commonest = int(counts.argmin()), int(counts.argmax())
    return KGrams(
        k=k,
        kinds=len(counts),
        seen=int(np.count_nonzero(counts)),
        places=tallies.digits - k + 1,
        fewest=int(counts[rarest]),
        rarest=_written(rarest, k, tallies.base),
        most=int(counts[commonest]),
        commonest=_written(commonest, k, tallies.base),
    )


def _written(code: int, k: int, base: int) -> str:
    return "".join(_DIGITS[code // base**i % base] for i in reversed(range(k)))


def _percent(chance: float) -> str:
    if chance < 0.0001:
        return "less than 0.01 %"
    percent = 100 * chance
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.2g} %"


def _answer(test: RandomnessTest) -> str:
    if test.statistic is None:
        return f"too few digits: it needs {test.needs:_}"
    assert test.p_value is not None
    assert test.corrected is not None
    measured = f"{test.statistic:.6g} where {test.expected:.6g} is expected"
    return f"{test.verdict}: {measured}, p {test.p_value:.3g}, corrected {test.corrected:.3g}"
