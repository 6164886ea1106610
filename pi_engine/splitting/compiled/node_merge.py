"""Merges of large nodes: in memory, or on disk; and where one goes wrong, what is known of its operands.

Nodes that wait on disk, or do not fit in memory, are merged modulo one group of primes after another, as
`stored_products` has it. Memory holds three transformed operands modulo one group of primes; results go to disk where there is
no room for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gmpy2 import mpz

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.buffers.workspace import PooledLimbs, pool
from pi_engine.bigint.ntt.description.record import scratch_of
from pi_engine.bigint.ntt.description.sizes import narrow_size_for, size_for
from pi_engine.bigint.ntt.stored_products import stored_sum_of_products, sum_of_products_on_disk
from pi_engine.bigint.ntt.tables import plan_for
from pi_engine.bigint.scratch.disk_integer import belongs_on_disk, is_on_disk
from pi_engine.bigint.scratch.space_of_run import scratch_space
from pi_engine.bigint.scratch.stored_limbs import PIECE, reading
from pi_engine.errors import MiscalculationError
from pi_engine.splitting.compiled.upper_tree import LargeNode, Number, errors_of_merge, merge_large, trimmed
from pi_engine.splitting.levels.merge_plans import SUM_BITS

if TYPE_CHECKING:
    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace

RIGHT_HALF_BYTES = 24
"""What the node of a right half takes to be made, at most, by bytes of the left half's Q: three operands transformed modulo
all primes, two modulo one, and six numbers."""


def park(node: LargeNode) -> None:
    """Let a node wait for its right neighbour, on disk where the run has a scratch space and memory is short."""
    space = scratch_space()
    if space is not None and not space.fits(RIGHT_HALF_BYTES * 8 * len(node.Q)):
        for number in node.numbers():
            number.park(space)
        space.settle()


def fetch(node: LargeNode) -> None:
    """Have a node in memory again."""
    for number in node.numbers():
        number.fetch()


def merge_with_diagnosis(left: LargeNode, right: LargeNode, threads: int) -> LargeNode:
    """What `merge_nodes` makes; an error has the operands that are still in memory.

    Raises:
        MiscalculationError: a number of the new node has not the residues that it must have.
    """
    try:
        return merge_nodes(left, right, threads)
    except MiscalculationError as error:
        names = ("P₁", "Q₁", "T₁", "P₂", "Q₂", "T₂")
        for name, number in zip(names, (*left[:3], *right[:3]), strict=True):
            if number is not None and number.is_there:
                error.operands[name] = _known(number, threads)
        raise


def merge_nodes(left: LargeNode, right: LargeNode, threads: int) -> LargeNode:
    """As `merge_large`, with the run's scratch space where memory is short.

    Raises:
        VerificationError: a result has not the residues of its factors; or the disk gave back other bytes than were written.
        CapacityError, OutputError: the scratch folder has no room, or fails.
    """
    space = scratch_space()
    if space is not None and not space.fits(_bytes_in_memory(left, right, threads)):
        return _merge_stored(left, right, threads, space)
    if space is not None:
        fetch(left)
        fetch(right)
    return merge_large(left, right, threads)


def _longest(left: LargeNode, right: LargeNode) -> int:
    """Limbs of the longest product of a merge."""
    assert left.P is not None
    return max(len(left.T) + len(right.Q), len(left.P) + len(right.T), len(left.Q) + len(right.Q))


def _bytes_in_memory(left: LargeNode, right: LargeNode, threads: int) -> int:
    """What `merge_large` takes besides what is in memory, at most."""
    longest = _longest(left, right)
    size = size_for(64 * longest + SUM_BITS)
    waiting = sum(8 * len(x) for node in (left, right) for x in node.numbers() if x.stored is not None)
    operands, results = 5 * 8 * size.primes * size.prime_stride, 2 * 8 * longest
    return waiting + operands + results + threads * scratch_of(size).largest


def _merge_stored(left: LargeNode, right: LargeNode, threads: int, space: ScratchSpace) -> LargeNode:
    P1, Q1, T1, _ = left
    P2, Q2, T2, _ = right
    assert P1 is not None
    errors = errors_of_merge(left, right)
    for number in (*left.numbers(), *right.numbers()):
        number.park(space)
    space.settle()
    T = _sum(space, (T1, Q2), (P1, T2), threads)
    T.require(2, threads, T1, Q2, P1, T2)
    T.park(space)
    for number in (T1, T2):
        number.release()
    Q = _product(space, Q1, Q2, threads)
    Q.require(1, threads, Q1, Q2)
    for number in (Q1, Q2):
        number.release()
    P = None
    if P2 is not None:
        Q.park(space)
        P = _product(space, P1, P2, threads)
        P.require(0, threads, P1, P2)
        P2.release()
    P1.release()
    node = LargeNode(P, Q, T, errors)
    for number in node.numbers():
        if not belongs_on_disk(space, len(number)):
            number.fetch()
    return node


def _product(space: ScratchSpace, x: Number, y: Number, threads: int) -> Number:
    limbs = len(x) + len(y)
    return _made(space, limbs, 64 * limbs, [(x, y)], threads, negative=x.negative != y.negative)


def _sum(space: ScratchSpace, first: tuple[Number, Number], second: tuple[Number, Number], threads: int) -> Number:
    """x₀·x₁ + x₂·x₃; of different signs, which is rare, as two products."""
    pairs = [pair for pair in (first, second) if all(len(x) for x in pair)]
    signs = [x.negative != y.negative for x, y in pairs]
    limbs = max((len(x) + len(y) for x, y in (first, second)), default=0)
    if len(set(signs)) <= 1:
        negative = bool(signs and signs[0])
        return _made(space, limbs + 1, 64 * limbs + SUM_BITS, pairs, threads, negative=negative)
    total = mpz(0)
    for x, y in pairs:
        product = _product(space, x, y, threads)
        total += product.to_mpz()
        product.release()
    if is_on_disk(total):
        return Number.on_disk(total, negative=total.negative)
    return Number(limbs_of(total), total < 0)


def _made(
    space: ScratchSpace, limbs: int, bits: int, pairs: list[tuple[Number, Number]], threads: int, *, negative: bool
) -> Number:
    """The sum of products, in a given number of limbs."""
    if not pairs:
        return Number(limbs_of(mpz(0)), negative=False)
    plan, terms = plan_for(narrow_size_for(bits)), [(x.operand(), y.operand()) for x, y in pairs]
    if belongs_on_disk(space, limbs):
        return Number.on_disk(sum_of_products_on_disk(plan, space, terms, limbs, threads), negative=negative)
    made: list[PooledLimbs] = []

    def make() -> Limbs:
        made.append(PooledLimbs(limbs))
        return made[0].limbs

    found = stored_sum_of_products(plan, space, terms, limbs, threads, make)
    return trimmed(found, made[0], negative=negative)


def _known(number: Number, threads: int) -> dict[str, object]:
    """Length, hash, and whether the limbs are what they were when the number was made."""
    from xxhash import xxh3_128

    sound = None if number.residues is None else number.read(threads) == number.residues[0]
    found, run = xxh3_128(), number.operand()
    with reading(run) as read:
        for first in range(0, len(run), PIECE):
            found.update(read(first, min(PIECE, len(run) - first)).data)
    return {"limbs": len(number), "xxh3_128": found.hexdigest(), "sound": sound}


def integers_of_root(root: LargeNode) -> tuple[mpz, mpz]:
    """Q and T of the root as integers, which take memory of their own: what they are made from goes to disk before that."""
    pool.return_to_system(8 * (len(root.Q) + len(root.T)))
    park(root)
    Q, T = root.Q.to_mpz(), root.T.to_mpz()
    root.Q.release()
    root.T.release()
    return Q, T
