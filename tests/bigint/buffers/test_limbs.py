"""Limbs to mpz and back by each of the three ways, and the lifetimes of what is shared."""

import gc

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpz, xmpz

from pi_engine.bigint.buffers import limbs
from pi_engine.errors import CapacityError

LENGTHS = [0, 1, 2, 3, 31, 60, 61, 62, 1000, 2**17 + 3]


@pytest.fixture(params=["abi", "xmpz", "bytes"])
def route(request, monkeypatch):
    monkeypatch.setattr(limbs, "_route", lambda: request.param)
    return request.param


def by_bytes(x):
    """The oracle: limbs through Python's own bytes."""
    return np.frombuffer(int(abs(x)).to_bytes(8 * limbs.limb_count(x), "little"), "<u8")


def test_self_test_finds_the_fast_way_here():
    assert limbs._route() == "abi"


@pytest.mark.parametrize("count", LENGTHS)
@pytest.mark.parametrize("sign", [1, -1])
def test_round_trip(route, draw, count, sign):
    x = sign * draw(count)
    view = limbs.limbs_of(x)
    assert len(view) == count and not view.flags.writeable
    assert np.array_equal(view, by_bytes(x))
    assert limbs.mpz_from_limbs(view, negative=x < 0) == x


def test_leading_zeros_and_strides(route):
    array = np.array([5, 99, 7, 99, 0, 99, 0, 99], np.uint64)
    assert limbs.mpz_from_limbs(array[::2]) == 5 + (mpz(7) << 64)
    assert limbs.mpz_from_limbs(array[4:5], negative=True) == 0
    assert limbs.mpz_from_limbs(array[::-1][1::2]) == (mpz(5) << 192) + (mpz(7) << 128)


def test_buffer_is_written_in_place(route):
    buffer = limbs.LimbBuffer(10)
    buffer.array[:] = 0
    buffer.array[2] = 9
    shown = buffer.array
    assert buffer.finish(5, negative=True) == -(mpz(9) << 128)
    assert not shown.flags.writeable
    with pytest.raises(ValueError, match="finished"):
        buffer.finish()


def test_view_outlives_number_and_buffer(route, draw):
    views, copies = [], []
    for _ in range(50):
        x = draw(3000)
        views.append(limbs.limbs_of(x)[1:])
        copies.append(by_bytes(x)[1:])
        buffer = limbs.LimbBuffer(3000)
        buffer.array[:] = by_bytes(x)
        views.append(buffer.array)
        copies.append(by_bytes(x))
        buffer.finish()
        del x, buffer
    gc.collect()
    noise = [draw(3000) + 1 for _ in range(200)]
    assert all(np.array_equal(v, c) for v, c in zip(views, copies, strict=True)) and noise


def test_number_outlives_buffer_and_is_not_shared_with_its_source(draw):
    x = draw(500, "uniform")
    source = by_bytes(x).copy()
    y = limbs.mpz_from_limbs(source)
    source[:] = 0
    gc.collect()
    assert x == y and hash(x) == hash(y)


def test_huge_page_advice_changes_nothing(draw):
    x = draw(limbs._ADVISE_FROM_BYTES // 8 + 11, "runs")
    assert limbs.mpz_from_limbs(limbs.limbs_of(x)) == x


def test_refusals():
    with pytest.raises(CapacityError):
        limbs.LimbBuffer(2**31)
    with pytest.raises(CapacityError):
        limbs.LimbBuffer(-1)
    with pytest.raises(TypeError):
        limbs.limbs_of(xmpz(3))
    with pytest.raises(TypeError):
        limbs.mpz_from_limbs(np.zeros(3, np.int64))
    with pytest.raises(TypeError):
        limbs.mpz_from_limbs(np.zeros((2, 2), np.uint64))
    with pytest.raises(ValueError, match="limbs of a buffer"):
        limbs.LimbBuffer(3).finish(4)


def test_another_layout_falls_back(monkeypatch):
    monkeypatch.setattr(limbs, "_POINTER_OFFSET", object.__basicsize__ + 16)
    assert not limbs._layout_is_known()
    monkeypatch.setattr(limbs, "xmpz", gmpy2.mpz)
    assert not limbs._xmpz_works()
