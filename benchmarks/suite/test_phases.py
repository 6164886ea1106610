"""A computation, whole and phase by phase, on the compiled path where this machine has its kernels.

What a phase needs from those before it comes from one computation a size, whose digits are compared with π's. A phase is right
where it gives what that computation has got from it.
"""

from typing import NamedTuple

import pytest

import pi_engine
from benchmarks.conftest import short
from benchmarks.suite.right_digits import is_pi
from pi_engine.bigint.binary_fraction import BinaryFraction
from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.engine.fraction_to_text import Converted, check_digits, convert_fraction
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.planning.plan import Plan, make_plan
from pi_engine.engine.summation import sum_series
from pi_engine.radix import digit_text, scale
from pi_engine.runtime.progress import PhaseClock
from pi_engine.runtime.thread_count import available_threads
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.shadow.shadow import looped_residues, shadow_residues

pytestmark = pytest.mark.sizes("digits", 10**5, 10**6, 10**7, more=[10**8])
PATHS = ("plain", "compiled")


class Stages(NamedTuple):
    """What each phase of a computation has given."""

    plan: Plan
    Q: Tracked
    T: Tracked
    root: object
    fraction: BinaryFraction
    converted: Converted

    def sums(self):
        """Q and T as the division takes them."""
        return HandOver(self.Q, self.T)


@pytest.fixture(scope="module")
def stages(digits, compiled):
    plan, threads = make_plan(CHUDNOVSKY, digits, 10, compiled=compiled), available_threads()
    Q, T = taken(sum_series(plan, threads, PhaseClock(), check=True))
    root = root_of_radicand(CHUDNOVSKY.closed_form, plan.fraction_bits, compiled=compiled)
    fraction = pi_fraction(CHUDNOVSKY.closed_form, HandOver(Q, T), root, plan.fraction_bits, compiled=compiled)
    converted = convert_fraction(HandOver(fraction), plan, threads, check=True)
    assert converted is not None
    assert is_pi(converted.text, digits)
    return Stages(plan, Q, T, root, fraction, converted)


def taken(sums):
    return sums.take(), sums.take()


def group(digits):
    return f"phases of {short(digits)} digits"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.threads
def test_whole(timed, digits, threads, path, compiled, monkeypatch):
    if path == "plain" and digits > 10**6:
        pytest.skip("GMP alone takes minutes in all")
    if path == "compiled" and not compiled:
        pytest.skip("the kernels of the compiled path are not stored, or do not run here")
    monkeypatch.setattr(BACKEND, "pays", lambda _digits: path == "compiled")
    timed(
        lambda: pi_engine.compute(digits, threads=threads).text(), lambda text: is_pi(text, digits),
        group=f"whole computations of {short(digits)} digits",
    )  # fmt: skip


@pytest.mark.threads
def test_sum(timed, digits, stages, threads):
    """Another number of threads cuts the tree elsewhere, and Q and T with it: what must agree is the fraction."""
    form, plan = CHUDNOVSKY.closed_form, stages.plan

    def right(sums):
        found = pi_fraction(form, sums, stages.root, plan.fraction_bits, compiled=plan.compiled)
        return abs(found.mantissa - stages.fraction.mantissa) < found.error + stages.fraction.error

    timed(lambda: sum_series(plan, threads, PhaseClock(), check=True), right, group=group(digits))


@pytest.mark.threads
def test_shadow(timed, digits, stages, threads):
    (terms,) = stages.plan.terms
    series = CHUDNOVSKY.components[0].sum

    def right(shadow):
        _, Q, T = looped_residues(series, 1, terms)
        return [x.values[0] for x in shadow] == [Q, (series.a(0) * Q + T) % M61]

    timed(
        lambda: shadow_residues(series, terms, compiled=stages.plan.compiled, threads=threads),
        right,
        group=group(digits),
    )


@pytest.mark.threads
def test_root(timed, digits, stages, threads):
    form, plan = CHUDNOVSKY.closed_form, stages.plan
    timed(
        lambda: root_of_radicand(form, plan.fraction_bits, threads=threads, compiled=plan.compiled),
        lambda root: root == stages.root,
        group=group(digits),
    )


@pytest.mark.threads
def test_division(timed, digits, stages, threads):
    form, plan = CHUDNOVSKY.closed_form, stages.plan
    timed(
        lambda: pi_fraction(
            form, stages.sums(), stages.root, plan.fraction_bits, threads=threads, compiled=plan.compiled
        ),
        lambda fraction: fraction == stages.fraction,
        group=group(digits),
    )


@pytest.mark.threads
def test_conversion(timed, digits, stages, threads):
    timed(
        lambda: convert_fraction(HandOver(stages.fraction), stages.plan, threads, check=True),
        lambda converted: converted == stages.converted,
        group=group(digits),
    )


@pytest.mark.threads
def test_text(timed, digits, stages, threads):
    """The last part of the conversion: words of 19 digits, or the scaled integer, to characters."""
    if stages.plan.compiled:
        from pi_engine.radix.word_text import word_text
        from pi_engine.radix.words_of_fraction import decimal_expansion

        expansion = decimal_expansion(HandOver(stages.fraction), digits, threads)
        assert expansion is not None
        words, right = expansion.words[:], stages.converted.text
        timed(
            lambda: word_text(words, threads, b"3."),
            lambda characters: str(characters[: digits + 2].data, "ascii") == right,
            group=group(digits),
        )
    else:
        scaled = scale(stages.fraction, digits, 10)
        assert scaled is not None
        timed(
            lambda: digit_text(scaled.value, 10),
            lambda text: f"3.{text[1:]}" == stages.converted.text,
            group=group(digits),
        )


@pytest.mark.threads
def test_check(timed, digits, stages, threads):
    """The digits against the binary value, and against π where π is known."""
    timed(
        lambda: check_digits(stages.plan, stages.converted, threads),
        lambda checks: [check.status for check in checks] == ["passed"] * 2,
        group=group(digits),
    )
