"""The constants of GELU, x·Φ(x), in its approximations ½x·(1 + tanh(√(2/π)·(x + c·x³))) and x/(1 + e^(−λx)).

2Φ(x) − 1 = erf(x/√2) has the slope √(2/π) at 0, which the tanh must have too. Its next coefficient gives the local c: with
a = √(2/π), tanh(a·(x + c·x³)) = a·x + (a·c − a³/3)·x³ + … and erf(x/√2) = a·x − a/6·x³ + …, so c = a²/3 − 1/6 = (4 − π)/(6π).
The minimax c and λ make the largest error of Φ over all x as small as it can be: the error has two extrema for x > 0, of
opposite sign, and they are equally large, as otherwise moving the parameter would lessen the larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mpmath import mp

from pi_engine.identities.essays.identity import GUARD_DIGITS, Case, Identity, agm_pi
from pi_engine.identities.printed_numbers import MOST_SHOWN, figures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Approximation(NamedTuple):
    """erf(x/√2) by tanh g(x, p), with the slope of g in x and its derivative by p, and rough values to start from."""

    g: Callable[[Any, Any], Any]
    slope: Callable[[Any, Any], Any]
    by_parameter: Callable[[Any, Any], Any]
    parameter: float
    extrema: tuple[float, float]

    def error(self, x: Any, p: Any) -> Any:
        """Of tanh g(x, p), twice that of Φ."""
        return mp.tanh(self.g(x, p)) - mp.erf(x / mp.sqrt(2))

    def error_slope(self, x: Any, p: Any) -> Any:
        """Its derivative by x."""
        return self.slope(x, p) * mp.sech(self.g(x, p)) ** 2 - mp.sqrt(2 / mp.pi) * mp.exp(-x * x / 2)


CUBIC = Approximation(
    lambda x, c: mp.sqrt(2 / mp.pi) * (x + c * x**3),
    lambda x, c: mp.sqrt(2 / mp.pi) * (1 + 3 * c * x * x),
    lambda x, c: mp.sqrt(2 / mp.pi) * x**3,  # noqa: ARG005 (c enters linearly)
    0.0447,
    (0.9, 2.5),
)
"""c in tanh(√(2/π)·(x + c·x³))."""

LOGISTIC = Approximation(lambda x, k: k * x / 2, lambda x, k: k / 2, lambda x, k: x / 2, 1.7017, (0.57, 2.05))  # noqa: ARG005
"""λ in 1/(1 + e^(−λx)) = ½ + ½·tanh(λx/2)."""


def minimax_by_exchange(approximation: Approximation) -> Any:
    """The parameter with the least largest error: find the extrema, balance their heights to first order, repeat.

    Near the minimum the larger height is the maximum of two smooth functions of the parameter that cross there, one
    rising, one falling; a step goes to where their tangents cross. Converges quadratically.
    """
    p = mp.mpf(approximation.parameter)
    extrema = [mp.mpf(x) for x in approximation.extrema]
    while True:
        extrema = [
            mp.findroot(lambda x: approximation.error_slope(x, p), (x, x + mp.mpf(2) ** -20), tol=0, verify=False)  # noqa: B023
            for x in extrema
        ]
        heights = [approximation.error(x, p) for x in extrema]
        slopes = [approximation.by_parameter(x, p) * mp.sech(approximation.g(x, p)) ** 2 for x in extrema]
        step = -(heights[0] + heights[1]) / (slopes[0] + slopes[1])
        p += step
        if abs(step) < mp.ldexp(1, -mp.prec + 20):
            return p


def minimax_by_equations(approximation: Approximation) -> Any:
    """The minimax parameter from e′(x₁) = e′(x₂) = 0 and e(x₁) + e(x₂) = 0, all at once, by Newton's iteration in three unknowns."""

    def equations(x1: Any, x2: Any, p: Any) -> list[Any]:
        return [
            approximation.error_slope(x1, p),
            approximation.error_slope(x2, p),
            approximation.error(x1, p) + approximation.error(x2, p),
        ]

    start = (*approximation.extrema, approximation.parameter)
    return mp.findroot(equations, start, tol=mp.ldexp(1, -2 * mp.prec + 60), verify=False, maxsteps=40)[2]


