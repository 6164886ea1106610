"""GMP's functions from inside kernels, and the portable ones under the same names, against Python's integers."""

import ctypes
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from pi_engine.bigint.buffers.limbs import limb_count, limbs_of, mpz_from_limbs
from pi_engine.bigint.mpn import gmp_symbols, mpn_calls, mpn_portable
from tests.homes import python
from tests.runtime.compilation import kernels_for_tests as kernels

C_TYPE = {"uint64": ctypes.c_uint64, "int64": ctypes.c_int64, "int32": ctypes.c_int32, "none": None}
WORD = 2**64 - 1


def callables(addresses):
    """Name -> the function there, as C sees it."""
    found = {}
    for name, signature in mpn_calls.SIGNATURES.items():
        kinds = [C_TYPE[str(t)] for t in (signature.return_type, *signature.args)]
        found[name] = ctypes.CFUNCTYPE(*kinds)(addresses[name])
    return found


@pytest.fixture(scope="module", params=["gmp", "portable"])
def mp(request):
    if request.param == "portable":
        return callables(mpn_portable.addresses())
    if mpn_calls.SOURCE != "gmp":
        pytest.skip("libgmp cannot be reached here")
    return callables(next(filter(None, map(gmp_symbols._addresses, gmp_symbols._libraries()))))


def words_of(x, count):
    """|x| as a fresh array of `count` limbs."""
    array = np.zeros(count, np.uint64)
    array[: limb_count(x)] = limbs_of(x)
    return array


def at(array):
    return array.ctypes.data


SIZES = [(1, 1), (2, 1), (2, 2), (7, 3), (40, 39), (64, 64), (200, 2)]


def test_source_here_is_gmp():
    assert mpn_calls.SOURCE == "gmp"


@pytest.mark.parametrize(("n", "m"), SIZES)
def test_products(mp, draw, n, m):
    for _ in range(20):
        a, b = draw(n), draw(m)
        x, y, out = words_of(a, n), words_of(b, m), np.full(n + m + 1, 77, np.uint64)
        assert mp["mul"](at(out), at(x), n, at(y), m) == out[n + m - 1]
        assert mpz_from_limbs(out[: n + m]) == a * b and out[n + m] == 77
        mp["sqr"](at(out), at(y), m)
        assert mpz_from_limbs(out[: 2 * m]) == b * b


@pytest.mark.parametrize("n", [1, 2, 9, 100])
def test_one_word_operations(mp, draw, rng, n):
    for word in (0, 1, WORD, rng.getrandbits(64)):
        a, b = draw(n), draw(n)
        x, y = words_of(a, n), words_of(b, n)
        full = 1 << (64 * n)
        out = np.zeros(n, np.uint64)
        assert mp["mul_1"](at(out), at(x), n, word) * full + int(mpz_from_limbs(out)) == a * word
        out = y.copy()
        borrow = mp["submul_1"](at(out), at(x), n, word)
        assert int(mpz_from_limbs(out)) - borrow * full == b - a * word


@pytest.mark.parametrize("n", [1, 2, 9, 100])
def test_sums_and_order(mp, draw, n):
    for _ in range(20):
        a, b = draw(n), draw(n)
        x, y, out, full = words_of(a, n), words_of(b, n), np.zeros(n, np.uint64), 1 << (64 * n)
        assert mp["add_n"](at(out), at(x), at(y), n) * full + int(mpz_from_limbs(out)) == a + b
        borrow = mp["sub_n"](at(out), at(x), at(y), n)
        assert int(mpz_from_limbs(out)) - borrow * full == a - b
        assert np.sign(mp["cmp"](at(x), at(y), n)) == (a > b) - (a < b)
        assert mp["cmp"](at(x), at(x), n) == 0
        same = x.copy()  # in place
        mp["add_n"](at(same), at(same), at(same), n)
        assert mpz_from_limbs(same) == 2 * a % full


def test_from_inside_kernels(draw):
    a, b = draw(1000), draw(300)
    out = np.zeros(1300, np.uint64)
    assert kernels.product(out, limbs_of(a), limbs_of(b)) == out[-1] and mpz_from_limbs(out) == a * b


@pytest.mark.parametrize("threads", [2, 3])
def test_from_threads_at_once(draw, threads):
    jobs = [(draw(5000, "uniform"), draw(4000, "uniform"), np.zeros(9000, np.uint64)) for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda j: kernels.many_products(j[2], limbs_of(j[0]), limbs_of(j[1]), 20), jobs))
    assert all(mpz_from_limbs(out) == a * b for a, b, out in jobs)


def test_word_intrinsics(rng):
    for _ in range(100):
        x, y, c, d = (rng.choice([0, 1, WORD, rng.getrandbits(64)]) for _ in range(4))
        (l1, h1), (l2, h2) = kernels.wide(*map(np.uint64, (x, y, c, d)))
        assert int(l1) + (int(h1) << 64) == x * y
        assert int(l2) + (int(h2) << 64) == x * y + c + d
        left = [rng.choice([0, WORD, x]) for _ in range(8)]
        right = [rng.choice([0, 2**61 - 1, y >> 3]) for _ in range(8)]
        low, high = kernels.dot(np.array(left, np.uint64), np.array(right, np.uint64))
        assert int(low) + (int(high) << 64) == sum(map(int.__mul__, left, right))


PRODUCT = """
import numpy as np
from pi_engine.bigint.mpn import mpn_calls as mpn
from pi_engine.bigint.mpn.gmp_symbols import PREFIX, register
from pi_engine.runtime.compilation.object_code import StoredKernel
product = StoredKernel("kernels_for_tests", "product", register, PREFIX)
a = np.full(50, 2**64 - 1, np.uint64); out = np.zeros(100, np.uint64)
product(out, a, a)
print(mpn.SOURCE, int.from_bytes(out.tobytes(), "little") == (2**3200 - 1)**2, product.origin)
"""
FORCE = "import gmpy2.gmpy2; gmpy2.gmpy2.__file__ = None"


def test_stored_kernels_find_the_functions_in_every_process(tmp_path):
    """Addresses change from process to process; the same machine code serves libgmp and the portable functions."""
    env = {**os.environ, "PYTHONPATH": str(Path(kernels.__file__).parent), "NUMBA_CACHE_DIR": str(tmp_path)}
    said = [python(program, env) for program in (PRODUCT, PRODUCT, FORCE + PRODUCT)]
    assert said == ["gmp True compiled", "gmp True stored", "portable True stored"]


def test_names_and_signatures_agree():
    assert tuple(mpn_calls.SIGNATURES) == gmp_symbols.NAMES
