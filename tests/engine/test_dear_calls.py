"""How often a computation makes the calls that are dear: what took long at small sizes must not come back unseen."""

from collections import Counter

import pytest

import pi_engine
from pi_engine.bigint.ntt.description import sizes
from pi_engine.engine.planning import footprint
from pi_engine.engine.planning.plan import make_plan
from pi_engine.runtime.limits import memory
from pi_engine.series import CHUDNOVSKY, catalogue
from pi_engine.series.model import tail
from pi_engine.splitting.shadow import shadow
from tests.backends import pretend


@pytest.fixture
def calls(monkeypatch):
    """How often functions have been called, by name; `calls.count(owner, name)` begins to count one."""
    made = Counter()

    def count(owner, name, key=lambda *a: None):
        real = getattr(owner, name)

        def counted(*arguments, **options):
            made[name, key(*arguments)] += 1
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, counted)

    made.count = count
    return made


@pytest.mark.parametrize("series", catalogue(), ids=lambda s: s.name)
def test_a_plan_evaluates_the_tail_a_few_times(calls, series, rng):
    """The search begins where the leading term of the bound ends it; by doubling it would take 40 evaluations at 10^6 digits."""
    calls.count(tail.TailBound, "bits")
    bits = rng.randrange(1000, 10**7)
    terms = tail.all_terms(series, bits)
    assert len(terms) <= calls["bits", None] <= 16 * len(terms)
    if series is CHUDNOVSKY:
        assert calls["bits", None] <= 4


def test_a_plan_finds_the_bits_of_q_once(rng):
    before = footprint._product_bits.cache_info()
    make_plan(CHUDNOVSKY, rng.randrange(10**6, 10**8), 10, compiled=True)
    after = footprint._product_bits.cache_info()
    assert (after.misses - before.misses, after.hits - before.hits) == (1, 2)


def test_a_computation_asks_the_system_once_for_its_memory(monkeypatch, calls):
    pretend(monkeypatch, usable=False)
    calls.count(memory, "system_file", str)
    pi_engine.compute(1000)
    read = {name: number for (_, name), number in calls.items()}
    assert read.pop("/proc/self/status", 1) == 1
    assert set(read.values()) <= {1}, "a file of the system is read twice"


def test_a_limit_that_changes_is_seen_at_once(tmp_path):
    root, membership = tmp_path / "cgroup", tmp_path / "membership"
    (root / "a").mkdir(parents=True)
    membership.write_text("0::/a\n")
    for limit in (5000, 4000, 6000):
        (root / "a/memory.max").write_text(f"{limit}\n")
        assert memory.cgroup_memory_limit(root, membership) == limit
    membership.write_text("0::/b\n")
    assert memory.cgroup_memory_limit(root, membership) is None


def test_a_short_shadow_adds_the_terms_once_for_both_moduli(calls):
    calls.count(shadow, "looped_residues", lambda series, first, end, modulus: (first, end))
    expected = [shadow._by_blocks(CHUDNOVSKY, 705, prime) for prime in shadow.moduli()]
    calls.clear()
    found = shadow.shadow_residues(CHUDNOVSKY, 705)
    assert list(zip(*(x.values for x in found), strict=True)) == expected
    assert calls["looped_residues", (1, 705)] == sum(calls.values()) == 1


def test_the_sizes_of_transforms_are_listed_once(calls):
    for cached in (sizes._every_size, sizes._some_sizes, sizes.size_for):
        cached.cache_clear()
    calls.count(sizes, "largest_beta")
    for bits in (10**4, 10**5, 10**6, 10**7):
        assert sizes.size_for(bits).bits >= bits
    assert calls["largest_beta", None] == len(sizes._every_size())
