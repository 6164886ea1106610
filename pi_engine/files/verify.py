"""Is this file of digits π? One pass over the file, then the cheapest method that proves what that pass leaves open.

The pass (`files.comparison.scan`) finds what is not a digit, counts, and compares with published digits and hashes. What remains is a
method's work: each is a row of `selection.METHODS`, with what it costs and whether it can be had here; "auto" takes the cheapest.
"""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pi_engine.digits.common.constants import PI, recognise
from pi_engine.errors import CapacityError, CorruptFileError, UsageError
from pi_engine.files.comparison.scan import HEAD
from pi_engine.files.methods.case import open_case
from pi_engine.files.methods.claimed_digits import claim_notes
from pi_engine.files.methods.faults import corrupt_file, with_fault
from pi_engine.files.methods.forecast_of_file import reading
from pi_engine.files.methods.published import (
    compared_as_published,
    in_head,
    known,
    known_proves_all,
    suspect,
    wrong_as_published,
)
from pi_engine.files.methods.selection import METHODS, by_bbp, chosen, located
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD
from pi_engine.runtime.display import counted
from pi_engine.runtime.integers import as_int
from pi_engine.runtime.limits.memory import byte_limit
from pi_engine.runtime.progress import silent
from pi_engine.runtime.storage.atomic import is_special
from pi_engine.runtime.thread_count import thread_count

if TYPE_CHECKING:
    from typing import SupportsIndex

    from distributed import Client

    from pi_engine.distributed.connection.cluster import Cluster
    from pi_engine.files.methods.case import FileCase
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.proof.bbp.bbp_sum import Summation
    from pi_engine.runtime.progress import Progress, Step

ON_CLUSTER = ("bbp", "residues")
"""Methods that a cluster takes part in."""

_CONTEXT = 100
"""Digits that are computed behind a wrong one, where all do not fit in memory."""


def verify_file(
    path: str | os.PathLike[str],
    method: str = "auto",
    *,
    digits: SupportsIndex | None = None,
    base: SupportsIndex | None = None,
    threads: SupportsIndex | None = None,
    memory: SupportsIndex | None = None,
    progress: Progress | None = None,
    cluster: str | Client | Cluster | None = None,
) -> Verification:
    """Verify a file of digits of π, of any format, or a folder with a set of .ycd files, or "-" for standard input.

    Args:
        path: the file.
        method: "known" compares published digits and hashes, in one pass and bounded memory. "recompute" computes π
            to the file's length and compares all of it. "residues" compares all digits with π modulo random primes,
            by BBP. "bbp" compares the end of the digits' binary expansion with BBP. "auto" takes the cheapest method
            that proves the whole file. "known" and "bbp" leave most files "unproved". So does "auto" if memory does
            not allow more.
        digits: how many it should have after the point; a file with fewer is truncated.
        base: of a text, 2, 8, 10 or 16; by default the digits decide it.
        threads: for the computation, all by default; on a cluster also those of each worker, by default as many as Dask gives it.
        memory: bytes that it may take.
        progress: called as (phase, done, total).
        cluster: where "residues" and "bbp" add up BBP's terms: an address as `--cluster` takes it, or a
            `distributed.Client`. By default here.

    Raises:
        TypeError: an argument is of another type.
        UsageError: there is no such file or method, or the method is not for this kind of file, or for a cluster.
        CapacityError: "recompute", "residues" or "bbp" would not fit in memory.
        VerificationError: a check of the computation failed.
        PiEngineError: the cluster cannot be used, or fails.
    """
    if method not in {"auto", "known", *METHODS}:
        raise UsageError(f"method {method!r} is not known: choose one of {', '.join(('auto', 'known', *METHODS))}")
    path = os.fspath(path)
    if not isinstance(path, str):
        raise TypeError(f"verify_file takes the path as str or Path, not {type(path).__name__}")
    length = None if digits is None else as_int(digits, "digits")
    if length is not None and length < 0:
        raise UsageError("the number of digits must not be negative")
    base = None if base is None else as_int(base, "base")
    if base not in {None, *DIGITS_PER_WORD}:
        raise UsageError(f"base {base} is not supported: choose 2, 8, 10 or 16")
    count, memory = thread_count(threads), byte_limit(memory)
    if cluster is not None and method not in ON_CLUSTER:
        raise UsageError(f"a cluster takes part in the methods {' and '.join(ON_CLUSTER)}: choose one of them")
    start = time.perf_counter()
    with ExitStack() as stack:
        elsewhere = _elsewhere(cluster, threads, stack)
        once = path == "-" or is_special(Path(path))
        progress = silent if progress is None else progress
        spooled = once and method != "known"
        try:
            case = open_case(
                path,
                base,
                threads=count,
                memory=memory,
                progress=progress,
                stack=stack,
                spooled=spooled,
                elsewhere=elsewhere,
            )
        except CorruptFileError as error:
            found = corrupt_file(path, error, base=base)
        else:
            found = _answer(case, method, length)
    asked = found if found.method else replace(found, method="known" if method == "auto" else method)
    return replace(asked, seconds=time.perf_counter() - start)


