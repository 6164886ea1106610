"""A node's lengths, read from a memory that may be faulty: one that its buffer cannot have is reported, and becomes 0."""

import numpy as np
import pytest
from gmpy2 import mpz

from pi_engine.splitting.kernels.leaf_kernel import divide_out, lengths_of
from pi_engine.splitting.records.common_factors import divisor_table
from pi_engine.splitting.records.subtree_record import HEADER_LIMBS

CAPACITIES = np.array([4, 5, 6], np.int64)
"""Limbs of the buffers for P, Q and T."""


def address(array):
    return np.uint64(array.ctypes.data)


def node_of(lengths):
    """A node with these signed lengths, and ones in all bits of its buffers."""
    node = np.full(HEADER_LIMBS + CAPACITIES.sum(), 2**64 - 1, np.uint64)
    node[:HEADER_LIMBS] = np.array(lengths, np.int64).view(np.uint64)
    return node


def lengths_and_wrong(lengths):
    """What `lengths_of` answers for a node with these lengths, and whether it has reported a fault."""
    node, wrong = node_of(lengths), np.zeros(1, np.int64)
    return list(lengths_of(address(node), CAPACITIES, address(wrong))), wrong[0]


@pytest.mark.parametrize("sign", [1, -1])
def test_the_longest_numbers_are_taken(sign):
    lengths = (sign * CAPACITIES).tolist()
    assert lengths_and_wrong(lengths) == (lengths, 0)


@pytest.mark.parametrize("place", range(HEADER_LIMBS), ids="PQT")
def test_a_length_that_no_buffer_can_have_is_reported(place):
    capacity = int(CAPACITIES[place])
    for wrong_length in (capacity + 1, -capacity - 1, 2**62, 2**63 - 1, 1 - 2**63, -(2**63)):
        lengths = [1, -1, 1]
        lengths[place] = wrong_length
        expected = [1, -1, 1]
        expected[place] = 0
        assert lengths_and_wrong(lengths) == (expected, 1), wrong_length


@pytest.mark.parametrize("sign", [1, -1])
def test_no_number_is_divided_beyond_its_buffer(sign):
    """P and Q are one limb too long; the buffers stay as they are, and the fault is reported."""
    node, wrong = node_of([*(sign * (CAPACITIES[:2] + 1)), 1]), np.zeros(1, np.int64)
    before = node.copy()
    divide_out(address(node), CAPACITIES, divisor_table([mpz(3)]), 0, False, address(wrong))
    assert node[HEADER_LIMBS:].tolist() == before[HEADER_LIMBS:].tolist()
    assert node[:HEADER_LIMBS].tolist() == [0, 0, 1]
    assert wrong[0] == 1
