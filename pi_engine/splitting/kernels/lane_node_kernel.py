"""A node of eight lanes: where its numbers lie, and whether they fit their buffers, which fails only where this machine is faulty.

A node lies at an address: the signs of P, Q and T, their lengths, then the three numbers, each with its zeros around, in buffers of
its level's capacities.
"""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.vectors.interleaved_arithmetic import DIGIT
from pi_engine.bigint.vectors.lane_widths import LANE_PAD
from pi_engine.bigint.vectors.words import load, store
from pi_engine.runtime.compilation.routine import routine
from pi_engine.splitting.kernels import tree_kernels
from pi_engine.splitting.records.subtree_record import HEADER_LIMBS

ONE = np.uint64(1)
LENGTHS = 3
"""The vector behind the three signs whose first words are the lengths."""

NODE_PAD = tree_kernels.LANE_HEADER + LANE_PAD
"""Digits of a node before its P: the header, and the zeros before the number."""


@routine
def node_digits(capacities):
    """Digits of a node with these capacities: the signs and lengths, and the buffers for P, Q and T."""
    return NODE_PAD + capacities[0] + capacities[1] + capacities[2]


@routine
def fitting(length, capacity, wrong):
    """A length that a buffer of this capacity can have, with the zeros around; 0 if it cannot."""
    if 0 <= length <= capacity - 2 * LANE_PAD:
        return length
    store(wrong, 0, ONE)
    return 0


@routine
def length_fits(length, capacity, wrong):
    """Whether a given number of digits, and the zeros around, fit a buffer of this capacity."""
    return fitting(length, capacity, wrong) == length


@routine
def numbers(node, capacities):
    """The addresses of a node's P, Q and T."""
    P = node + DIGIT * np.uint64(NODE_PAD)
    Q = P + DIGIT * np.uint64(capacities[0])
    return P, Q, Q + DIGIT * np.uint64(capacities[1])


@routine
def lengths(node, capacities, wrong):
    """The lengths of a node's P, Q and T."""
    place = node + DIGIT * np.uint64(LENGTHS)
    return (
        fitting(np.int64(load(place, 0)), capacities[0], wrong),
        fitting(np.int64(load(place, 1)), capacities[1], wrong),
        fitting(np.int64(load(place, 2)), capacities[2], wrong),
    )


@routine
def set_length(node, number, length):
    """Write a length."""
    store(node + DIGIT * np.uint64(LENGTHS), number, np.uint64(length))


@routine
def buffers_fit(capacities, p_words, q_words, divisor, arena_digits):
    """Whether the buffers of all levels are within an arena of a given number of digits, and have room for values of p and q.

    p_words, q_words: how many words a value is the product of, each of two digits. Values of a are made elsewhere.
    """
    depth = len(capacities) - 1
    used, widest = 0, 0
    for j in range(depth + 1):
        for i in range(3):
            words = p_words if i == 0 else q_words if i == 1 else 0
            if capacities[j, i] < 2 * LANE_PAD + 2 * words or capacities[j, i] > arena_digits:
                return False
        node = node_digits(capacities[j])
        used += (node if j < depth else 3 * node) + (3 * node if j == 0 else 0)
        widest = max(widest, capacities[j, 2])
    return used + widest + divisor + 3 * LANE_PAD + 4 * tree_kernels.VALUE_DIGITS <= arena_digits


@routine
def results_fit(capacities, count, limbs):
    """Whether `count` results, each a header and P, Q and T in buffers of these capacities, are within a given number of limbs."""
    stride = HEADER_LIMBS
    for j in range(3):
        if capacities[j] < 0 or capacities[j] > limbs:
            return False
        stride += capacities[j]
    return count * stride <= limbs
