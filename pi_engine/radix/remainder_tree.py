"""The conversion tree, level by level.

Nodes are shared out over the threads where there are enough, else all threads work inside each product.

`powers` says how the numbers of a node lie, and bounds the errors. Two buffers, each of the whole number's size, are
used in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.buffers.hand_over import HandOver
from pi_engine.bigint.buffers.limbs import copy_limbs, limbs_of, mpz_from_limbs
from pi_engine.bigint.buffers.workspace import PooledLimbs, Workspace
from pi_engine.bigint.negacyclic import helpers_for
from pi_engine.bigint.ntt import transform as steps
from pi_engine.bigint.ntt.description import layout
from pi_engine.bigint.residues.limb_residues import residues_of_several
from pi_engine.bigint.residues.residues_on_disk import residues_of_run
from pi_engine.bigint.scratch.stored_words import StoredWords
from pi_engine.radix.kernels.conversion_kernels import (
    add_into,
    fractions_to_words,
    join_nodes,
    split_nodes,
    words_to_integers,
)
from pi_engine.radix.node_sharing import Levels, Numbers, subtree_level, useful_threads
from pi_engine.radix.powers import useful
from pi_engine.radix.right_edge_check import RightEdge

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs
    from pi_engine.radix.powers import Power, Powers

_PIECE_WORDS = 1 << 17
"""Words of a piece of digits on disk, at most."""

_NODE_NUMBERS = 8
"""Numbers as long as a node of the tree for which there must be room in memory for it to be worked on there: itself, two levels, its
words, a product, and the transforms of that, or of all of its powers."""


def words_of(
    fraction: HandOver[Limbs], powers: Powers, threads: int, *, check: bool = True
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], RightEdge]:
    """The words of a fraction of shape.words + 1 limbs, the tails behind the leaves, and with `check` the residues of the right edge.

    A tail is what is left behind a leaf, in units of 2^−64. The powers are used up.

    A leaf's words are those of a number less than 4.1 units of the leaf's last limb below the truth, modulo 1; its tail is
    less than 4 units below.
    """
    shape = powers.shape
    right_edge = _right_edge(powers)
    words = np.empty(shape.words, np.uint64)
    tails = np.empty(1 << shape.height, np.uint64)
    threads = useful_threads(shape, threads)
    _fill(fraction, powers, words, tails, right_edge, threads, report=check, keep=False)
    powers.release_all()
    return words, tails, right_edge


def words_on_disk(
    fraction: HandOver[DiskLimbs], powers: Powers, threads: int, *, check: bool = True
) -> tuple[StoredWords, NDArray[np.uint64], RightEdge]:
    """The same of a fraction on disk: one half after the other, down to nodes for which there is room in memory."""
    shape, run = powers.shape, fraction.take()
    right_edge = _right_edge(powers)
    level = max(min((_PIECE_WORDS // shape.leaf).bit_length() - 1, shape.height), 0)
    words = StoredWords(run.stored.space, shape.words, shape.leaf << level)
    tails = np.empty(1 << shape.height, np.uint64)

    def fill(node: HandOver[DiskLimbs], top: int, place: int, *, last: bool) -> None:
        """Words `place` and following, from a node of level `top`."""
        run, report = node.take(), check and last
        space, size = run.stored.space, 8 * shape.leaf << top
        power = powers.at(top) if top else None
        if top <= level or power is None or power.stored is None or space.fits(_NODE_NUMBERS * size):
            with run.limbs() as limbs:
                del run
                part = np.empty(shape.leaf << top, np.uint64)
                ends = tails[place // shape.leaf :][: 1 << top]
                _fill(HandOver(limbs), powers.up_to(top), part, ends, right_edge, threads, report=report, keep=True)
            words.write(place, part)
            return
        half, shift = shape.half(top), shape.shift(top)
        used, cut = 2 * half + 1 - shift, half - shift
        assert power.plan is not None
        product = power.product_on_disk(run.part(0, used), power.plan.size.bits // 64, threads)
        if report:
            parts = [run.part(0, used), run.part(used, len(run))]
            parts += [product.part(0, cut), product.part(cut, used), product.part(used, len(product))]
            right_edge.residues[top] = [residues_of_run(x, threads).values for x in parts]
        first, second = HandOver(run.part(half, len(run))), HandOver(product.part(cut, used))
        del run, product
        fill(first, top - 1, place, last=False)
        fill(second, top - 1, place + half, last=last)

    whole = HandOver(run)
    del run
    fill(whole, shape.height, 0, last=True)
    powers.release_all()
    return words, tails, right_edge


def _right_edge(powers: Powers) -> RightEdge:
    right_edge = RightEdge(powers.shape)
    for level in range(1, powers.shape.height + 1):
        right_edge.rings[level] = powers.at(level).modulus
    return right_edge


def _fill(  # noqa: PLR0917 (all of them, twice)
    fraction: HandOver[Limbs],
    powers: Powers,
    words: NDArray[np.uint64],
    tails: NDArray[np.uint64],
    right_edge: RightEdge,
    threads: int,
    *,
    report: bool,
    keep: bool,
) -> None:
    """Words and tails of a fraction as long as these powers are for; the residues of its right edge are reported if `report`.

    keep: go on with the powers as they are; else each is released when it is not needed any more.
    """
    shape = powers.shape
    bottom = subtree_level(shape, threads)
    buffers = [PooledLimbs(shape.words + (2 << shape.height)) for _ in range(2 if shape.height > bottom else 0)]
    current, workspace = fraction.take(), Workspace()
    residues, table = (right_edge.residues, right_edge.table) if report else (None, None)
    for level in range(shape.height, bottom, -1):
        below = buffers[level % 2].limbs[: (2 << (shape.height - level)) * (shape.half(level) + 1)]
        if powers.at(level).stored is None and _enough(1 << (shape.height - level), threads):
            numbers = Numbers(current, below, report=residues, table=table)
            Levels(powers, level, level).nodes(split_nodes, numbers, threads, workspace)
        else:
            _split_level(current, below, powers, level, right_edge if report else None, threads)
        current = below
        if not keep:
            powers.release(level)
    if len(buffers) > 1:
        buffers.pop(bottom % 2).release()  # of the two the one in which nothing is
    numbers = Numbers(current, words, tails, right_edge.last_leaf, residues, table)
    Levels(powers, 1, bottom).subtrees(fractions_to_words, numbers, threads, workspace)
    workspace.release()
    for buffer in buffers:
        buffer.release()


def integer_of(words: NDArray[np.uint64], powers: Powers, target: Limbs, threads: int) -> None:
    """Write the integer of shape.words words to `target`, of as many limbs; uses up the powers."""
    shape = powers.shape
    threads = useful_threads(shape, threads)
    bottom = subtree_level(shape, threads)
    buffers = [PooledLimbs(shape.words) for _ in range(min(shape.height - bottom, 2))]
    workspace = Workspace()
    current = target if bottom == shape.height else buffers[bottom % 2 if len(buffers) == 2 else 0].limbs
    numbers = Numbers(words, current)
    Levels(powers, 1, bottom).subtrees(words_to_integers, numbers, threads, workspace)
    for level in range(bottom + 1, shape.height + 1):
        above = target if level == shape.height else buffers[level % 2].limbs
        if powers.at(level).stored is None and _enough(1 << (shape.height - level), threads):
            numbers = Numbers(current, above)
            Levels(powers, level, level).nodes(join_nodes, numbers, threads, workspace)
        else:
            _join_level(current, above, powers, level, threads)
        current = above
        powers.release(level)
    powers.release_all()
    workspace.release()
    for buffer in buffers:
        buffer.release()


def _enough(nodes: int, threads: int) -> bool:
    """Whether the nodes of a level keep all threads busy, one product in each."""
    return nodes % threads == 0 or nodes >= 4 * threads


def _split_level(  # noqa: PLR0917 (all of them, every time)
    current: Limbs, below: Limbs, powers: Powers, level: int, right_edge: RightEdge | None, threads: int
) -> None:
    power, half, shift = powers.at(level), powers.shape.half(level), powers.shape.shift(level)
    long, short = 2 * half + 1, half + 1
    for i in range(len(current) // long):
        node = current[i * long : (i + 1) * long]
        first, second = below[2 * i * short :][:short], below[(2 * i + 1) * short :][:short]
        copy_limbs(first, node[half:], threads)
        with helpers_for(power.modulus[0], threads):
            product = _times_power(node[: long - shift], power, threads)
        copy_limbs(second, product[half - shift : long - shift], threads)
    if right_edge is None:
        return
    used = long - shift
    cut = half - shift
    parts = (node[:used], node[used:], product[:cut], product[cut:used], product[used:])
    right_edge.residues[level] = [found.values for found in residues_of_several(parts, threads)]


def _join_level(current: Limbs, above: Limbs, powers: Powers, level: int, threads: int) -> None:
    power, half, shift = powers.at(level), powers.shape.half(level), powers.shape.shift(level)
    for i in range(0, powers.shape.words, 2 * half):
        high, low, whole = current[i : i + half], current[i + half : i + 2 * half], above[i : i + 2 * half]
        with helpers_for(power.modulus[0], threads):
            product = _times_power(high, power, threads)
        used = min(len(product), 2 * half - shift)
        copy_limbs(whole[half : shift + used], product[half - shift : used], threads)
        whole[shift + used :] = 0
        # Where low's upper limbs and the product's lower ones meet, they are added.
        copy_limbs(whole[:half], low, threads)
        add_into(whole[shift:].ctypes.data, product.ctypes.data, half - shift, half)


def _times_power(operand: Limbs, power: Power, threads: int) -> Limbs:
    """operand·P modulo 2^size.bits − 1, not reduced, or 2^n + 1, in all of its limbs; by GMP exactly where P has no transform."""
    if power.factor is not None:
        return _padded(limbs_of(power.factor.times(operand)), power.factor.ring.limbs)
    if power.stored is not None and power.plan is not None:
        return power.product(operand, power.plan.size.bits // 64, threads)
    if power.plan is None or power.transformed is None:
        product = limbs_of(mpz_from_limbs(operand) * mpz_from_limbs(power.limbs))
        return _padded(product, len(operand) + len(power.limbs))
    threads = useful(threads, power.plan.size.bits)
    x = steps.Transformed(power.plan)
    steps.forward(power.plan, [(operand, x)], x.primes, threads)
    steps.apply_to_rows(layout.FORWARD_A | layout.MULTIPLY | layout.INVERSE, x, power.transformed, x.primes, threads)
    product = steps.to_limbs(x, power.plan.size.bits // 64, threads)
    x.release()
    return product


def _padded(limbs: Limbs, count: int) -> Limbs:
    """These limbs, and zeros above them, as many as are asked for; 2^n, which is −1, is 0 then, and a unit of the result is allowed."""
    if len(limbs) == count:
        return limbs
    return np.concatenate([limbs, np.zeros(count - len(limbs), np.uint64)]) if len(limbs) < count else limbs[:count]
