"""What would lift the top of the tree: a product shared by several machines, in one of two ways. Neither is built.

By its primes. Up to eight machines get the operands, each transforms them modulo its primes and sends the remainders to one machine, which
puts the product together. With g machines, g ≤ 8, and products of b bits together, whose operands have o bytes:

    seconds = arithmetic·(s + (1 − s)/g) + (o + 0.35·b·(1 − 1/g))/network,

s the part of a product that the Chinese remainders and carries take. The operands go from machine to machine in a chain, piece by
piece, so they count once. One machine still holds the numbers.

By distributed transforms. Every machine holds 1/g of the points of every transform modulo all primes, and of every number. Each transform
exchanges all points between all machines once (the six-step way):

    seconds = arithmetic/g + transforms·0.35·L·(1 − 1/g)/(g·network).
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TYPE_CHECKING

from scripts.scaling.work import (
    MERGE_BYTES_PER_BIT,
    PRIMES,
    RESIDUE_BYTES_PER_BIT,
    RUN_BYTES_PER_BIT,
    STORED_BYTES_PER_BIT,
    TILED_FACTOR,
)

if TYPE_CHECKING:
    from scripts.scaling.machine import Machine
    from scripts.scaling.task_tree import Task
    from scripts.scaling.work import Cost, Work

REMAINDERS_SHARE = 0.12
"""s above: Chinese remainders, carries and packing in a product of 10^8 bits (docs/performance.md, "Multiplication")."""


class Lift(Enum):
    """How the products of nodes are made that are fewer than the workers."""

    AS_BUILT = "as built"
    PRIMES = "products by their primes"
    TRANSFORMS = "distributed transforms"


def lifted_merge(task: Task, machine: Machine, group: int, lift: Lift) -> float:
    """Seconds of a merge by a group of machines; ∞ as it is built, or where there is no group."""
    if group < 2:
        return math.inf
    length = task.product_bits
    if lift is Lift.PRIMES:
        products = 3 * length if task.node.p else 2 * length
        return _by_primes(task.arithmetic, task.disk_bytes, products, machine, group)
    if lift is Lift.TRANSFORMS:
        transforms = 9 if task.node.p else 7
        return _distributed(task.arithmetic, transforms * length, length, machine, group)
    return math.inf


def lifted_phase(work: Work, cost: Cost, workers: int, lift: Lift) -> float:
    """Seconds of what follows the sum by all machines; ∞ as it is built, or where there is only one."""
    if workers < 2:
        return math.inf
    bits = work.sizes.bits
    transformed = work.transformed_bits(cost)
    if lift is Lift.PRIMES:
        return _by_primes(cost.seconds, cost.disk_bytes, transformed / 3, work.machine, workers)
    if lift is Lift.TRANSFORMS:
        length = RUN_BYTES_PER_BIT * bits / MERGE_BYTES_PER_BIT
        return _distributed(cost.seconds, transformed, length, work.machine, workers)
    return math.inf


def _by_primes(seconds: float, disk_bytes: float, products: float, machine: Machine, group: int) -> float:
    machines = min(group, PRIMES)
    arithmetic = seconds * (REMAINDERS_SHARE + (1 - REMAINDERS_SHARE) / machines)
    moved = products / 8 + RESIDUE_BYTES_PER_BIT * products * (1 - 1 / machines)
    return arithmetic + moved / machine.network + disk_bytes / machine.disk / machines


def _distributed(seconds: float, transformed: float, length: float, machine: Machine, group: int) -> float:
    """transformed: bits of all transforms together; length: of one."""
    moved = RESIDUE_BYTES_PER_BIT * transformed * (1 - 1 / group)
    fits = MERGE_BYTES_PER_BIT * length / group <= machine.memory
    stored = 0.0 if fits else TILED_FACTOR * STORED_BYTES_PER_BIT * transformed / 3
    return (seconds + moved / machine.network + stored / machine.disk) / group
