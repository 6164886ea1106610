"""`pi_engine.bigint.limb_products`: exact for everything, refused where it must be, checked."""

import os
import threading

import gmpy2
import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine.bigint import multiply, product
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.limb_products import multiply_limbs, product_workspace
from pi_engine.runtime.limits import memory
from pi_engine.runtime.tuning import Thresholds
from tests.command import run_code
from tests.conftest import MULTIPLIER


@pytest.fixture(autouse=True)
def _low_thresholds(monkeypatch):
    monkeypatch.setattr(product, "thresholds", lambda: Thresholds(multiply=2000, square=3000))


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_exact(rng, draw, threads):
    for _ in range(int(60 * MULTIPLIER)):
        a, b = (draw(rng.randrange(0, 3000)) * rng.choice((1, -1)) for _ in range(2))
        assert multiply(a, b, threads=threads) == a * b
        assert multiply(a, a, threads=threads) == a * a


@pytest.mark.parametrize("bits", [1, 64, 1999, 2000, 2001, 2999, 3000, 3001, 70_000])
def test_sizes_around_the_thresholds(rng, bits):
    for a in ((mpz(1) << bits) - 1, mpz(1) << (bits - 1), mpz(rng.getrandbits(bits)) | 1):
        for b in ((mpz(1) << bits) - 1, mpz(3), mpz(0), mpz(-1), -a):
            assert multiply(a, b) == a * b
            assert multiply(b, a) == a * b


def test_unbalanced_products(rng, draw):
    short = draw(60)
    for ratio in (2, 3, 7, 100, 1000):
        long = draw(60 * ratio + rng.randrange(3))
        assert multiply(long, short, threads=2) == long * short


def test_operands_are_not_changed(draw):
    a, b = draw(500, "uniform"), draw(700, "ones")
    copies = a + 0, b + 0
    multiply(a, b)
    assert (a, b) == copies


def test_several_python_threads_at_once(draw):
    pairs = [(draw(800), draw(900)) for _ in range(8)]
    wrong = []

    def work():
        for a, b in pairs:
            if multiply(a, b, threads=2) != a * b:
                wrong.append((a, b))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_after_a_fork():
    """The child has none of the parent's threads, and still multiplies, and works concurrently."""
    code = """
import os, gmpy2
from pi_engine.bigint import multiply, product
from pi_engine.bigint.buffers.workers import concurrently
product.TRANSFORM.load()
assert concurrently(lambda: 5, 2)() == 5
a = gmpy2.mpz(3) ** 400_000
expected = a * a
assert multiply(a, a, threads=2) == expected
child = os.fork()
if child == 0:
    os._exit(0 if multiply(a, a, threads=2) == expected and concurrently(lambda: 7, 2)() == 7 else 1)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status))
"""
    answer = run_code(f"import warnings\nwarnings.simplefilter('ignore')\n{code}")
    assert answer.stdout == "0\n", answer.stderr


def test_a_warm_process_needs_no_numba():
    """The first call compiles and stores; the second process loads machine code only."""
    code = (
        "import sys, gmpy2; from pi_engine.bigint import multiply, product; product.TRANSFORM.load(); a = gmpy2.mpz(3)**200_000;"
        "print(multiply(a, a + 1) == a * (a + 1), 'numba' in sys.modules)"
    )
    for _ in range(2):
        answer = run_code(code)
    assert answer.stdout == "True False\n", answer.stderr


def test_a_product_past_gmp_s_limit_is_refused(monkeypatch):
    class Huge:
        def bit_length(self):
            return 64 * (1 << 30)

    monkeypatch.setattr(product, "as_mpz", lambda value, taker: value)  # which takes no stand-in for a number of 8 GiB
    with pytest.raises(pi_engine.CapacityError, match="2\\^31"):
        multiply(Huge(), Huge())


def test_a_product_past_memory_is_refused_before_anything_is_allocated(monkeypatch, draw):
    a, b = draw(40_000, "uniform"), draw(40_000, "uniform")
    monkeypatch.setattr(product, "_ASK_FROM_BYTES", 0)
    full, least = (product_workspace(40_000, 40_000, 1, low_memory=low) + 8 * 80_000 for low in (False, True))
    assert least < 0.65 * full
    monkeypatch.setattr(memory, "allocated_memory", lambda: 0)
    monkeypatch.setattr("pi_engine.bigint.buffers.workspace.Pool.held", lambda self: 0)
    modes = []
    real = multiply_limbs
    monkeypatch.setattr(
        "pi_engine.bigint.limb_products.multiply_limbs", lambda *x, **k: modes.append(k["low_memory"]) or real(*x, **k)
    )
    for limit, low in ((full, False), (full - 1, True), (least, True)):
        monkeypatch.setattr(memory, "memory_limit", lambda limit=limit: limit)
        assert multiply(a, b, threads=1) == a * b
        assert modes[-1] == low
    monkeypatch.setattr(memory, "memory_limit", lambda: least - 1)
    with pytest.raises(pi_engine.CapacityError, match="take fewer digits or threads"):
        multiply(a, b, threads=1)
    assert len(modes) == 3


def test_a_wrong_product_is_seen(monkeypatch, draw):
    a, b = draw(500, "uniform"), draw(500, "uniform")

    def wrong(x, y, threads, *, low_memory, out):
        multiply_limbs(x, y, threads, out=out)
        out[100] ^= 1

    monkeypatch.setattr("pi_engine.bigint.limb_products.multiply_limbs", wrong)
    with pytest.raises(pi_engine.VerificationError):
        multiply(a, b)
    assert multiply(a, b, check=False) != a * b


def test_without_fused_multiply_add_gmp_multiplies(monkeypatch, draw):
    monkeypatch.setattr(product, "transform_is_usable", lambda: False)
    monkeypatch.setattr(product, "_multiply_by_transform", None)
    a = draw(5000)
    assert multiply(a, a) == a * a


def test_the_transform_can_be_switched_off_and_on(monkeypatch):
    for choice, usable in (("0", False), ("1", True)):
        product.transform_is_usable.cache_clear()
        monkeypatch.setenv("PI_ENGINE_TRANSFORM", choice)
        assert product.transform_is_usable() is usable
    product.transform_is_usable.cache_clear()


def test_results_may_go_to_given_memory(draw):
    import numpy as np

    a, b = limbs_of(draw(300, "uniform")), limbs_of(draw(4000, "ones"))
    out = np.full(4300, 7, np.uint64)
    assert multiply_limbs(a, b, 2, out=out) is out
    assert (out == multiply_limbs(b, a, 1)).all()
    with pytest.raises(ValueError, match="4300 limbs"):
        multiply_limbs(a, b, out=out[:-1])
    nothing = multiply_limbs(a, b[:0], out=np.full(300, 7, np.uint64))
    assert not nothing.any()


def test_small_products_import_no_more_than_they_need():
    code = (
        "import sys, gmpy2; from pi_engine.bigint import multiply; multiply(gmpy2.mpz(3), gmpy2.mpz(4));"
        "print([m for m in ('numba', 'numpy', 'llvmlite') if m in sys.modules])"
    )
    assert run_code(code).stdout == "[]\n"


def test_gmp_agrees_with_itself():
    """The oracle of this file, against Python's own integers once."""
    assert int(gmpy2.mpz(3) ** 5000 * gmpy2.mpz(7) ** 3000) == 3**5000 * 7**3000
