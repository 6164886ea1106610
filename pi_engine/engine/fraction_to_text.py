"""The digits as text, from the binary fraction; and the check of that text, against the fraction, and against π where π is known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from pi_engine import series as series_room
from pi_engine.bigint.product import thresholds
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.bigint.residues.moduli import Residues, moduli, moduli_text, power_residues
from pi_engine.engine.checks.known import compare_with_known, known_hash
from pi_engine.engine.checks.reference import REFERENCE_DIGITS, require_reference
from pi_engine.engine.result import Check
from pi_engine.errors import MiscalculationError, VerificationError
from pi_engine.radix import DigitHash, digit_text, scale
from pi_engine.radix.fraction_text import check_scaled
from pi_engine.runtime.machine_faults import RUN_AGAIN, machine_fault

if TYPE_CHECKING:
    from pi_engine.bigint.binary_fraction import BinaryFraction
    from pi_engine.bigint.buffers.hand_over import HandOver
    from pi_engine.engine.conversion.text_of_words import TextOfWords
    from pi_engine.engine.planning.plan import Plan
    from pi_engine.radix.words_of_fraction import DecimalExpansion


TREE_FROM_DIGITS = 36_000
"""Digits from which the tree of `radix` converts sooner than GMP, if `tune` has not measured that."""

_BITS_PER_DIGIT = math.log2(10)


class Converted(NamedTuple):
    """`3.` and the digits, or `3`, as `ComputeResult.text` has it, and their hash as it follows from the binary value.

    With checks also the same modulo both `moduli`.
    """

    text: str | TextOfWords
    hash: int
    residues: Residues | None = None


def convert_fraction(fraction: HandOver[BinaryFraction], plan: Plan, threads: int, *, check: bool) -> Converted | None:
    """The digits of ⌊π·base^digits⌋, or None where the fraction leaves the last one open.

    Raises:
        VerificationError: the digits are not the fraction's.
    """
    if plan.compiled and plan.base == 10 and (plan.scratch or plan.digits >= _tree_from_digits()):
        return _compiled(fraction, plan, threads, check=check)
    if plan.scratch:
        return _hexadecimal(fraction, plan, threads, check=check)
    return _plain(fraction, plan, check=check)


def _tree_from_digits() -> float:
    """Digits from which the tree of `radix` converts."""
    measured = thresholds().convert
    return measured / _BITS_PER_DIGIT if measured else TREE_FROM_DIGITS


def _plain(fraction: HandOver[BinaryFraction], plan: Plan, *, check: bool) -> Converted | None:
    """By one product with a power of the base, and GMP's conversion."""
    scaled = scale(fraction.take(), plan.digits, plan.base)
    if scaled is None:
        return None
    if check:
        check_scaled(scaled)
    digits = digit_text(scaled.value, plan.base)
    text = f"{digits[:1]}.{digits[1:]}" if plan.digits else digits
    return Converted(text, scaled.residues.values[0], scaled.residues if check else None)


def _hexadecimal(fraction: HandOver[BinaryFraction], plan: Plan, threads: int, *, check: bool) -> Converted | None:
    """On disk, into words of 16 digits, which are the fraction's limbs."""
    from pi_engine.engine.conversion.hexadecimal_words import hexadecimal_expansion
    from pi_engine.engine.conversion.text_of_words import TextOfWords

    expansion = hexadecimal_expansion(fraction, plan.digits, threads, check=check)
    if expansion is None:
        return None
    text = TextOfWords(expansion.integer, expansion.words, plan.digits, threads, base=16)
    residues = _residues_of_words(text, plan.digits, threads) if expansion.residues is None else expansion.residues
    return Converted(text, residues.values[0], expansion.residues)


def _compiled(fraction: HandOver[BinaryFraction], plan: Plan, threads: int, *, check: bool) -> Converted | None:
    """By the multiplication tree of `radix`, into words of 19 digits."""
    from pi_engine.radix.kernels.digit_words import DECIMALS_PER_WORD
    from pi_engine.radix.word_text import word_text
    from pi_engine.radix.words_of_fraction import decimal_expansion

    expansion = decimal_expansion(fraction, plan.digits, threads, check=check)
    if expansion is None:
        return None
    spare = DECIMALS_PER_WORD * len(expansion.words) - plan.digits
    integer = int(expansion.integer)
    if plan.scratch:
        from pi_engine.engine.conversion.text_of_words import TextOfWords

        _return_to_system(2 * plan.digits)
        kept = TextOfWords(integer, expansion.words, plan.digits, threads)
        return _converted(kept, expansion, integer, spare, plan.digits, threads)
    _return_to_system(2 * plan.digits)
    characters = word_text(expansion.words[:], threads, f"{integer}.".encode("ascii"))
    try:
        text = str(characters[: len(characters) - spare].data, "ascii")
    except UnicodeDecodeError as error:
        raise machine_fault("a digit changed in memory") from error
    del characters
    return _converted(text, expansion, integer, spare, plan.digits, threads)


