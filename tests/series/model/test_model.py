import math
from fractions import Fraction

import gmpy2
import pytest

from pi_engine import UsageError
from pi_engine.series import (
    CHUDNOVSKY,
    RAMANUJAN_1914,
    ClosedForm,
    CombinedSeries,
    Component,
    IntegerPolynomial,
    SingleSeries,
    catalogue,
    get,
)
from pi_engine.series.model.tail import all_terms, growth_exponent, log_tail, tail_bits, terms_needed

LINEAR = IntegerPolynomial(1, ((0, 1),))


def row(p, q, a=IntegerPolynomial(1), form=ClosedForm(1, 1, 1)):
    return SingleSeries(p, q, a, name="test", title="", family="", closed_form=form, formula="", source="")


SUMS = {
    "chudnovsky": CHUDNOVSKY,
    "ramanujan": RAMANUJAN_1914,
    "degree 5": get("guillera-120"),
    "arctan(3/79)": get("euler-vega").components[1].sum,
    "p negative at 0": get("bellard").components[6].sum,
    "euler": get("euler"),
    "a negative at 0": get("gosper"),
}
"""What stands for the catalogue where every row would take long."""


@pytest.mark.parametrize(
    ("polynomial", "text"),
    [
        (CHUDNOVSKY.p, "−(6k − 5)(2k − 1)(6k − 1)"),
        (CHUDNOVSKY.q, "10939058860032000 k³"),
        (CHUDNOVSKY.a, "545140134k + 13591409"),
        (IntegerPolynomial(-5), "−5"),
        (IntegerPolynomial(1, ((0, 1),)), "k"),
        (IntegerPolynomial(1, ((1, 0, -1),)), "−k² + 1"),
        (get("guillera-20").p, "−(2k − 1)⁵"),
        (get("guillera-74").p, "3 (3k − 2)(3k − 1)(2k − 1)³"),
        (IntegerPolynomial(1, ((-1, 2), (-1, 2))), "(2k − 1)²"),
    ],
)
def test_polynomials_read_like_the_literature(polynomial, text):
    assert str(polynomial) == text


@pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)
def test_the_tail_bound_holds_and_is_tight(series):
    """Against exact partial sums: the distance to S is below the bound, and above it less 30 bits."""
    with gmpy2.context(gmpy2.get_context(), precision=6000):
        form = series.closed_form
        factor = gmpy2.mpfr(form.numerator) * gmpy2.sqrt(gmpy2.mpfr(form.radicand)) / form.denominator
        S = gmpy2.const_pi() ** form.power / factor
        S = S if form.direct else 1 / S
        assert math.isclose(gmpy2.log2(S), form.log2_sum, rel_tol=1e-12, abs_tol=1e-12)
        for i, (coefficient, summed, _) in enumerate(series.components):
            limit = S if len(series.components) == 1 else coefficient * gmpy2.mpq(long_sum(summed))
            partial, term = Fraction(0), Fraction(1)
            for n in range(1, 100):
                if n > 1:
                    term *= Fraction(summed.p(n - 1), summed.q(n - 1))
                partial += term * summed.a(n - 1)
                distance = -gmpy2.log2(abs(limit - coefficient * gmpy2.mpq(partial)) / S)
                assert tail_bits(series, n, i) < distance < tail_bits(series, n, i) + 30, n
            assert n * summed.bits_per_term < 5500


def long_sum(summed):
    """The partial sum of 400 terms, or more than 5900 bits of them: far beyond the 99 of the test."""
    total, term = Fraction(0), Fraction(1)
    for k in range(min(400, int(5900 / summed.bits_per_term))):
        term = term * Fraction(summed.p(k), summed.q(k)) if k else term
        total += summed.a(k) * term
    return total


@pytest.mark.parametrize(
    "series",
    [
        row(IntegerPolynomial(1, ((1, 2),)), IntegerPolynomial(4, ((0, 1),))),  # c = 1, terms like ½^k·√k
        row(IntegerPolynomial(1, ((1, 1),)), IntegerPolynomial(2, ((0, 1),)), IntegerPolynomial(1, ((3, 0, 2),))),
        row(IntegerPolynomial(-1, ((3, 1), (1, 1))), IntegerPolynomial(5, ((0, 1), (0, 1))), LINEAR),
        row(IntegerPolynomial(9), IntegerPolynomial(10)),  # the geometric series: the bound is its tail
    ],
    ids=["sqrt", "quadratic", "alternating", "geometric"],
)
def test_the_bound_of_a_tail_that_grows_before_it_falls(series):
    """Bound (3) itself, on series whose terms fall more slowly than ρ^k; the tail is summed up to a rest of 2^−200."""
    terms, term = [], Fraction(1)
    while len(terms) < 2000:
        k = len(terms)
        term = term * Fraction(series.p(k), series.q(k)) if k else term
        terms.append(series.a(k) * term)
        if k > 50 and abs(terms[-1]) < Fraction(1, 2**200):
            break
    tail = Fraction(0)
    for n in range(len(terms) - 1, 0, -1):
        tail += terms[n]
        if n < len(terms) // 2 and tail:
            assert math.log2(abs(tail)) < log_tail(series, n) + 1e-9, n


@pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)
def test_terms_needed_is_the_least_number_the_bound_allows(series, rng):
    for i in range(len(series.components)):
        for bits in [*range(200), *(rng.randrange(10**10) for _ in range(50))]:
            n = terms_needed(series, bits, i)
            assert tail_bits(series, n, i) >= bits
            assert n == 1 or tail_bits(series, n - 1, i) < bits
    assert terms_needed(CHUDNOVSKY, 0) == 1


def test_components_share_what_may_be_left_out():
    series = get("hwang")
    assert all_terms(series, 1000) == tuple(terms_needed(series, 1003, i) for i in range(6))
    assert all_terms(CHUDNOVSKY, 1000) == (terms_needed(CHUDNOVSKY, 1000),)


def test_a_component_counts_by_its_coefficient():
    machin = get("machin")
    part = machin.components[0]
    heavy = CombinedSeries(**{**vars(machin), "parts": (part._replace(coefficient=-part.coefficient * 2**100), part)})
    for n in (1, 5, 1000):
        assert tail_bits(heavy, n, 0) == pytest.approx(tail_bits(machin, n, 0) - 100)
        assert tail_bits(heavy, n, 1) == tail_bits(machin, n, 0)


def test_growth_exponents():
    growing = {series.name for series in catalogue() for part in series.components if growth_exponent(part.sum)}
    assert growing == {"gosper"}  # k(k − ½)/((k − ⅓)(k − ⅔)) falls to 1, and its products grow like √k
    # (2k+1)/(4k+… ) exceeds its limit ½: ∏ (2j+1)/(4j) = ½^k·∏ (j+½)/j ≤ ½^k·(k+1)
    assert growth_exponent(row(IntegerPolynomial(1, ((1, 2),)), IntegerPolynomial(4, ((0, 1),)))) == 1
    assert growth_exponent(row(IntegerPolynomial(1, ((3, 1),)), IntegerPolynomial(2, ((0, 1),)))) == 3
    assert growth_exponent(row(IntegerPolynomial(1, ((-1, 2),)), IntegerPolynomial(-4, ((0, 1),)))) == 0


def test_growth_exponent_bounds_the_products():
    series = row(IntegerPolynomial(1, ((5, 3), (7, 2))), IntegerPolynomial(-13, ((1, 1), (0, 2))))
    c, value = growth_exponent(series), Fraction(1)
    for k in range(1, 60):
        value *= abs(Fraction(series.p(k), series.q(k)))
        assert value <= series.ratio**k * (k + 1) ** c


@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        (IntegerPolynomial(1, ((-2, 1),)), IntegerPolynomial(2, ((0, 1),)), r"p\(k\) must not vanish or change sign"),
        (IntegerPolynomial(1, ((0, 1),)), IntegerPolynomial(3, ((-5, 2),)), r"q\(k\) must not vanish or change sign"),
        (IntegerPolynomial(1, ((100, 1),)), IntegerPolynomial(2, ((0, 1),)), "too slowly"),
    ],
)
def test_series_without_a_provable_bound_are_refused(p, q, message):
    with pytest.raises(UsageError, match=message):
        growth_exponent(row(p, q))


def test_unusable_rows_are_refused():
    with pytest.raises(
        UsageError, match=r"diverges: .* do not shrink fast enough, .* tends to ±1 and term k is like k\^\(0\)"
    ):
        row(LINEAR, LINEAR)
    with pytest.raises(UsageError, match=r"diverges: its terms grow, .* tends to ±2"):
        row(IntegerPolynomial(-2, ((0, 1),)), LINEAR)
    with pytest.raises(UsageError, match=r"k\^\(-1\)"):  # the harmonic series
        row(LINEAR, IntegerPolynomial(1, ((1, 1),)))
    with pytest.raises(UsageError, match="same degree"):
        row(IntegerPolynomial(1), LINEAR)
    with pytest.raises(UsageError, match="positive"):
        ClosedForm(0, 1, 1)
    with pytest.raises(UsageError, match="π or π²"):
        ClosedForm(1, 1, 1, power=3)
    with pytest.raises(UsageError, match="too slowly"):
        row(IntegerPolynomial(1999, ((0, 1),)), IntegerPolynomial(2000, ((0, 1),)))
    about = {"name": "x", "title": "", "family": "", "closed_form": ClosedForm(1, 1, 1), "formula": "", "source": ""}
    for parts in ((), (Component(Fraction(0), CHUDNOVSKY),)):
        with pytest.raises(UsageError, match="needs components"):
            CombinedSeries(parts=parts, **about)


