"""Levels of nodes made by hand: every sign and 0, the longest numbers of a transform, residues, and threads that make nothing."""

import itertools

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.fft.description.fft_sizes import fourier_size_for
from pi_engine.bigint.ntt.description.sizes import size_for
from pi_engine.bigint.residues.moduli import moduli, residues
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import level_division, lower_tree, node_residues, subtrees
from pi_engine.splitting.levels import level_runs, merge_plans
from pi_engine.splitting.plain import node
from pi_engine.splitting.plain.node import Node
from pi_engine.splitting.records.node_level import NodeLevel
from tests.splitting.compiled.test_compiled_tree import number_of


def level_of(nodes):
    """Nodes as a level, one number after the other in memory."""
    rows = [[limbs_of(mpz(abs(x))) for x in row] for row in zip(*nodes, strict=True)]
    sizes = np.array([[len(limbs) for limbs in row] for row in rows], np.int64)
    ends = np.cumsum(sizes.ravel()).reshape(sizes.shape)
    buffer = PooledLimbs(int(ends[-1, -1]))
    for row, last in zip(rows, ends.tolist(), strict=True):
        for limbs, end in zip(row, last, strict=True):
            buffer.limbs[end - len(limbs) : end] = limbs
    signs = np.array([[-1 if x < 0 else 1 for x in row] for row in zip(*nodes, strict=True)], np.int64)
    return NodeLevel(buffer, np.ascontiguousarray(ends - sizes), np.ascontiguousarray(signs * sizes))


def merge_level(nodes, *, rightmost=False):
    """The level above, compared with the definition: numbers and residues."""
    level = level_of(nodes)
    made = lower_tree.merge_level(level, 2, lambda share: None, rightmost=rightmost, begin=True)
    assert not level.buffer.is_there
    for i, (left, right) in enumerate(zip(nodes[::2], nodes[1::2], strict=True)):
        expected = node.merge(Node(*left), Node(*right))[:3]
        for row, value in enumerate(expected):
            if row or not (rightmost and i == len(made) - 1):
                assert number_of(made, row, i) == value
                assert tuple(made.residues[row, i].tolist()) == residues(value).values
    made.buffer.release()


@pytest.fixture(params=[0, 1 << 20], ids=["number-theoretic", "complex"])
def kind(request, monkeypatch):
    """Which transform the nodes take."""
    monkeypatch.setattr(merge_plans, "FOURIER_BELOW", request.param)
    return size_for if request.param == 0 else lambda bits: fourier_size_for(bits, 2)


