"""Merges of large nodes by groups of primes: exact, and never with more memory than the numbers that are done have left."""

import pytest
from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.ntt import transform
from pi_engine.bigint.ntt.description.sizes import size_for
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.splitting.compiled import upper_tree
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number, _Merge, merge_large


def owned(x: mpz) -> Number:
    limbs = limbs_of(x)
    buffer = PooledLimbs(len(limbs))
    buffer.limbs[:] = limbs
    return Number(buffer.limbs, x < 0, buffer)


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
    left = LargeNode(owned(p1), owned(q1), owned(t1))
    right = LargeNode(None if last else owned(p2), owned(q2), owned(t2))
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
