"""Products whose matrix is in tiles on disk: equal to those in memory, for tiles of every shape."""

import numpy as np
import pytest

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.ntt import tiled_products
from pi_engine.bigint.ntt.description.sizes import largest_beta, narrow_size_for, size_for
from pi_engine.bigint.ntt.stored_products import stored_sum_of_products
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.ntt.tiled_products import TiledMatrix, Tiles
from pi_engine.bigint.ntt.transform import product
from pi_engine.bigint.scratch.stored_limbs import StoredLimbs
from pi_engine.errors import CapacityError
from tests.conftest import MULTIPLIER
from tests.scratch_spaces import FullSpace, by_disk

ROUNDS = max(1, int(2 * MULTIPLIER))


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setattr(FullSpace, "tiled", True)
    with by_disk(tmp_path) as space:
        yield space


def _few(rng):
    """Tiles of at most four by four to a matrix."""

    def of(size, memory):
        rows = rng.randrange(-(-size.rows // 4), size.rows + 1)
        blocks = size.columns // 16
        return Tiles(rows, 16 * rng.randrange(-(-blocks // 4), blocks + 1))

    return of


def _array(limbs):
    return lambda: np.empty(limbs, np.uint64)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_products_are_those_in_memory(space, draw, rng, monkeypatch, threads):
    monkeypatch.setattr(Tiles, "of", _few(rng))
    for turn in range(ROUNDS):
        n, m = rng.randrange(1, 3000), rng.randrange(1, 3000)
        a, b = limbs_of(draw(n)), limbs_of(draw(m))
        size = rng.choice((size_for, narrow_size_for))(64 * (n + m))
        limbs = size.bits // 64 if turn % 3 == 0 else n + m
        waiting = StoredLimbs(space, a).run()
        found = stored_sum_of_products(plan_for(size), space, [(waiting, b)], limbs, threads, _array(limbs))
        assert (found == product(a, b, size, limbs, 1)).all()
        if 2 * n <= limbs:
            square = stored_sum_of_products(plan_for(size), space, [(waiting, waiting)], limbs, threads, _array(limbs))
            assert (square == product(a, a, size, limbs, 1)).all()
    assert space.traffic.held <= 8 * 4000 + 4096


def test_sums_of_two_products(space, draw, rng, monkeypatch):
    monkeypatch.setattr(Tiles, "of", _few(rng))
    made = 0
    for _ in range(20 * ROUNDS):
        size = narrow_size_for(64 * rng.randrange(10, 2000))
        if size.beta > largest_beta(size.primes, 2 * size.points) or made > ROUNDS:
            continue
        made += 1
        limbs = size.bits // 64
        a, b, c = (draw(limbs // 2) for _ in range(3))
        x, y, z = map(limbs_of, (a, b, c))
        found = stored_sum_of_products(plan_for(size), space, [(x, y), (z, z)], limbs, 2, _array(limbs))
        assert (int.from_bytes(found.tobytes(), "little") - a * b - c * c) % ((1 << size.bits) - 1) == 0
    assert made


def test_tiles_fit_the_memory_that_they_are_given():
    for bits in (10**6, 10**8, 10**10):
        size = narrow_size_for(bits)
        for memory in (1, 1 << 20, 1 << 30):
            tiles = Tiles.of(size, memory)
            assert 1 <= tiles.rows <= size.rows
            assert 16 <= tiles.columns <= size.columns
            assert tiles.columns % 16 == 0
            assert tiles.rows == 1 or 18 * 8 * tiles.rows * size.row_stride <= memory
            assert tiles.columns == 16 or 2 * 8 * tiles.columns * size.rows <= memory


def test_a_disk_that_is_full_leaves_nothing(space, draw, rng, monkeypatch):
    monkeypatch.setattr(Tiles, "of", _few(rng))
    calls, real = [], TiledMatrix.__init__

    def failing(self, *arguments):
        calls.append(1)
        if len(calls) == 7:
            raise CapacityError("full")
        real(self, *arguments)

    monkeypatch.setattr(tiled_products.TiledMatrix, "__init__", failing)
    a, b = limbs_of(draw(2000)), limbs_of(draw(2000))
    size = narrow_size_for(64 * 4000)
    with pytest.raises(CapacityError, match="full"):
        stored_sum_of_products(plan_for(size), space, [(a, b)], 4000, 2, _array(4000))
    assert space.traffic.held == 0
