"""Threads that help with products: they take part, they end, and nobody waits for them."""

import ctypes
import os
import subprocess
import sys
import threading

import pytest
from gmpy2 import mpz

from pi_engine.bigint import negacyclic
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.fft import ring_crew
from pi_engine.bigint.fft.description import fft_record as at
from pi_engine.bigint.fft.ring_crew import crew, shared_memory


@pytest.fixture(autouse=True)
def always_helped(monkeypatch):
    monkeypatch.setattr(negacyclic, "HELPED_FROM_BITS", 0)


def products(count, threads):
    ring = negacyclic.ring_for(2000, threads)
    a = (mpz(1) << 100_000) - 3
    with ring.factor(a) as factor:
        for _ in range(count):
            assert factor.times(limbs_of(a)) == ring.exact(a * a)


def test_a_helper_takes_part():
    """Of each thread that is in a product one claim finds no ring; sooner or later the helper is in time for that."""
    radix = negacyclic.ring_for(2000, 2).plan.size.radix
    with crew(2):
        claimed = ctypes.c_int64.from_address(shared_memory(helped=True) + at.RINGS_CLAIMED)
        for _ in range(10_000):
            products(1, 2)
            if claimed.value == radix + 2:
                break
        else:
            pytest.fail("the helper was in no product")


def test_an_inner_crew_is_the_outer_one_and_one_thread_has_none():
    with crew(2):
        address = shared_memory(helped=True)
        assert shared_memory(helped=False) != address
        with crew(3):
            assert shared_memory(helped=True) == address
        assert shared_memory(helped=True) == address
        products(1, 2)
    with crew(1):
        assert shared_memory(helped=True) == shared_memory(helped=False)


def _fail_in_a_crew():
    with crew(3):
        products(1, 3)
        raise ZeroDivisionError


def test_helpers_end_after_an_error():
    before = threading.active_count()
    for _ in range(20):
        with pytest.raises(ZeroDivisionError):
            _fail_in_a_crew()
    assert threading.active_count() <= before + 3
    products(1, 3)


def test_threads_with_crews_of_their_own(rng):
    """Four threads, of which each has helpers, at once."""
    wrong = []

    def work():
        try:
            with crew(2):
                products(20, 2)
        except AssertionError as error:
            wrong.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="the system does not say which processors a process has"
)
def test_all_threads_on_one_processor():
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(allowed)})
    try:
        ring_crew._helpers.cache_clear()  # so that helpers begin there too
        with crew(3):
            products(30, 3)
    finally:
        os.sched_setaffinity(0, allowed)
        ring_crew._helpers.cache_clear()


FORKS = """
import os
from gmpy2 import mpz
from pi_engine.bigint import negacyclic
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.fft.ring_crew import crew, shared_memory
negacyclic.HELPED_FROM_BITS = 0
ring, a = negacyclic.ring_for(2000, 2), mpz(3) ** 60_000
def is_right():
    return ring.square(limbs_of(a)) == ring.exact(a * a)
with crew(2):
    assert is_right()
    child = os.fork()
    if not child:
        os._exit(7 if is_right() and shared_memory(helped=True) == shared_memory(helped=False) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7 and is_right()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_forked_child_has_no_helpers():
    """It has its parent's memory, in which a helper may be at work that it does not have."""
    subprocess.run([sys.executable, "-c", FORKS], check=True)