@pytest.mark.parametrize(
    ("p", "q", "a", "order"),
    [
        (IntegerPolynomial(-1, ((-1, 2),)), IntegerPolynomial(1, ((1, 2),)), (1,), 1),  # Leibniz
        (IntegerPolynomial(1, ((0, 1),) * 2), IntegerPolynomial(1, ((1, 1),) * 2), (1,), 1),  # Σ 1/k²
        (IntegerPolynomial(1, ((0, 1),) * 4), IntegerPolynomial(1, ((1, 1),) * 4), (1,), 3),  # Σ 1/k⁴
        (IntegerPolynomial(1, ((0, 1),) * 4), IntegerPolynomial(1, ((1, 1),) * 4), (1, 1), 2),  # Σ 1/k³
        (IntegerPolynomial(-1, ((-1, 2),)), IntegerPolynomial(1, ((0, 2),)), (1,), Fraction(1, 2)),  # 1/√2
        (IntegerPolynomial(1, ((-3, 2),)), IntegerPolynomial(1, ((0, 2),)), (1,), Fraction(1, 2)),
    ],
)
def test_the_order_of_a_series_too_slow_to_compute_with(p, q, a, order):
    """The error after n terms is like n^(−order): measured, between n and 2n."""
    series = row(p, q, IntegerPolynomial(1, (a,)))
    assert series.order == order and series.digits_per_term == 0 and series.cost == math.inf
    sums, term, total, n = {}, 1.0, 0.0, 1 << 12
    for k in range(64 * n):
        term *= p(k) / q(k) if k else 1
        total += term * series.a(k)
        sums[k + 1] = total
    if p.leading < 0:
        limit = (sums[64 * n] + sums[64 * n - 1]) / 2
    else:  # Richardson's extrapolation
        factor = 2.0 ** float(order)
        limit = (factor * sums[64 * n] - sums[32 * n]) / (factor - 1)
    n = 1 << 8
    measured = math.log2(abs(sums[n] - limit) / abs(sums[2 * n] - limit))
    assert measured == pytest.approx(float(order), abs=0.02)


@pytest.mark.parametrize(
    ("u", "v"),
    [(1, 3), (2, 3), (1999, 2001), (10**400 + 1, 10**400 + 3**836), (1, 7**9000)],
    ids=["third", "half", "near 1", "long", "tiny"],
)
def test_bits_per_term_is_exact_whatever_the_size_of_the_ratio(u, v):
    found = row(IntegerPolynomial(-u), IntegerPolynomial(v)).bits_per_term
    with gmpy2.context(gmpy2.get_context(), precision=40_000):
        exact = gmpy2.log2(gmpy2.mpfr(v)) - gmpy2.log2(gmpy2.mpfr(u))
        assert abs(found - exact) <= abs(exact) * 2.0**-51 + 2.0**-52


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (ClosedForm(426880, 10005, 1), "π = 426880·√10005·Q / T"),
        (ClosedForm(1, 2, 3), "π = √2·Q / (3·T)"),
        (ClosedForm(4, 1, 1, direct=True), "π = 4·T / Q"),
        (ClosedForm(2, 3, 5, direct=True), "π = 2·√3·T / (5·Q)"),
        (ClosedForm(128, 1, 1, power=2), "π = √(128·Q / T)"),
    ],
)
def test_closed_forms_read_like_formulas(form, text):
    assert str(form) == text


def test_a_direct_closed_form_without_a_divisor():
    assert ClosedForm(4, 1, 1, direct=True).value("S") == "4·S"
    assert ClosedForm(1, 1, 1, power=2).value("S") == "√(1 / S)"


def test_names():
    assert get("Chudnovsky") is CHUDNOVSKY
    with pytest.raises(UsageError, match="did you mean chudnovsky"):
        get("chudnowsky")
    assert get("level1-163") is CHUDNOVSKY
    assert get("Størmer").name == "stormer"
    with pytest.raises(UsageError, match="series list"):
        get("zzz")


def test_published_rates():
    """Digits per term and costs as y-cruncher publishes them: 0.367 and 0.653."""
    assert get("chudnovsky").digits_per_term == pytest.approx(14.181647462725477)
    assert get("ramanujan").digits_per_term == pytest.approx(7.982541, abs=1e-6)
    assert get("chudnovsky").cost == pytest.approx(0.367, abs=1e-3)
    assert get("ramanujan").cost == pytest.approx(0.653, abs=1e-3)
