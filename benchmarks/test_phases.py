"""The phases of a computation, each on its own (pytest-benchmark).

    scripts/test benchmarks --benchmark-enable

Within the tests each phase runs once, so that what is timed is known to work.
"""

import pytest

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.residues.moduli import residues
from pi_engine.engine.evaluation.pi_fraction import pi_fraction, root_of_radicand
from pi_engine.engine.planning.plan import make_plan
from pi_engine.radix import DigitHash, digit_text, scale
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914
from pi_engine.splitting.shadow.shadow import shadow_residues
from pi_engine.splitting.split import split

SIZES = [10**5, 10**6]


@pytest.fixture(
    scope="module",
    params=[(s, n) for n in SIZES for s in (CHUDNOVSKY, RAMANUJAN_1914)],
    ids=lambda c: f"{c[0].name}-{c[1]}",
)
def plan(request):
    series, digits = request.param
    return make_plan(series, digits, 10)


@pytest.fixture(scope="module")
def inputs(plan):
    """What each phase needs from those before it."""
    form = plan.series.closed_form
    node = split(plan.series, plan.terms[0])
    root = root_of_radicand(form, plan.fraction_bits)
    fraction = pi_fraction(form, HandOver(node.Q, node.T), root, plan.fraction_bits)
    scaled = scale(fraction, plan.digits, 10)
    assert scaled is not None
    return node, root, fraction, scaled, digit_text(scaled.value, 10)


@pytest.mark.parametrize("threads", [1, 2])
def test_sum(benchmark, plan, inputs, threads):
    node = benchmark(split, plan.series, plan.terms[0], threads=threads)
    assert node.Q == inputs[0].Q


def test_shadow(benchmark, plan, inputs):
    Q, _ = benchmark(shadow_residues, plan.series, plan.terms[0])
    assert residues(inputs[0].Q) == Q


def test_root(benchmark, plan, inputs):
    assert benchmark(root_of_radicand, plan.series.closed_form, plan.fraction_bits) == inputs[1]


def test_division(benchmark, plan, inputs):
    node, root, fraction, _, _ = inputs
    form = plan.series.closed_form
    assert benchmark(lambda: pi_fraction(form, HandOver(node.Q, node.T), root, plan.fraction_bits)) == fraction


def test_scaling(benchmark, plan, inputs):
    assert benchmark(scale, inputs[2], plan.digits, 10) == inputs[3]


def test_text(benchmark, inputs):
    text = benchmark(digit_text, inputs[3].value, 10)
    assert text.startswith("314159")


def test_hash(benchmark, inputs):
    def digit_hash():
        accumulator = DigitHash(10)
        accumulator.update(inputs[4])
        return accumulator.value

    assert benchmark(digit_hash) == inputs[3].residues.values[0]
