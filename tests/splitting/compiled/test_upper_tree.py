"""Merges of two large nodes, with all threads inside each step: what they make, and what they see."""

import itertools

import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.ntt import transform
from pi_engine.bigint.ntt.description.sizes import size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.residues import moduli
from pi_engine.splitting.compiled import upper_tree
from pi_engine.splitting.compiled.rounding import EXACT, Errors, after_merge
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number, _Merge, merge_large
from pi_engine.splitting.plain import node
from pi_engine.splitting.plain.node import Node


def large_number(value, residues=None):
    """A number that owns its memory."""
    limbs = limbs_of(value)
    buffer = PooledLimbs(len(limbs))
    buffer.limbs[:] = limbs
    return Number(buffer.limbs, value < 0, buffer, residues)


def large_node(P, Q, T):
    """A node whose numbers own their memory and carry their residues."""

    def number(value):
        return large_number(mpz(value), (moduli.residues(mpz(value)),) * 2)

    return LargeNode(None if P is None else number(P), number(Q), number(T))


def merged(left, right, threads=2):
    """By `merge_large`, whose residues must be those of the numbers; and as the definition has it."""
    found = merge_large(large_node(*left), large_node(*right), threads)
    expected = node.merge(Node(*left), Node(*right))
    for x, value in zip(found[:3], expected[:3], strict=True):
        assert (x is None) == (value is None)
        assert x is None or x.to_mpz() == value
        assert x is None or x.residues == (moduli.residues(value),) * 2
        assert x is None or not (x.negative and not len(x))
        if x is not None:
            x.release()


