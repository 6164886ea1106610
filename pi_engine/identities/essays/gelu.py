"""The constants of GELU, x·Φ(x), in its approximations ½x·(1 + tanh(√(2/π)·(x + c·x³))) and x/(1 + e^(−λx)).

2Φ(x) − 1 = erf(x/√2) has the slope √(2/π) at 0, which the tanh must have too. Its next coefficient gives the local c: with
a = √(2/π), tanh(a·(x + c·x³)) = a·x + (a·c − a³/3)·x³ + … and erf(x/√2) = a·x − a/6·x³ + …, so c = a²/3 − 1/6 = (4 − π)/(6π).
The minimax c and λ make the largest error of Φ over all x as small as it can be: the error has two extrema for x > 0, of
opposite sign, and they are equally large, as otherwise moving the parameter would lessen the larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mpmath import mp

from pi_engine.identities.essays.identity import Case, Identity, agm_pi

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
    """The maximum of |tanh g(x, p) − erf(x/√2)|, by looking at 200 places and then closer: for looking at, not for proof."""
    return max(abs(approximation.error(mp.mpf(i) / 40, p)) for i in range(1, 200))


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


def _minimax_notes(approximation: Approximation, others: dict[str, str]) -> Callable[[], list[str]]:
    def notes() -> list[str]:
        with mp.workdps(30):
            best = minimax_by_exchange(approximation)
            lines = [
                f"the least largest error of Φ, {mp.nstr(largest_error(approximation, best) / 2, 6)}, at {mp.nstr(best, 15)}"
            ]
            for label, value in others.items():
                error = largest_error(approximation, mp.mpf(value)) / 2
                lines.append(f"{label}, {value}, has the largest error {mp.nstr(error, 6)}")
            return lines

    return notes


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
        notes=_minimax_notes(CUBIC, {"the local coefficient": "0.0455399", "the usual one": "0.044715"}),
    ),
    Identity(
        name="gelu-logistic",
        group=9,
        statement="λ = 1.7017449… makes max |Φ(x) − 1/(1 + e^(−λx))| least: by exchange, and from its equations",
        source="Chebyshev's equal extrema; Hendrycks and Gimpel's x·σ(1.702x)",
        cases=_minimax_cases(LOGISTIC),
        notes=_minimax_notes(LOGISTIC, {"the usual one": "1.702", "the slope √(8/π)": "1.5957691"}),
    ),
)