def _elsewhere(
    cluster: str | Client | Cluster | None, threads: SupportsIndex | None, stack: ExitStack
) -> Summation | None:
    """What adds up BBP's terms on a cluster, while the stack is open."""
    if cluster is None:
        return None
    from pi_engine.distributed.bbp.term_tasks import on_workers
    from pi_engine.distributed.connection.cluster import open_cluster

    return on_workers(stack.enter_context(open_cluster(cluster, threads=threads)))


def _answer(case: FileCase, method: str, digits: int | None) -> Verification:
    """The verdict on a file that can be opened."""
    try:
        return _judged(case, method, digits)
    except CorruptFileError as error:
        return corrupt_file(case.path, error, base=case.file.base, form=case.file.format, digits=case.scan.digits)


def _judged(case: FileCase, method: str, digits: int | None) -> Verification:
    """Scan the file; then what is wrong is located, or what is open is proved by the method."""
    case = replace(case, ended=case.read(partial(_expected, case, method)))
    fault = case.ended
    try:
        case.require_header()
    except CorruptFileError as error:
        fault = fault or error
    found = _of_digits(case, method, faulty=fault is not None)
    notes = tuple(getattr(case.file, "notes", ()))
    if fault is not None:
        return replace(with_fault(case, fault, found), notes=notes)
    if digits is None:
        notes += claim_notes(case)
    elif found.status != "wrong":
        found = _of_length(found, digits)
    return replace(found, notes=notes)


def _of_digits(case: FileCase, method: str, *, faulty: bool) -> Verification:
    """The verdict on the digits that were read; where the file is at fault, by what can be had of the method."""
    wrong = _wrong(case, method)
    if wrong is not None:
        return wrong
    if method == "known" or (method == "auto" and known_proves_all(case)):
        return known(case)
    try:
        return _cheapest(case) if method == "auto" else METHODS[method].run(case)
    except (UsageError, CapacityError) as error:
        if not faulty:
            raise
        return known(case) if isinstance(error, CapacityError) else _cheapest(case)


def _expected(case: FileCase, method: str, digits: int) -> list[Step]:
    """What will come for a file of about a given number of digits, if they are right."""
    if method == "known" or digits <= HEAD:
        return [reading(case, digits)]
    likely = METHODS["recompute" if method == "auto" else method]  # which one "auto" takes is known after the scan
    return [reading(case, digits), *likely.steps(case, digits)]


def _of_length(found: Verification, digits: int) -> Verification:
    """The verdict on sound digits, if their number should be another."""
    if found.digits == digits:
        return found
    truncated = found.digits < digits
    held = f"it holds {counted(found.digits, 'digit')}, not {digits:_}"
    if truncated:
        held = f"the file is truncated: it holds {found.digits:_} of {counted(digits, 'digit')}"
    compared = "all" if found.status == "ok" else f"{found.digits_compared:_} of them"
    judged = f"{compared} were compared with those of π and are right" if found.digits_compared else ""
    return replace(
        found,
        status="corrupt",
        kind="truncated" if truncated else "length",
        message="; ".join(filter(None, (held, judged))),
    )


def _wrong(case: FileCase, method: str) -> Verification | None:
    """The verdict where the scan has found something wrong; exact unless the method is "known"."""
    scan = case.scan
    constant = recognise(scan.head, scan.base)
    if constant is not None:
        names = f"these are the digits of {constant.name}"
        return case.verdict(
            "wrong",
            method="known",
            compared=compared_as_published(case),
            kind="constant",
            message=names,
            difference=in_head(case),
        )
    integer_wrong = scan.integer not in {"", PI.whole(scan.base)} and case.file.header_digits is None
    reach = 0 if integer_wrong else suspect(case)
    if reach is None:
        return None
    case = replace(case, locating=True)
    if method == "bbp" and not integer_wrong:
        return by_bbp(case)
    if method != "known":
        for most in (
            scan.digits,
            min(scan.digits, reach + _CONTEXT),
        ):  # all, to tell what has happened; else the place alone
            if case.fits(most):
                return located(case, most)
    return wrong_as_published(case)


def _cheapest(case: FileCase) -> Verification:
    """By the cheapest proof that fits in memory; if none fits, by what shows more than is published, or by that alone."""
    method = chosen(case, METHODS.values())
    found = known(case) if method is None else method.run(case)
    if found.status != "unproved":
        return found
    return replace(found, proved=f"{found.proved}; nothing that proves them all would fit in memory here")
