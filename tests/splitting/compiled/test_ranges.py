"""Where a sum is cut into chunks, subtrees and blocks: for all numbers of terms, by memory, and as an earlier run has cut it."""

from itertools import pairwise
from math import prod
from types import SimpleNamespace

import pytest
from gmpy2 import mpz

from pi_engine.runtime.progress import silent
from pi_engine.series import CHUDNOVSKY, RAMANUJAN_1914
from pi_engine.series import IntegerPolynomial as F
from pi_engine.splitting.compiled import compiled_tree
from pi_engine.splitting.compiled.compiled_tree import CHUNK_BYTES, LEAST_CHUNK, CompiledTree, Cuts, cuts_for
from pi_engine.splitting.plain import plain_tree
from tests.conftest import MULTIPLIER
from tests.series.model.test_model import row
from tests.splitting.compiled.test_compiled_tree import compiled, partition


def chunks_of(lo, hi, halvings):
    """The numbers of terms of all chunks, by the cuts that the tree makes."""
    sizes = [(lo, hi)]
    for _ in range(halvings):
        sizes = [half for ends in sizes for half in pairwise(partition(*ends, 2))]
    return [end - begin for begin, end in sizes]


def random_cuts(rng):
    terms, term_bits = int(2 ** rng.uniform(1, 12)), rng.randrange(1, 200)
    subtree_bits, chunk_bits = (int(2 ** rng.uniform(0, 16)) for _ in "12")
    return Cuts.of(terms, term_bits, subtree_bits, rng.choice([1, 8, 16, 32]), chunk_bits), chunk_bits


def test_every_block_has_a_term(rng):
    for _ in range(int(200 * MULTIPLIER)):
        cuts, chunk_bits = random_cuts(rng)
        chunks = chunks_of(0, cuts.terms, cuts.halvings)
        assert cuts.least == 2 * (min(chunks) // 2) if cuts.halvings else cuts.least == min(chunks)
        assert not cuts.halvings or cuts.least >= LEAST_CHUNK
        allowed = max(2 * cuts.subtree_terms, chunk_bits // cuts.term_bits)
        assert max(chunks) <= allowed or cuts.least < 2 * LEAST_CHUNK
        assert (2 * cuts.subtrees) << cuts.depth <= cuts.least
        assert cuts.blocks == cuts.subtrees * len(chunks) << cuts.depth


def test_the_parts_of_an_earlier_run(rng):
    """They are taken where every block has a term, and refused where one would have none."""
    for _ in range(int(200 * MULTIPLIER)):
        cuts, _ = random_cuts(rng)
        assert cuts.with_parts(cuts.halvings, cuts.subtrees, cuts.depth) == cuts
        halvings, subtrees, depth = rng.randrange(12), rng.randrange(1, 70), rng.randrange(8)
        found = cuts.with_parts(halvings, subtrees, depth)
        chunks = chunks_of(0, cuts.terms, halvings)
        enough = min(chunks) >= (4 if halvings else 1) and (2 * subtrees << depth) <= 2 * (min(chunks) // 2)
        assert (found is not None) == (enough and subtrees in (1, 2, 4, 8, 16, 32, 64))
        if found is not None:
            assert (found.halvings, found.subtrees, found.depth, found.terms) == (halvings, subtrees, depth, cuts.terms)


def test_nodes_are_divided_again_within_a_chunk_and_while_they_are_small(monkeypatch, rng):
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    monkeypatch.setattr(compiled_tree, "SIDE_BY_SIDE_BITS", 1 << 15)
    seen = set()
    for _ in range(int(200 * MULTIPLIER)):
        cuts, _ = random_cuts(rng)
        again = cuts.second_division()
        seen.add(again)
        assert 0 <= again < cuts.subtrees.bit_length()
        assert not again or cuts.terms * cuts.term_bits / (cuts.subtrees << cuts.halvings) * 2**again <= 1 << 15
    assert {0, 1, 2} <= seen


@pytest.mark.parametrize("series", [CHUDNOVSKY, RAMANUJAN_1914], ids=["C", "R"])
def test_many_short_chunks(monkeypatch, series):
    """More halvings than levels in a chunk, as where memory is short: what is divided out is not more than the nodes have."""
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    monkeypatch.setattr(compiled_tree, "SUBTREE_BITS", 1500)
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", 1)
    cuts = cuts_for(series, 700, 1)
    assert cuts.halvings > 2 * cuts.subtrees.bit_length()
    assert compiled(series, 700) == plain_tree.split_plain(series, 700)


def test_terms_of_many_digits():
    """Of 10 000 bits each, more than a subtree is to have, where there is hardly any memory: no chunk without terms."""
    series = row(F(1, ((-1, 2),)), F(3**6309, ((1, 2),)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiled_tree, "scratch_space", lambda: SimpleNamespace(free=lambda: 0))
        cuts = cuts_for(series, 61, 1)
    tree = CompiledTree(series, cuts, 1, silent, check=True, needed=None)
    found, expected = tree.node(0, 61, cuts.halvings), plain_tree.split_plain(series, 61)
    removed = prod((divisor**times for divisor, times in tree.removed()), start=mpz(1))
    assert (found.Q.to_mpz() * removed, found.T.to_mpz() * removed) == (expected.Q, expected.T)


@pytest.mark.parametrize("free", [-1, 0, 10**5, 10**6, 10**9])
def test_chunks_are_as_long_as_memory_allows(monkeypatch, free):
    """Two subtrees at least, whatever there is."""
    monkeypatch.setattr(compiled_tree, "scratch_space", lambda: SimpleNamespace(free=lambda: free))
    cuts = cuts_for(CHUDNOVSKY, 10**5, 1)
    longest = max(chunks_of(0, cuts.terms, cuts.halvings))
    assert longest <= 2 * cuts.subtree_terms or longest * cuts.term_bits / 8 * CHUNK_BYTES <= free
    assert 3 * longest > 2 * cuts.subtree_terms
    monkeypatch.setattr(compiled_tree, "scratch_space", lambda: None)
    assert (cuts == cuts_for(CHUDNOVSKY, 10**5, 1)) == (free == 10**9)


def test_the_root_has_no_left_factor():
    """Nobody multiplies by it: not where the sum is one subtree either."""
    for terms in (2, 3, 300):
        tree = CompiledTree(CHUDNOVSKY, cuts_for(CHUDNOVSKY, terms, 2), 2, silent, check=True, needed=None)
        assert tree.node(0, terms, tree.cuts.halvings).P is None
