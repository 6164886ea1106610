"""Whether what eight subtrees at once are made of is within its room: checks that fail only where this machine is faulty."""

from __future__ import annotations

import numpy as np

from pi_engine.bigint.widths import LANE_PAD
from pi_engine.bigint.words import store
from pi_engine.runtime.compilation import routine
from pi_engine.splitting import tree_kernels

ONE = np.uint64(1)
NODE_PAD = tree_kernels.LANE_HEADER + LANE_PAD
"""Digits of a node before its P."""


@routine
def fitting(length, room, wrong):
    """A length for which there is room, with the zeros around; 0 if there is none."""
    if 0 <= length <= room - 2 * LANE_PAD:
        return length
    store(wrong, 0, ONE)
    return 0


@routine
def fits(length, room, wrong):
    """Whether there is room for so many digits, and the zeros around."""
    return fitting(length, room, wrong) == length


@routine
def rooms_fit(rooms, depth, groups, divisor, arena_digits):
    """Whether the rooms of all levels are within an arena of so many digits. groups: the most of a polynomial's words."""
    used, widest = 0, 0
    for j in range(depth + 1):
        for i in range(3):
            if rooms[j, i] < 2 * LANE_PAD + 2 * groups or rooms[j, i] > arena_digits:
                return False
        node = NODE_PAD + rooms[j, 0] + rooms[j, 1] + rooms[j, 2]
        used += (node if j < depth else 3 * node) + (3 * node if j == 0 else 0)
        widest = max(widest, rooms[j, 2])
    return used + widest + divisor + 3 * LANE_PAD + 4 * tree_kernels.VALUE_DIGITS <= arena_digits


@routine
def results_fit(limb_rooms, count, limbs):
    """Whether results with these rooms are within so many limbs."""
    for j in range(len(limb_rooms)):
        if limb_rooms[j] < 0 or limb_rooms[j] > limbs:
            return False
    used = limb_rooms[0] + limb_rooms[1] + limb_rooms[2] + limb_rooms[4]
    return used <= limb_rooms[3] and count * limb_rooms[3] <= limbs
