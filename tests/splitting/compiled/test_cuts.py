"""One cut of a node: what is left, what is lost, and the bound that goes up with it."""

import math

import gmpy2
import numpy as np
import pytest
from gmpy2 import mpq, mpz

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.residues import moduli
from pi_engine.engine import summation
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.compiled import truncated_nodes as cutting
from pi_engine.splitting.compiled.rounding import EXACT, Errors, after_cut, after_merge, log2_size, log2_sum
from pi_engine.splitting.compiled.truncated_nodes import truncated
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number
from tests.backends import pretend
from tests.conftest import MULTIPLIER
from tests.series.model.test_truncation import log2


def number(value, *, own, residues=True):
    buffer = None
    limbs = limbs_of(mpz(value))
    if own:
        buffer = PooledLimbs(len(limbs))
        buffer.limbs[:] = limbs
        limbs = buffer.limbs
    found = moduli.residues(mpz(value))
    return Number(limbs, value < 0, buffer, (found, found * 3) if residues else None)


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("last", [True, False])
def test_a_cut_leaves_the_upper_limbs(rng, own, copy, sign, last):
    for _ in range(int(40 * MULTIPLIER)):
        kept = rng.choice([64, 65, 127, 128, 129, rng.randrange(64, 3000)])
        values = [mpz(rng.getrandbits(n)) | mpz(1) << (n - 1) for n in (rng.randrange(1, 6000) for _ in "PQT")]
        values[2] *= sign
        P, Q, T = values
        node = LargeNode(None if last else number(P, own=own), number(Q, own=own), number(T, own=own))
        buffers = [x.buffer for x in node[:3] if x is not None and own]
        before = [0 if x is None else len(x) for x in node[:3]]
        cut = truncated(node, kept, 1, copy=copy)
        lost = before[1] - len(cut.Q)
        if lost:
            assert lost >= before[1] // cutting.WORTH
            assert kept < cut.Q.to_mpz().bit_length()
        else:
            assert cut is node
            spare = min([before[1] - -(-kept // 64) - 1, *(x - 1 for x in before if x)])
            assert spare < max(1, before[1] // cutting.WORTH)
        for value, x in zip(values, cut[:3], strict=True):
            if x is not None:
                assert x.to_mpz() == (abs(value) >> 64 * lost) * (-1 if value < 0 else 1) != 0
                assert x.residues == (moduli.residues(x.to_mpz()), moduli.residues(value) * 3)
                x.release()
        assert not any(
            buffer._block for buffer in buffers
        )  # of what was moved the old memory has gone back, and now all


def test_logarithms_of_sizes_and_sums(rng):
    for _ in range(100):
        x = mpz(rng.getrandbits(rng.randrange(1, 1000))) + 1
        assert log2_size(limbs_of(x)) == pytest.approx(float(gmpy2.log2(x)), abs=1e-9)
    assert log2_size(limbs_of(mpz(0))) == -math.inf == log2_sum(-math.inf, -math.inf)
    assert log2_sum(3.0, 3.0, 4.0) == 5 and log2_sum(-math.inf, 7.5) == 7.5 and log2_sum(-(10.0**9), 10.0**9) == 10.0**9


def test_a_number_that_has_lost_its_highest_limb_is_no_number():
    with pytest.raises(VerificationError, match="lost its highest limb"):
        log2_size(np.array([5, 0], np.uint64))


def test_errors_go_up_with_the_nodes(rng):
    """Random errors of random nodes, all at their largest and of one sign, as numbers."""
    for _ in range(200):
        t1, t2, p1, p2, dt1, dt2, dp1, dp2 = (
            mpq(rng.randrange(1, 2**40), 2 ** rng.randrange(30, 90)) for _ in range(8)
        )
        errors = after_merge(Errors(log2(dt1), log2(dp1)), Errors(log2(dt2), log2(dp2)), log2(p1), log2(t2), log2(p2))
        T = (t1 + dt1) + (p1 + dp1) * (t2 + dt2) - (t1 + p1 * t2)
        P = (p1 + dp1) * (p2 + dp2) - p1 * p2
        assert errors == pytest.approx((log2(T), log2(P)), abs=1e-6)
    assert after_merge(EXACT, EXACT, -5, 3, -5) == EXACT
    assert after_cut(EXACT, -math.inf, 100, 103) == (pytest.approx(math.log2(9) - 100), -100)


def test_a_run_that_has_lost_too_much_says_so(monkeypatch):
    pretend(monkeypatch, pays=True)
    monkeypatch.setattr(compiled_tree, "SIDE_BY_SIDE_BITS", 1 << 16)
    monkeypatch.setattr(compiled_tree, "LEAST_SIDE_BY_SIDE_BITS", 1 << 16)
    right = pi_engine.compute(60_000).hash
    real = summation.needed_bits
    for series in ("chudnovsky", "machin"):
        assert pi_engine.compute(60_000, series=series).hash == right
        with monkeypatch.context() as patch:
            patch.setattr(summation, "needed_bits", lambda *a: lambda first: real(*a)(first) - 300)
            for check in ("fast", "none"):
                with pytest.raises(VerificationError, match="lost more low bits"):
                    pi_engine.compute(60_000, series=series, check=check)


def test_nothing_is_cut_where_nothing_is_known():
    node = LargeNode(None, number(mpz(3) ** 1000, own=False), number(mpz(0), own=False))
    assert truncated(node, 5000, 1, copy=True) is node
    assert len(truncated(node, 64, 1, copy=True).T) == 0 < len(truncated(node, 64, 1, copy=True).Q)
    node = LargeNode(None, number(mpz(3) ** 1000, own=False), number(mpz(5) ** 1000, own=False))
    assert truncated(node, math.inf, 1, copy=True) is node


def test_without_residues_nothing_is_compared(monkeypatch):
    monkeypatch.setattr(cutting, "residues_of_several", None)
    node = LargeNode(None, *(number(mpz(x) ** 1000, own=True, residues=False) for x in (3, 5)))
    cut = truncated(node, 64, 1, copy=True)
    assert cut.Q.residues is None and len(cut.Q) < len(node.Q)