def largest_error(approximation: Approximation, p: Any) -> Any:
    """The maximum of |tanh g(x, p) − erf(x/√2)| over all x, to mpmath's current precision, for p > 0.

    The error is odd, and 0 at 0 and at ∞, so it is largest at an extremum x > 0. Its slope changes sign there, between two places of
    a grid of 1/16; that is fine enough, as the few extrema are as far apart as the functions are wide. Each is then refined. The
    grid ends where 1 − tanh and 1 − erf are both below the largest error found: they only fall, and the error lies between
    tanh − 1 and 1 − erf.
    """
    step = mp.mpf(1) / 16
    x, largest = mp.zero, mp.zero
    while max(1 - mp.tanh(approximation.g(x, p)), mp.erfc(x / mp.sqrt(2))) >= largest:
        if approximation.error_slope(x, p) * approximation.error_slope(x + step, p) <= 0:
            extremum = _change_of_sign(lambda t: approximation.error_slope(t, p), x, x + step)
            largest = max(largest, abs(approximation.error(extremum, p)))
        x += step
        largest = max(largest, abs(approximation.error(x, p)))
    return largest


def _change_of_sign(slope: Callable[[Any], Any], low: Any, high: Any) -> Any:
    """The place between low and high, to half of mpmath's bits: where the slope is 0 the error is off by the square of that only."""
    rising = slope(high) >= 0
    while high - low > mp.ldexp(1, -mp.prec // 2 - 10):
        middle = (low + high) / 2
        low, high = (low, middle) if (slope(middle) >= 0) == rising else (middle, high)
    return (low + high) / 2


def _slope_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001 (the precision is mpmath's)
    root = mp.sqrt(2)
    slope = mp.taylor(lambda x: mp.erf(x / root), 0, 1)[1]
    yield Case("", slope, mp.sqrt(2 / agm_pi()))


def _local_cases(digits: int) -> Iterator[Case]:  # noqa: ARG001
    root = mp.sqrt(2)
    _, first, _, third = mp.taylor(lambda x: mp.atanh(mp.erf(x / root)), 0, 3)
    yield Case("", third / first, (4 - agm_pi()) / (6 * agm_pi()))


def _minimax_cases(approximation: Approximation) -> Callable[[int], Iterator[Case]]:
    def cases(digits: int) -> Iterator[Case]:  # noqa: ARG001
        yield Case("", minimax_by_exchange(approximation), minimax_by_equations(approximation))

    return cases


def _minimax_notes(approximation: Approximation, others: Callable[[], dict[str, Any]]) -> Callable[[], list[str]]:
    """The largest error of Φ, half of that of erf, at the best parameter and at others, to the digits requested: 6 to 50 figures."""

    def notes() -> list[str]:
        count = max(6, min(mp.dps - GUARD_DIGITS, MOST_SHOWN))
        with mp.workdps(count + GUARD_DIGITS):
            best = minimax_by_exchange(approximation)
            least = figures(largest_error(approximation, best) / 2, count)
            lines = [f"the least largest error of Φ is {least}, at {figures(best, count)}"]
            for label, value in others().items():
                error = figures(largest_error(approximation, value) / 2, count)
                lines.append(f"{label}, {figures(value, 8)}, has the largest error {error}")
            return lines

    return notes


def _other_coefficients() -> dict[str, Any]:
    return {"the local coefficient": (4 - agm_pi()) / (6 * agm_pi()), "the usual one": mp.mpf("0.044715")}


def _other_slopes() -> dict[str, Any]:
    return {"the usual one": mp.mpf("1.702"), "the slope √(8/π)": mp.sqrt(8 / agm_pi())}


IDENTITIES = (
    Identity(
        name="gelu-slope",
        group=9,
        statement="d/dx erf(x/√2) at 0 = √(2/π), the factor in GELU's tanh",
        source="Hendrycks and Gimpel, Gaussian error linear units (2016)",
        cases=_slope_cases,
    ),
    Identity(
        name="gelu-local",
        group=9,
        statement="artanh erf(x/√2) = √(2/π)·(x + c·x³ + …) with c = (4 − π)/(6π) = 0.0455399…",
        source="Taylor's theorem at 0; Hendrycks and Gimpel use 0.044715 instead",
        cases=_local_cases,
    ),
    Identity(
        name="gelu-minimax",
        group=9,
        statement="c = 0.044714911… makes max |Φ(x) − ½(1 + tanh(√(2/π)·(x + c·x³)))| least: by exchange, and from its equations",
        source="Chebyshev's equal extrema; Hendrycks and Gimpel's 0.044715",
        cases=_minimax_cases(CUBIC),
        notes=_minimax_notes(CUBIC, _other_coefficients),
    ),
    Identity(
        name="gelu-logistic",
        group=9,
        statement="λ = 1.7017449… makes max |Φ(x) − 1/(1 + e^(−λx))| least: by exchange, and from its equations",
        source="Chebyshev's equal extrema; Hendrycks and Gimpel's x·σ(1.702x)",
        cases=_minimax_cases(LOGISTIC),
        notes=_minimax_notes(LOGISTIC, _other_slopes),
    ),
)