def _converted(  # noqa: PLR0917 (all of them, twice)
    text: str | TextOfWords, expansion: DecimalExpansion, integer: int, spare: int, digits: int, threads: int
) -> Converted:
    """The text, with the residues that follow from the fraction, or without a check the hash of the words."""
    from pi_engine.radix.word_text import word_hashes

    if expansion.residues is not None:
        return Converted(text, expansion.residues.values[0], expansion.residues)
    after_the_point = word_hashes(expansion.words, (M61,), threads)[0] * pow(10, -spare, M61)
    return Converted(text, (integer * pow(10, digits, M61) + after_the_point) % M61)


def text_residues(text: str | TextOfWords, plan: Plan, threads: int) -> Residues | None:
    """The text's digits as one integer modulo both `moduli`, or None where it is not a digit, a point and N digits."""
    if not isinstance(text, str):
        return _residues_of_words(text, plan.digits, threads)
    point = "." if plan.digits else ""
    if text[1:2] != point or len(text) != 1 + len(point) + plan.digits:
        return None
    try:
        digit_hash = DigitHash(plan.base, moduli())
        digit_hash.update(text[:1])
        if plan.compiled and plan.base == 10:
            from pi_engine.radix import word_text

            return power_residues(10, plan.digits) * digit_hash.values[0] + word_text.text_residues(
                text, threads, start=2
            )
        digit_hash.update(text[2:])
    except ValueError:
        return None
    return Residues((digit_hash.values[0], digit_hash.values[1]))


def _residues_of_words(text: TextOfWords, digits: int, threads: int) -> Residues:
    from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD

    if text.base == 16:
        from pi_engine.engine.conversion.hexadecimal_words import limb_residues

        after_the_point = limb_residues(text.words, threads)
    else:
        from pi_engine.radix.word_text import word_residues

        after_the_point = word_residues(text.words, threads)
    spare = DIGITS_PER_WORD[text.base] * len(text.words) - digits
    return power_residues(text.base, digits) * text.integer + after_the_point * power_residues(text.base, -spare)


def require_text(converted: Converted, plan: Plan, threads: int) -> None:
    """Compare the text with the value.

    Raises:
        MiscalculationError: its digits are not those of the value.
    """
    found = text_residues(converted.text, plan, threads)
    if found == converted.residues:
        return
    from xxhash import xxh3_64_intdigest

    reason = "the digits differ from the binary value they were converted from"
    # what is no number has no residues: a hash tells two such texts apart
    read = (xxh3_64_intdigest(str(converted.text).encode()),) if found is None else found.values
    expected = () if converted.residues is None else converted.residues.values
    raise MiscalculationError(f"{reason}: {RUN_AGAIN}, and report it", reason=reason, sides=(read, expected))


def check_digits(plan: Plan, converted: Converted, threads: int) -> list[Check]:
    """Check the text against the value, and against π where π is known.

    Raises:
        MiscalculationError: the text is not the value.
        VerificationError: it is not π where π is known.
    """
    require_text(converted, plan, threads)
    text = converted.text
    reference = []
    if not series_room.is_catalogued(plan.series):
        count = require_reference(plan.series, text[: REFERENCE_DIGITS + len("3.")].replace(".", "", 1), plan.base)
        detail = f"{count} digit{'s' * (count != 1)} of this series, which is not of the catalogue, with the Gauss–Legendre iteration's"
        reference = [Check("reference", "passed", detail)]
    known = compare_with_known(text, plan.base, len("3."))
    if known.differs is not None:
        raise VerificationError(
            f"position {known.differs.start}: the digits are {known.found}, but those of π are {known.differs.digits}"
        )
    expected = known_hash(plan.digits, plan.base)
    if expected is not None and expected != converted.hash:
        raise VerificationError(f"the hash of the digits is {converted.hash}, but that of π is {expected}")
    plural = "s" if known.compared > 1 else ""
    compared = f"{known.compared} known position{plural}, the last ending at {known.reach}"
    return [
        Check("conversion", "passed", f"the digits of the text and the binary value modulo {moduli_text()}"),
        *reference,
        Check("known digits", "passed", compared + (", and the whole hash" if expected is not None else ""))
        if known.compared
        else Check("known digits", "skipped", "too few digits to reach a known position"),
    ]


def _return_to_system(size: int) -> None:
    """Give a given number of bytes of free workspace back, which numbers or text are to take; a part is always kept."""
    from pi_engine.bigint.buffers.workspace import pool

    pool.return_to_system(size)
