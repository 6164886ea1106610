"""What is handed over is held by nobody but the function that has taken it."""

import gc
import weakref

import pytest

from pi_engine.bigint.buffers.hand_over import HandOver


class Number:
    """What a weak reference can watch, as it can no mpz."""


def test_numbers_are_taken_in_order_once():
    numbers = HandOver(3, 5)
    assert len(numbers) == 2
    assert [numbers.take(), numbers.take()] == [3, 5]
    assert len(numbers) == 0
    with pytest.raises(IndexError):
        numbers.take()


def test_the_memory_of_a_number_is_free_while_its_caller_waits():
    watched = []

    def use_up(numbers):
        for _ in range(len(numbers)):
            number = numbers.take()
            assert watched[-len(numbers) - 1]() is number
            del number
        assert [reference() for reference in watched] == [None, None]

    def caller():
        numbers = [Number(), Number()]
        watched.extend(map(weakref.ref, numbers))
        handed = HandOver(*numbers)
        del numbers
        use_up(handed)

    gc.disable()
    try:
        caller()
    finally:
        gc.enable()
