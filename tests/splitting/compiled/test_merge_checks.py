"""Residues that go up with the nodes: merges, divisions of a level, and from where on."""

import ctypes

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine import VerificationError
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.compiled import compiled_tree, level_division, lower_tree, node_residues, upper_tree


@pytest.fixture(autouse=True)
def _large(monkeypatch):
    """Merges are checked from the subtrees on, and residues found on all threads."""
    monkeypatch.setattr(compiled_tree, "LARGE_BITS", 1)
    monkeypatch.setattr(node_residues, "SHARED_FROM_BITS_OF_BOTH", 0)


def split(check=True, terms=30_000):
    return compiled_tree.split_compiled(CHUDNOVSKY, terms, 2, lambda *step: None, check=check)


def flip(limb):
    limb.value ^= 1 << 17


def add_multiple(limb):
    """Of 2^61 − 1, which only the random prime sees."""
    limb.value = limb.value + M61 if limb.value < 2**63 else limb.value - M61


@pytest.mark.parametrize("row", [0, 1, 2])
@pytest.mark.parametrize("change", [flip, add_multiple])
def test_a_number_that_changes_before_its_merge_is_seen(monkeypatch, row, change):
    """In a level of kernels: one limb of one operand after it was made; what a wrong product is, and a bad memory."""
    real = lower_tree.merge_record

    def damaged(children, *rest, **options):
        if len(children) == 8:
            limbs, _ = children.number(row, 2)
            change(ctypes.c_uint64.from_address(limbs.ctypes.data + 8))
        return real(children, *rest, **options)

    monkeypatch.setattr(lower_tree, "merge_record", damaged)
    with pytest.raises(VerificationError, match=r"the product .* of .* bits in the sum"):
        split()
    split(check=False)


@pytest.mark.parametrize("call", range(3))
def test_a_damaged_product_of_the_largest_merge_is_seen(monkeypatch, call):
    """The last merges of all with all threads inside: T, then Q; and the P of the left one."""
    names = []
    real = upper_tree.to_limbs

    def count(x, limbs, threads, out=None):
        names.append(limbs)
        return real(x, limbs, threads, out)

    monkeypatch.setattr(upper_tree, "to_limbs", count)
    monkeypatch.setattr(compiled_tree, "SIDE_BY_SIDE_BITS", 0)
    monkeypatch.setattr(compiled_tree.Cuts, "second_division", lambda cuts: 0)
    right = split()
    largest = sorted(range(len(names)), key=lambda i: names[i])[-3:][call]
    seen = []

    def damaged(x, limbs, threads, out=None):
        found = real(x, limbs, threads, out)
        if len(seen) == largest:
            found[limbs // 2] ^= np.uint64(1 << 40)
        seen.append(limbs)
        return found

    monkeypatch.setattr(upper_tree, "to_limbs", damaged)
    with pytest.raises(VerificationError, match=r"the product .* of .* bits in the sum"):
        split()
    seen.clear()
    assert split(check=False) != right


def test_a_wrong_quotient_of_a_level_is_seen(monkeypatch):
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2)
    real = level_division.inverse_modulo_power
    monkeypatch.setattr(level_division, "inverse_modulo_power", lambda *a, **k: real(*a, **k) ^ (mpz(1) << 200))
    with pytest.raises(VerificationError, match="divided by a common factor"):
        split()


def test_nothing_is_checked_where_nothing_is_asked(monkeypatch):
    def never(*a, **k):
        raise AssertionError("a check was made")

    for module, name in (
        (node_residues, "residues_of"),
        (upper_tree, "residues_of_run"),
        (compiled_tree, "with_residues"),
    ):
        monkeypatch.setattr(module, name, never)
    assert split(check=False).Q
    with pytest.raises(AssertionError, match="a check was made"):
        split()


@pytest.mark.parametrize("divided", [True, False])
def test_merges_are_checked_from_the_first_large_level_on(monkeypatch, divided):
    """They are also checked from a division of a level on, whatever its numbers' length."""
    large = 1 << 23 if divided else 1 << 17
    monkeypatch.setattr(compiled_tree, "LARGE_BITS", large)
    monkeypatch.setattr(compiled_tree, "DIVIDE_AGAIN_LEVELS", 2 if divided else 99)
    seen = []
    real, several = compiled_tree.merge_level, compiled_tree.merge_levels

    def merge_level(level, *a, **k):
        seen.append((level.bits, level.residues is not None))
        return real(level, *a, **k)

    def merge_levels(level, *a, **k):
        seen.append((level.bits, level.residues is not None))
        return several(level, *a, **k)

    monkeypatch.setattr(compiled_tree, "merge_level", merge_level)
    monkeypatch.setattr(compiled_tree, "merge_levels", merge_levels)
    if not divided:  # the first residues are found as the numbers are made
        monkeypatch.setattr(compiled_tree, "with_residues", None)
    root = split()
    assert root.truncated is not None
    checked = [bits for bits, residues in seen if residues]
    plain = [bits for bits, residues in seen if not residues]
    assert plain and checked and max(plain) < min(checked)
    assert max(plain) < large
    assert (min(checked) < 0.9 * large) == divided


@pytest.mark.parametrize("row", [0, 1, 2])
def test_a_number_that_changes_after_its_first_residue_is_seen(monkeypatch, row):
    """The first level of large numbers, between two merges."""
    monkeypatch.setattr(compiled_tree, "LARGE_BITS", 1 << 17)
    real, changed = compiled_tree.merge_level, []

    def damaged(level, *a, **k):
        if level.residues is not None and not changed:
            changed.append(len(level))
            limbs, _ = level.number(row, 1)
            ctypes.c_uint64.from_address(limbs.ctypes.data + 8).value ^= 1 << 11
        return real(level, *a, **k)

    monkeypatch.setattr(compiled_tree, "merge_level", damaged)
    with pytest.raises(VerificationError, match=r"the product .* of .* bits in the sum"):
        split()
    assert changed
