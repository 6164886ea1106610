"""Products that do not fit in memory: modulo one group of primes after another, the remainders in a file until all are there.

Memory holds two transformed operands modulo one group of primes, a single one where there is room for no more, three for a sum of
two products; and then a few rows of the remainders modulo all primes, which pass once, in the order of the coefficients, and
the result, unless that goes to disk as it is made. Operands that wait on disk are held in memory until the last group, where there is room
for them; else they are read row after row for each group: its transforms would take longer to be kept, as they are more than
twice as long. Remainders are written while the next group's second operand is transformed, and read while those before them are
put together. Where memory does not hold the transforms modulo one prime, `tiled_products` makes the remainders.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING

import numpy as np

from pi_engine.bigint.ntt.description.layout import ADD, FORWARD_A, FORWARD_B, INVERSE, MULTIPLY, SQUARE
from pi_engine.bigint.ntt.stored_remainders import StoredRemainders
from pi_engine.bigint.ntt.tiled_products import TiledRemainders
from pi_engine.bigint.ntt.transform import Transformed, apply_to_rows, columns_back, forward, forward_by_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Protocol

    from pi_engine.bigint.buffers.limbs import Limbs
    from pi_engine.bigint.ntt.stored_remainders import Remainders
    from pi_engine.bigint.ntt.tables import TransformPlan
    from pi_engine.bigint.scratch.scratch_space import ScratchSpace
    from pi_engine.bigint.scratch.stored_limbs import DiskLimbs

    class Waiting(Protocol):
        """A number that waits on disk, or in memory."""

        @property
        def bytes_on_disk(self) -> int:
            """What it takes in memory besides what it takes already."""
            ...

        def limbs(self) -> AbstractContextManager[Limbs]:
            """Its limbs in memory, within the context."""
            ...

        def run(self) -> DiskLimbs | Limbs:
            """Its limbs where they are."""
            ...

    Operand = Limbs | Waiting

_TRANSFER_BYTES = 12 << 20
"""What transfers take of memory while a group of primes is there: pieces of numbers and of remainders, and huge pages begun."""


def stored_sum_of_products(  # noqa: PLR0917 (as `transform.product`)
    plan: TransformPlan,
    space: ScratchSpace,
    terms: Sequence[tuple[Operand, Operand]],
    limbs: int,
    threads: int,
    out: Limbs | Callable[[], Limbs],
) -> Limbs:
    """The lowest `limbs` limbs of a·b, or of a·b + c·d, modulo 2^size.bits − 1, not reduced; a term of the same object twice is a square.

    The sum of two products must fit the size's coefficients, as the caller has made sure. Fewer limbs than the size has are asked for
    only where the sum has no more.

    out: an array of a given number of limbs, or what makes it when the operands are not needed any more.

    Raises:
        CapacityError, OutputError: the scratch folder has no room, or fails.
        VerificationError: the disk gave back other bytes than were written.
    """
    with _remainders(plan, space, terms, threads) as remainders:
        return remainders.to_limbs(limbs, threads, out)


def sum_of_products_on_disk(
    plan: TransformPlan, space: ScratchSpace, terms: Sequence[tuple[Operand, Operand]], limbs: int, threads: int
) -> DiskLimbs:
    """The same, written to disk as it is made; of it a piece is in memory."""
    with _remainders(plan, space, terms, threads) as remainders:
        return remainders.to_disk(limbs, threads, space)


@contextmanager
def _remainders(
    plan: TransformPlan, space: ScratchSpace, terms: Sequence[tuple[Operand, Operand]], threads: int
) -> Iterator[Remainders]:
    """The remainders of a sum of products modulo all primes, within the context."""
    size = plan.size
    each = 8 * size.prime_stride * (1 + len(terms))
    beside = threads * plan.scratch.largest + _TRANSFER_BYTES
    if not space.holds(each + beside):
        tiled = TiledRemainders(plan, space, threads)
        try:
            tiled.make(_runs(terms))
            yield tiled
        finally:
            tiled.close()
        return
    remainders = StoredRemainders(plan, space)
    try:
        with _held(space, terms, each + beside) as terms_now:
            together = space.at_once(size.primes, each, beside)
            for start in range(0, size.primes, together):
                primes = range(start, min(start + together, size.primes))
                _remainders_of(plan, terms_now, primes, threads, remainders)
            remainders.settle()
        yield remainders
    finally:
        remainders.close()


def _runs(terms: Sequence[tuple[Operand, Operand]]) -> list[tuple[DiskLimbs | Limbs, DiskLimbs | Limbs]]:
    """Where the limbs of the operands are; those of the same object are the same object."""
    runs = {id(x): x if isinstance(x, np.ndarray) else x.run() for term in terms for x in term}
    return [(runs[id(a)], runs[id(b)]) for a, b in terms]


def _remainders_of(
    plan: TransformPlan,
    terms: Sequence[tuple[Operand, Operand]],
    primes: range,
    threads: int,
    remainders: StoredRemainders,
) -> None:
    """The sum modulo these primes, transformed back and on its way to the file."""
    total: Transformed | None = None
    for a, b in terms:
        square = a is b
        mode = FORWARD_A | (SQUARE if square else FORWARD_B | MULTIPLY) | (INVERSE if len(terms) == 1 else 0)
        y = None if square else _forward(plan, b, primes, threads)
        if total is None:
            remainders.settle()  # the group before has its memory until it is written
        x = _forward(plan, a, primes, threads)
        apply_to_rows(mode, x, x if y is None else y, primes, threads)
        if y is not None:
            y.release()
        if total is None:
            total = x
        else:
            apply_to_rows(ADD | INVERSE, total, x, primes, threads)
            x.release()
    assert total is not None
    columns_back(total, threads)
    remainders.put(total)


@contextmanager
def _held(
    space: ScratchSpace, terms: Sequence[tuple[Operand, Operand]], needed: int
) -> Iterator[list[tuple[Operand, Operand]]]:
    """The terms with those operands in memory for which there is room beside a given number of bytes."""
    waiting = {id(x): x for term in terms for x in term if not isinstance(x, np.ndarray) and x.bytes_on_disk}
    room = space.free() - needed
    with ExitStack() as stack:
        held: dict[int, Operand] = {}
        for key, x in sorted(waiting.items(), key=lambda item: -item[1].bytes_on_disk):
            if x.bytes_on_disk <= room:
                room -= x.bytes_on_disk
                held[key] = stack.enter_context(x.limbs())
        yield [(held.get(id(a), a), held.get(id(b), b)) for a, b in terms]


def _forward(plan: TransformPlan, operand: Operand, primes: range, threads: int) -> Transformed:
    """The column passes of an operand."""
    run = operand if isinstance(operand, np.ndarray) else operand.run()
    x = Transformed(plan, primes)
    if isinstance(run, np.ndarray):
        forward(plan, [(run, x)], primes, threads)
    else:
        forward_by_rows(plan, run, x, threads)
    return x


def limbs_in_memory(operand: Operand) -> AbstractContextManager[Limbs]:
    """The limbs of what is an array of them, or waits, within the context."""
    return nullcontext(operand) if isinstance(operand, np.ndarray) else operand.limbs()