@pytest.mark.parametrize("one_by_one", [True, False])
@pytest.mark.parametrize("P_bits", [500, 6000])
def test_numbers_of_all_signs(monkeypatch, rng, one_by_one, P_bits):
    """With P₁P₂ in a transform of its own and in that of the node; primes one after another and together."""
    monkeypatch.setattr(upper_tree, "PRIME_BY_PRIME_BITS", 0 if one_by_one else 1 << 60)
    for signs in itertools.product((1, -1), repeat=3):
        sizes = rng.randrange(P_bits // 2, P_bits), *(rng.randrange(3000, 7000) for _ in "QT")
        left, right = ([mpz(rng.getrandbits(n)) | 1 for n in sizes] for _ in "12")
        left = [sign * x for sign, x in zip(signs, left, strict=True)]
        right = [rng.choice((1, -1)) * x for x in right]
        merged(left, right)
        merged(left, [None, *right[1:]])


def test_a_sum_that_is_0():
    """T₁ or T₂ is 0, or T₁Q₂ = −P₁T₂: no sign of what is 0 counts."""
    P, Q, T = mpz(3) ** 900, mpz(5) ** 800, mpz(7) ** 700
    for left, right in (
        ((P, Q, 0), (P, Q, -T)),
        ((-P, Q, 0), (P, -Q, T)),
        ((P, -Q, -T), (P, -Q, 0)),
        ((P, Q, T), (None, Q, 0)),
        ((P, Q, 0), (P, -Q, 0)),
        ((P, P, P), (P, -Q, Q)),
    ):
        merged(left, right)


def test_the_longest_numbers_of_a_transform(rng):
    """All bits are ones, and the products of one term fill a transform to its last limb; the sum of two needs a larger one."""
    full = [n for n in range(60, 3000) if size_for(64 * n).bits == 64 * n]
    for n in rng.sample(full, 6):
        t = rng.randrange(n // 4, n - n // 4)
        T1, Q2, P1, T2 = (mpz(2) ** (64 * limbs) - 1 for limbs in (t, n - t, n - t, t))
        merged((P1, Q2, T1), (Q2, Q2, T2))
        merged((-P1, Q2, -T1), (None, Q2, T2))


def test_an_error_of_either_node_is_one_of_the_merge():
    exact = large_node(mpz(3), mpz(5), mpz(7))
    cut = large_node(mpz(2), mpz(9), mpz(4))._replace(errors=Errors(-10.0, -12.0))
    assert upper_tree.errors_of_merge(exact, exact) == EXACT
    for left, right in ((exact, cut), (cut, exact), (cut, cut)):
        p1, p2, t2 = (x.size() - node.Q.size() for x, node in ((left.P, left), (right.P, right), (right.T, right)))
        found = upper_tree.errors_of_merge(left, right)
        assert found == after_merge(left.errors, right.errors, p1, t2, p2)
        assert min(found) > -20


@pytest.mark.parametrize("name", ["P", "Q", "T"])
def test_each_product_is_compared(monkeypatch, name):
    """A residue of a factor that is not the factor's."""
    left, right = large_node(mpz(3) ** 500, mpz(5) ** 500, mpz(7) ** 500), large_node(mpz(2) ** 900, mpz(11) ** 400, 1)
    factor = {"P": right.P, "Q": left.Q, "T": left.T}[name]
    factor.residues = (moduli.residues(mpz(12345)),) * 2
    with pytest.raises(VerificationError, match={"P": "P₁P₂", "Q": "Q₁Q₂", "T": "T₁Q₂"}[name]):
        merge_large(left, right, 1)


def test_a_number_that_was_released_is_not_there():
    number = large_node(None, 5, 7).Q
    assert number.is_there
    for _ in range(2):
        number.release()
        assert not number.is_there


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("signs", [(1, 1), (-1, 1)])
def test_merge_by_groups_of_primes(monkeypatch, rng, last, signs):
    """P₁P₂, Q₁Q₂ and T₁Q₂ + P₁T₂ are what GMP says, and T₁ and Q₂ are cut into digits once for all primes."""
    monkeypatch.setattr(upper_tree, "PRIME_BY_PRIME_BITS", 0)
    cut: list[tuple[int, int]] = []
    real = transform.forward

    def forward(plan, jobs, primes, threads):
        cut.append((len(jobs), len(primes)))
        real(plan, jobs, primes, threads)

    monkeypatch.setattr(upper_tree, "forward", forward)
    p1, q1, t1, p2, q2, t2 = (mpz(rng.getrandbits(bits)) | 1 << (bits - 1) for bits in (60_000, 90_000, 95_000) * 2)
    p1, t1 = signs[0] * p1, signs[1] * t1
    left = LargeNode(large_number(p1), large_number(q1), large_number(t1))
    right = LargeNode(None if last else large_number(p2), large_number(q2), large_number(t2))
    node = merge_large(left, right, 2)
    assert node.Q.to_mpz() == q1 * q2
    assert node.T.to_mpz() == t1 * q2 + p1 * t2
    if not last:
        assert node.P is not None
        assert node.P.to_mpz() == p1 * p2
    primes = cut[0][1]
    groups = [n for jobs, n in cut[1:] if jobs == 2]
    assert cut[0][0] == 2
    assert sum(groups) == primes
    assert (len(groups) > 1) == (signs[0] == signs[1])


@pytest.mark.parametrize("operands", [1, 2])
def test_groups_of_primes_take_the_memory_they_are_given(monkeypatch, operands):
    """All primes, in order, each once, and no group of two primes or more takes more than one prime and the spare bytes."""
    plan = plan_for(size_for(4_000_000))
    prime = 8 * operands * plan.size.prime_stride
    assert _Merge(plan, 1).groups(operands, 0) == [range(plan.size.primes)]
    monkeypatch.setattr(upper_tree, "PRIME_BY_PRIME_BITS", 0)
    for spare in (0, prime - 1, prime, 2 * prime + 1, 100 * prime):
        groups = _Merge(plan, 1).groups(operands, spare)
        assert [k for group in groups for k in group] == list(range(plan.size.primes))
        assert max(map(len, groups)) * prime <= prime + spare
        assert len(groups) == -(-plan.size.primes // min(1 + spare // prime, plan.size.primes))
