"""The programs that are timed: this one, and what else gives π as decimal text.

A program is a function that takes digits and threads, does its imports, and returns the run that is timed. A run returns
the text, `3.` and the digits, and the seconds of its phases where it knows them.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.bench.flint_pi import flint_pi, flint_version
from pi_engine.bench.pari_pi import is_elsewhere, pari_pi, pari_version
from pi_engine.runtime.versions import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

_BITS_PER_DIGIT = 3.3219281
_SPARE_DIGITS = 10


class Run(NamedTuple):
    """What a run has given, and whether another process did the work, so that its memory is not known here."""

    text: str
    phases: dict[str, float]
    elsewhere: bool = False


@dataclass(frozen=True)
class Program:
    """A program that computes π.

    Attributes:
        name: what it is called on the command line of the child process, and in the results.
        title: what tables call it.
        version: the version that is installed and, of a library, what brings it; None if there is none.
        prepare: imports what it needs and returns the run for this many digits and threads.
        threaded: whether more than one thread changes anything.
        keeps_constants: whether it keeps π between calls, so that a second run of the same size would find it ready.
    """

    name: str
    title: str
    version: Callable[[], str | None]
    prepare: Callable[[int, int], Callable[[], Run]]
    threaded: bool = False
    keeps_constants: bool = True


def _pi_engine(digits: int, threads: int) -> Callable[[], Run]:
    """Runs of this program, in a process that has computed before: kernels are loaded where this machine can use them."""
    from pi_engine.engine.compute import compute
    from pi_engine.engine.planning.backend import BACKEND, LOADED_DIGITS

    if digits >= LOADED_DIGITS and BACKEND.stored():
        BACKEND.load()  # from here on the compiled path is taken
        compute(LOADED_DIGITS + 10_000, threads=threads)

    def run() -> Run:
        result = compute(digits, threads=threads)
        return Run(result.text(), result.seconds)

    return run


def _twenty_lines(digits: int, threads: int) -> Callable[[], Run]:  # noqa: ARG001 (one thread)
    """What a user of gmpy2 would write."""
    from gmpy2 import isqrt, mpz

    def split(lo: int, hi: int) -> tuple[mpz, mpz, mpz]:
        if hi - lo == 1:
            if lo == 0:
                p = q = mpz(1)
            else:
                p = mpz(-(6 * lo - 5) * (2 * lo - 1) * (6 * lo - 1))
                q = mpz(10939058860032000 * lo**3)
            return p, q, p * (13591409 + 545140134 * lo)
        middle = (lo + hi) // 2
        p1, q1, t1 = split(lo, middle)
        p2, q2, t2 = split(middle, hi)
        return p1 * p2, q1 * q2, t1 * q2 + p1 * t2

    def run() -> Run:
        scale = mpz(10) ** (digits + _SPARE_DIGITS)
        _, q, t = split(0, digits // 14 + 2)
        text = (426880 * isqrt(10005 * scale * scale) * q // t).digits()
        return Run("3." + text[1 : digits + 1], {})

    return run


def _const_pi(digits: int, threads: int) -> Callable[[], Run]:  # noqa: ARG001 (one thread)
    """MPFR's π."""
    import gmpy2

    def run() -> Run:
        text = gmpy2.const_pi(int(digits * _BITS_PER_DIGIT) + 64).digits(10)[0]
        return Run("3." + text[1 : digits + 1], {})

    return run


def _mpmath(digits: int, threads: int) -> Callable[[], Run]:  # noqa: ARG001 (one thread)
    """π by mpmath, on gmpy2's integers where gmpy2 is installed."""
    import mpmath

    def run() -> Run:
        with mpmath.workdps(digits + _SPARE_DIGITS):  # whoever uses mpmath in this process keeps its precision
            return Run(mpmath.nstr(+mpmath.mp.pi, digits + 5, strip_zeros=False)[: digits + 2], {})

    return run


def _flint(digits: int, threads: int) -> Callable[[], Run]:
    """The π of FLINT's balls, and its own conversion."""
    pi = flint_pi(digits, threads)
    return lambda: Run(pi(), {})


def _pari(digits: int, threads: int) -> Callable[[], Run]:  # noqa: ARG001 (one thread)
    """PARI's π, and its own conversion."""
    pi = pari_pi(digits)
    return lambda: Run(pi(), {}, elsewhere=is_elsewhere())


def _of_distribution(name: str) -> Callable[[], str | None]:
    """The version of a Python package, or None where it is not installed."""

    def found() -> str | None:
        return version(name) if importlib.util.find_spec(name.replace("-", "_")) is not None else None

    return found


def _mpfr_version() -> str:
    import gmpy2

    return f"{gmpy2.mpfr_version().removeprefix('MPFR ')} of gmpy2 {gmpy2.version()}"


OURS = Program("pi-engine", "pi-engine", lambda: __version__, _pi_engine, threaded=True, keeps_constants=False)

PROGRAMS = {
    program.name: program
    for program in (
        OURS,
        Program("flint", "FLINT", flint_version, _flint, threaded=True),
        Program("pari", "PARI", pari_version, _pari),
        Program("gmpy2", "20 lines of gmpy2", _of_distribution("gmpy2"), _twenty_lines, keeps_constants=False),
        Program("mpmath", "mpmath", _of_distribution("mpmath"), _mpmath),
        Program("mpfr", "MPFR", _mpfr_version, _const_pi),
    )
}
"""Name → program; the first is this one."""


def installed_peers() -> list[Program]:
    """The programs beside this one that can be run here."""
    return [program for program in PROGRAMS.values() if program is not OURS and program.version() is not None]