@pytest.mark.parametrize("P_bits", [500, 30_000])
def test_numbers_of_all_signs(kind, rng, P_bits):
    nodes = []
    for signs in itertools.product((1, -1), repeat=3):
        sizes = rng.randrange(P_bits // 2, P_bits), *(rng.randrange(20_000, 40_000) for _ in "QT")
        nodes.append([sign * mpz(rng.getrandbits(n) | 1) for sign, n in zip(signs, sizes, strict=True)])
    rng.shuffle(nodes)
    for i in (1, 4):
        nodes[i][2] = mpz(0)
    for rightmost in (True, False):
        merge_level(nodes, rightmost=rightmost)
    for i in (0, 5):  # both T of these nodes are 0
        nodes[i][2] = mpz(0)
    merge_level(nodes)


def test_the_longest_numbers_of_a_transform(kind, rng):
    """All bits are ones; the products fill a transform to its last limb, or nearly, and their sum does not fit it."""
    sizes = {kind(bits) for bits in range(4000, 90_000, 1000)}
    for n in rng.sample(sorted({(size.bits if kind is size_for else size.product_bits) // 64 for size in sizes}), 4):
        t = rng.randrange(n // 4, n - n // 4)
        T1, Q2, P1, T2 = (mpz(2) ** (64 * limbs) - 1 for limbs in (t, n - t, n - t, t))
        merge_level([(P1, Q2, T1), (Q2, Q2, T2), (-P1, Q2, T1), (Q2, -Q2, T2)])


def test_residues_of_multiples_of_the_moduli():
    """They are 0, whatever the sign: never the modulus itself."""
    first, second = moduli()
    for value in (first, second, first * second, first << 500, second << 500):
        level = level_of([(mpz(value), mpz(-value), mpz(1)), (mpz(-value), mpz(value), mpz(-1))])
        found = node_residues.residues_of(level, 1)
        for row, i in itertools.product(range(3), range(2)):
            assert tuple(found[row, i].tolist()) == residues(number_of(level, row, i)).values
        level.buffer.release()


def test_a_product_that_is_a_multiple_of_the_modulus():
    """T₁Q₂ + P₁T₂ is one of both moduli, and its residue 0."""
    product = mpz(moduli()[0]) * moduli()[1]
    merge_level([(product - 1, mpz(3) ** 900, mpz(1)), (mpz(5) ** 900, mpz(1), mpz(1))])


@pytest.mark.parametrize("row", [0, 1])
def test_each_quotient_of_a_level_is_compared(monkeypatch, row):
    """One limb of one number, once it has been divided."""
    real, name = level_division._divide_row, "PQ"[row]

    def divide_row(level, of_row, *rest, **options):
        real(level, of_row, *rest, **options)
        if of_row == row:
            level.number(row, 2)[0][1] ^= np.uint64(1 << 9)

    monkeypatch.setattr(level_division, "_divide_row", divide_row)
    level = node_residues.with_residues(level_of([(mpz(3) ** 500, mpz(3) ** 600, mpz(7))] * 4), 1)
    with pytest.raises(VerificationError, match=f"the {name} of .* bits in the sum, divided by a common factor"):
        level_division.divide_level(level, mpz(3) ** 50, 1, leftmost=True)


def damaged(level, row, i, length):
    level.lengths[row, i] = length
    return level


@pytest.mark.parametrize("length", [1 << 40, -(1 << 40), 9])
def test_a_length_that_no_number_has_is_refused(length):
    """Before memory is asked for that nobody has."""
    nodes = [(mpz(3), mpz(5), mpz(7))] * 2  # six limbs
    merges = (
        lambda level: lower_tree.merge_level(level, 1, lambda share: None, rightmost=False),
        lambda level: level_runs.levels_at_once(level, 9, 1e9),
    )
    for merge in merges:
        with pytest.raises(VerificationError, match="proven bound"):
            merge(damaged(level_of(nodes), 1, 0, length))


NODES = [(mpz(3) ** 500, mpz(5) ** 500, mpz(7) ** 500)] * 4


def nothing(counter, *rest):
    """A thread that claims all work and does none."""
    counter[:] = 1 << 20


def test_nodes_that_no_thread_has_made_are_missed(monkeypatch):
    """In a level by itself, and in two that are made in one call."""
    monkeypatch.setattr(level_runs, "merges_worker", nothing)
    with pytest.raises(VerificationError, match="the table of a level"):
        lower_tree.merge_level(level_of(NODES), 2, lambda share: None, rightmost=False)
    level = level_of(NODES)
    found = level_runs.levels_at_once(level, 9, 1e9)
    assert len(found) == 2
    with pytest.raises(VerificationError, match="the table of a level"):
        level_runs.merge_levels(level, found, 2, rightmost=False)


def test_residues_that_no_thread_has_found_are_missed(monkeypatch):
    monkeypatch.setattr(node_residues, "residues_worker", nothing)
    with pytest.raises(VerificationError, match="the table of a level"):
        node_residues.residues_of(level_of(NODES), 1)


def test_leaves_that_no_thread_has_built_are_missed(monkeypatch):
    monkeypatch.setattr(subtrees, "lanes_are_usable", lambda *a: False)
    monkeypatch.setattr(subtrees, "subtrees_worker", nothing)
    with pytest.raises(VerificationError, match="a leaf of the sum was not built"):
        subtrees.build_subtrees(CHUDNOVSKY, 0, 100, 4, 1, threads=2, built=lambda n: None)


def test_leaves_that_do_not_fit_are_told(monkeypatch):
    def unfit(counter, stop, record, arena, wrong):
        real(counter, stop, record, arena, wrong)
        wrong[0] = 1

    real = subtrees.subtrees_worker
    monkeypatch.setattr(subtrees, "lanes_are_usable", lambda *a: False)
    monkeypatch.setattr(subtrees, "subtrees_worker", unfit)
    with pytest.raises(VerificationError, match="a leaf of the sum is larger than its proven bound"):
        subtrees.build_subtrees(CHUDNOVSKY, 0, 100, 4, 1, threads=2, built=lambda n: None)


GUARD = 4096


def test_no_kernel_writes_beyond_its_workspace(monkeypatch):
    """Behind each block of workspace lies a pattern, which is there when it is given back."""
    pattern, taken = np.full(GUARD, 0xA5, np.uint8), []

    class Guarded:
        """The pool, as far as these kernels' callers need it."""

        def take(self, size):
            block = pool.take(size + GUARD)
            place = np.frombuffer((np.ctypeslib.ctypes.c_uint8 * GUARD).from_address(block.address + size), np.uint8)
            place[:] = pattern
            taken.append((block, place))
            return block

        def give(self, block):
            places = [place for other, place in taken if other is block]
            assert (places[-1] == pattern).all()
            pool.give(block)

    pool = level_division.pool
    for module in (level_division, level_runs, subtrees):
        monkeypatch.setattr(module, "pool", Guarded())
    nodes = [(mpz(3) ** (7 * n), mpz(3) ** (8 * n), -(mpz(7) ** (5 * n))) for n in range(900, 908)]
    for below in (0, 1 << 20):
        monkeypatch.setattr(merge_plans, "FOURIER_BELOW", below)
        merge_level(nodes)
        merge_level([(P, (-1) ** i * Q, T) for i, (P, Q, T) in enumerate(nodes)])
    level = level_of(nodes)
    level_division.divide_level(level, mpz(3) ** 41, 2, leftmost=False)
    assert number_of(level, 0, 7) == mpz(3) ** (7 * 907 - 41)
    for possible in (True, False):
        monkeypatch.setattr(subtrees, "lanes_are_usable", lambda *a, _possible=possible: _possible)
        subtrees.build_subtrees(CHUDNOVSKY, 0, 500, 16, 2, threads=2, built=lambda n: None)
    assert len(taken) > 10
