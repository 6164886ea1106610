"""Which transform each node takes, and how its P is made."""

import numpy as np

from pi_engine.splitting.kernels.tree_kernels import BY_GMP, SHARED, WITHOUT
from pi_engine.splitting.levels import merge_plans
from pi_engine.splitting.levels.merge_plans import LevelSizes, fourier_plans


def plans(longest, P, *, below=merge_plans.FOURIER_BELOW, rightmost=False):
    limbs = np.array(P)
    return merge_plans.merge_plans(np.array(longest), limbs, limbs // 2, rightmost=rightmost, below=below)


def test_nodes_below_a_length_take_the_complex_transform():
    below = merge_plans.FOURIER_BELOW
    both = plans([below - 1, below], [below, below])
    sizes, by_fourier, _ = both.ways[0].tolist()
    assert by_fourier == [1, 0]
    assert sizes == [0, 0] and len(both.records) == len(both.fourier_records) == 1
    none = plans([below - 1, below], [2000, 2000], below=0)
    assert not none.ways[0][1].any() and len(none.fourier_records) == 0
    assert none.workspace > 0
    size = both.plans[1][0].size
    assert size.product_bits >= 64 * below
    assert size.epsilon * 2 * size.points * 4.0 ** (size.bits - 1) < 0.97, "a sum of two products needs shorter digits"


def test_how_the_left_factor_is_made():
    """A short one by GMP, a shorter one than the node by itself, a long one with the node, and none at the end."""
    found = plans([2000] * 4, [100, 500, 2000, 2000], rightmost=True)
    assert found.ways[0][2, 0] == BY_GMP and found.ways[0][2, 3] == WITHOUT
    sizes, _, P_sizes = plans([2000] * 2, [500, 500]).ways[0]
    assert (P_sizes >= 0).all() and (P_sizes != sizes).all()
    shared = plans([2000] * 2, [2000, 2000])
    assert (shared.ways[0][2] == SHARED).all()


def test_sizes_of_levels_to_come():
    """A node's numbers are as long as its halves' together, and T has a limb more."""
    below = LevelSizes(8, 10, 21, 20)
    above = below.merged()
    assert above == (4, 20, 42, 42) and above.merged().nodes == 2
    assert below.longest == 42 and above.node_limbs == 24 + 48 + 48


def test_a_level_made_at_once_has_one_transform_for_all_nodes():
    below = LevelSizes(8, 500, 1000, 1000)
    found = fourier_plans(merge_plans.FOURIER, below, [below.merged(), below.merged().merged()], rightmost=True)
    rows = [plan.size for plan in found.plans]
    for way, sizes, under in zip(
        found.ways, (below.merged(), below.merged().merged()), (below, below.merged()), strict=True
    ):
        assert way.shape == (3, sizes.nodes) and (way[1] == 1).all()
        assert all(rows[i].product_bits >= 64 * under.longest + 64 for i in way[0])
        assert (way[2, :-1] >= 0).all() and way[2, -1] == WITHOUT
        assert all(rows[i].product_bits >= 64 * sizes.p for i in way[2, :-1])
    short = fourier_plans(
        merge_plans.FOURIER, LevelSizes(4, 59, 100, 100), [LevelSizes(2, 118, 200, 201)], rightmost=False
    )
    assert (short.ways[0][2] == BY_GMP).all()
