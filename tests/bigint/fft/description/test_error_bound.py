"""The bound of the complex transform, derived from the operations that the kernels make of each step."""

import math

import numpy as np
import pytest

from pi_engine.bigint.fft.description.error_bound import STEP_ERRORS, UNIT, relative_error
from pi_engine.bigint.fft.description.fft_sizes import (
    MOST_BITS,
    RANDOM_ERROR,
    FourierSize,
    all_fourier_sizes,
    fourier_size_for,
    random_error,
)
from pi_engine.bigint.fft.description.small_transforms import join, split

TWIDDLE_ERROR = 2 + math.sqrt(0.5)
"""A product with fused multiply-add, 2, and a twiddle whose parts are off by half an ulp, u/√2 of modulus 1."""


class Form:
    """A value as a linear form of a step's input, and the forms that it was made of."""

    def __init__(self, form, terms=(), *, own=0.0, of_parts=()):
        self.form, self.terms, self.own, self.of_parts = form, terms, own, of_parts
        self.depth = 1 + max((value.depth for value, _ in terms), default=-1)
        self.reaches = None


class Rounded:
    """`Arithmetic` on forms: every operation with the error that its docstring says, in units of u."""

    def __init__(self):
        self.values = []

    def _made(self, terms, own=1.0, of_parts=()):
        form = sum(factor * value.form for value, factor in terms)
        self.values.append(Form(form, terms, own=own, of_parts=of_parts))
        return self.values[-1]

    def add(self, x, y):
        return self._made([(x, 1), (y, 1)])

    def subtract(self, x, y):
        return self._made([(x, 1), (y, -1)])

    def add_turned(self, x, y):
        return self._made([(x, 1), (y, 1j)])

    def subtract_turned(self, x, y):
        return self._made([(x, 1), (y, -1j)])

    def add_scaled(self, x, y, factor):
        return self._made([(x, 1), (y, factor)], of_parts=[factor * y.form])

    def scale(self, y, factor):
        return self._made([(y, factor)], own=2.0)

    def twist(self, x, twiddle):
        return self._made([(x, twiddle)], own=TWIDDLE_ERROR)

    def twist_back(self, x, twiddle):
        return self._made([(x, np.conj(twiddle))], own=TWIDDLE_ERROR)


def traced(direction, radix):
    """The step's operations; of each what its error makes of every result; and the matrix of the step."""
    on = Rounded()
    inputs = [Form(row) for row in np.eye(radix, dtype=complex)]
    results = direction(on, inputs, np.exp(0.7j * np.arange(1, radix)))
    for value in (*inputs, *on.values):
        value.reaches = np.zeros(radix, complex)
    for unit, result in zip(np.eye(radix), results, strict=True):
        result.reaches += unit
    for value in reversed(on.values):
        for term, factor in value.terms:
            term.reaches += factor * value.reaches
    return on.values, np.array([result.form for result in results])


def errors(values):
    """Of every operation: the form that its error is relative to, what it reaches, how large, and when."""
    for value in values:
        yield value.depth, value.form, value.own * value.reaches
        for part in value.of_parts:
            yield value.depth + 0.5, part, value.reaches


def forward_error(radix):
    """ρ: errors of one depth together are a vector, no longer than the values they are relative to."""
    found = list(errors(traced(split, radix)[0]))
    total = 0.0
    for depth in {depth for depth, _, _ in found}:
        forms = np.array([form for when, form, _ in found if when == depth])
        reached = np.array([reach for when, _, reach in found if when == depth])
        total += np.linalg.norm(reached, 2) * np.linalg.norm(forms, 2)
    return total / math.sqrt(radix)


def inverse_error(radix):
    """σ: the largest factor of any |y_k| in the error of any result."""
    return sum(np.abs(np.outer(reach, form)) for _, form, reach in errors(traced(join, radix)[0])).max()


@pytest.mark.parametrize("radix", STEP_ERRORS)
def test_the_errors_of_a_step_are_those_of_its_operations(radix):
    rho, sigma = STEP_ERRORS[radix]
    assert rho - 0.02 < forward_error(radix) <= rho
    assert sigma - 0.02 < inverse_error(radix) <= sigma


@pytest.mark.parametrize("radix", STEP_ERRORS)
def test_a_step_is_what_it_is_said_to_be(radix):
    """Then its norm is √r; and the inverse is its conjugate transpose."""
    _, matrix = traced(split, radix)
    k = np.arange(radix)
    expected = np.exp(2j * np.pi * np.outer(k, k) / radix) * np.exp(0.7j * k)
    assert np.allclose(matrix, expected, atol=1e-14)
    assert np.allclose(traced(join, radix)[1], expected.conj().T, atol=1e-14)


def test_a_step_without_a_bound_is_refused():
    with pytest.raises(KeyError):
        relative_error((4, 3, 4, 4))


@pytest.mark.parametrize("products", [1, 2])
def test_digits_are_as_long_as_is_proved_and_no_longer(products):
    sizes = all_fourier_sizes(products)
    assert len(sizes) > 40
    for size in sizes:
        assert (
            size.points // size.radix >= 32
        )  # two tails side by side (`complex_vectors`), in registers of eight doubles
        assert random_error(size, products) <= RANDOM_ERROR
        longer = FourierSize(size.radix, size.quarterings, size.halving, size.bits + 1)
        assert size.bits == MOST_BITS or random_error(longer, products) > RANDOM_ERROR
        # All digits as large as they can be, as many as a product has: no operands have a larger norm.
        assert size.epsilon * products * size.points * 4.0 ** (size.bits - 1) < 0.97
        # Coefficients that are proved stay where the carries have room for them (`digit_carries`).
        assert 1 / size.epsilon < 2**48


def test_the_bound_of_some_sizes():
    """2·(4.71 + 4.71 + …) + … and three for the product and a sum: counted by hand."""
    assert FourierSize(4, 3, False, 18).epsilon / UNIT == pytest.approx(3 * 6 * 4.71 + 3, rel=1e-6)
    expected = 2 * (10.43 + 3 * 4.71 + 3.71) + 9.3 + 3 * 4.71 + 3.71 + 4
    assert FourierSize(5, 1, True, 18).epsilon / UNIT == pytest.approx(expected, rel=1e-6)


def test_the_shortest_size_that_is_long_enough():
    sizes = all_fourier_sizes(1)
    assert fourier_size_for(sizes[5].product_bits) == sizes[5]
    assert fourier_size_for(sizes[5].product_bits + 1).points > sizes[5].points
    assert fourier_size_for(1) == sizes[0]
    assert fourier_size_for(sizes[-1].product_bits + 1) is None
