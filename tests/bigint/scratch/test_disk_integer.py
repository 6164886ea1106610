"""Integers on disk: what an mpz gives, in pieces of a page, of every sign and around the ends of pieces."""

import numpy as np
import pytest
from gmpy2 import mpz, t_div_2exp

from pi_engine.bigint.buffers.limbs import limbs_of
from pi_engine.bigint.residues import residues_on_disk
from pi_engine.bigint.residues.moduli import residues
from pi_engine.bigint.residues.tracked import Tracked
from pi_engine.bigint.scratch import stored_limbs
from pi_engine.bigint.scratch.disk_integer import (
    DiskInteger,
    in_memory,
    integer_on_disk,
    is_on_disk,
    length_in_limbs,
    magnitude_limbs,
    power_of_base,
    shifted_up,
    stored_integer,
    towards_zero,
)
from pi_engine.bigint.scratch.stored_limbs import DiskLimbs, LimbWriter, StoredLimbs, add_to_limbs, reading
from pi_engine.bigint.scratch.streamed_arithmetic import used_limbs
from pi_engine.errors import VerificationError
from tests.conftest import MULTIPLIER
from tests.scratch_spaces import by_disk

ROUNDS = max(1, int(5 * MULTIPLIER))
PIECE_BITS = 8 * 4096


@pytest.fixture
def space(tmp_path, monkeypatch):
    monkeypatch.setattr(stored_limbs, "PIECE", 4096)
    with by_disk(tmp_path) as space:
        yield space


def number(rng):
    """Short ones, and those of about some pieces: random, all ones, powers of two, half ones; of both signs."""
    bits = rng.choice([1, 64, 5000, PIECE_BITS * rng.randrange(1, 5) + rng.choice([-64, -1, 0, 1, 64]), 100_000])
    ones = (mpz(1) << bits) - 1
    x = rng.choice(
        [mpz(rng.getrandbits(bits)) | 1 << (bits - 1), ones, mpz(1) << (bits - 1), ones >> bits // 2 << bits // 2]
    )
    return (x or mpz(1)) * rng.choice([1, -1])


def shift(rng):
    return rng.choice([0, 1, 63, 64, 65, PIECE_BITS, PIECE_BITS + 1, rng.randrange(150_000)])


def test_sums_and_differences(space, rng):
    for _ in range(ROUNDS):
        a, b = number(rng), number(rng)
        A = stored_integer(a, space)
        for B in (b, stored_integer(b, space)):
            assert [in_memory(x) for x in (A + B, B + A, A - B, B - A)] == [a + b, b + a, a - b, b - a]
            assert [A < B, A <= B, A > B, A >= B, A == B, B < A] == [a < b, a <= b, a > b, a >= b, a == b, b < a]
        assert [in_memory(x) for x in (-A, abs(A), A + 0, A - 1, 1 - A)] == [-a, abs(a), a, a - 1, 1 - a]
        assert in_memory(A - A) == 0
        assert A == A  # noqa: PLR0124 (the comparison is what is tested)
        assert (A < 0, A > 0, A <= 0, A == 0, bool(A)) == (a < 0, a > 0, a <= 0, False, True)


def test_carries_go_through_all_pieces(space):
    ones = (mpz(1) << 5 * PIECE_BITS) - 1
    A = stored_integer(ones, space)
    assert in_memory(A + 1) == ones + 1
    assert in_memory((A + 1) - 1) == ones
    assert in_memory(A + A) == 2 * ones
    assert in_memory(power_of_base(5 * PIECE_BITS // 64) - 1) == ones
    assert in_memory(1 - power_of_base(5 * PIECE_BITS // 64)) == -ones
    assert in_memory(A * (2**64 - 1)) == ones * (2**64 - 1)


def test_shifts_and_parts(space, rng):
    for _ in range(ROUNDS):
        a, k = number(rng), shift(rng)
        A = stored_integer(a, space)
        assert in_memory(A << k) == a << k
        assert in_memory(A >> k) == a >> k
        assert in_memory((A << k) >> k) == a
        assert in_memory(A.towards_zero(k)) == t_div_2exp(a, k)
        limbs = k // 64
        assert in_memory(towards_zero(A, limbs)) == towards_zero(a, limbs) == t_div_2exp(a, 64 * limbs)
        assert in_memory(A.low(limbs)) == abs(a) % (mpz(1) << 64 * limbs)
        assert in_memory(shifted_up(a, k)) == a << k
        assert in_memory((A >> k << 64) + 3) == (a >> k << 64) + 3
        assert (A.bit_length(), length_in_limbs(A)) == (a.bit_length(), length_in_limbs(a))
        with magnitude_limbs(A).limbs() as found:
            assert (found == limbs_of(a)).all()


def test_products_and_quotients_by_words(space, rng):
    for _ in range(ROUNDS):
        a = number(rng)
        A, word = stored_integer(a, space), rng.choice([1, 2, 3, 2**64 - 1, rng.getrandbits(64) + 1, 2**90 + 1])
        assert in_memory(A * word) == a * word
        assert in_memory(-word * A) == -word * a
        assert A * 0 == 0
        if a > 0:
            quotient, rest = A.divmod_word(word)
            assert (in_memory(quotient), rest) == divmod(a, word)


def test_numbers_in_custody_keep_their_residues(space, rng, monkeypatch):
    for _ in range(ROUNDS):
        a, k = number(rng), shift(rng)
        A = stored_integer(a, space)
        assert residues(A) == residues(a)
        assert residues(A, low_bits=k) == residues(a, low_bits=k)
        x = Tracked.of(A)
        made = [
            x.cut(k),
            x << k,
            x * 12345,
            x.without(7),
            x + Tracked.of(a << 3),
            x - Tracked.of(a << 3),
            x.magnitude(),
        ]
        if a > 0:
            made.append(x.quotient(10005, "a quotient"))
        for one in made:
            assert residues(in_memory(one.value)) == one.residues
        assert x.bits == a.bit_length()
    with pytest.raises(VerificationError, match="a number"):
        Tracked(stored_integer(mpz(1) << 90_000, space), residues(mpz(3))).require("a number")
    with pytest.raises(AssertionError, match="not an integer on disk"):
        residues_on_disk.residues_of_integer("x")


def test_a_short_result_is_an_mpz(space):
    A = stored_integer((mpz(1) << 100_000) + 5, space)
    assert not is_on_disk(A - (mpz(1) << 100_000))
    assert is_on_disk(A - 5)
    assert integer_on_disk(DiskLimbs(StoredLimbs(space, np.zeros(5000, np.uint64)))) == 0
    with pytest.raises(TypeError, match="unhashable"):
        hash(A)


def test_what_has_lost_its_highest_limb_is_seen(space):
    zeros = DiskLimbs(StoredLimbs(space, np.zeros(1000, np.uint64)))
    with pytest.raises(VerificationError, match="highest limb"):
        DiskInteger(zeros).bit_length()


def test_parts_of_parts(space, rng):
    limbs = np.array([rng.getrandbits(64) for _ in range(3000)], np.uint64)
    run, expected = DiskLimbs(StoredLimbs(space, limbs)), limbs
    for _ in range(4 * ROUNDS):
        first, last = rng.randrange(-700, len(run)), rng.randrange(len(run) + 1)
        if last <= first:
            run, expected = DiskLimbs(StoredLimbs(space, limbs)), limbs
            continue
        run, zeros = run.part(first, last), np.zeros(max(-first, 0), np.uint64)
        expected = (
            np.concatenate([zeros, expected[max(first, 0) : max(last, 0)]]) if last > 0 else zeros[: last - first]
        )
        found = np.empty(len(run), np.uint64)
        run.read(found)
        assert (found == expected).all()
        assert used_limbs(run) == len(np.trim_zeros(expected, "b"))
        start, count = rng.randrange(-900, len(run) + 300), rng.randrange(1, 900)
        padded = np.concatenate([np.zeros(900, np.uint64), expected, np.zeros(1300, np.uint64)])
        with reading(run) as read, reading(expected) as read_array:
            assert (read(start, count) == padded[start + 900 :][:count]).all()
            assert (read_array(start, count) == padded[start + 900 :][:count]).all()


def test_what_is_written_in_parts_of_any_length(space, rng):
    for _ in range(ROUNDS):
        limbs = np.array([rng.getrandbits(64) for _ in range(rng.randrange(1, 2500))], np.uint64)
        writer, place = LimbWriter(space, len(limbs)), 0
        while place < len(limbs):
            count = rng.choice([1, 100, 512, 1024, 2000])
            writer.put(limbs[place : place + count])
            place += count
        carry = rng.choice([0, 1, rng.getrandbits(700)])
        writer.add_at_start(carry)
        found = np.empty(len(limbs), np.uint64)
        writer.finish().run().read(found)
        writer.close()
        modulus = (1 << 64 * len(limbs)) - 1
        assert (
            int.from_bytes(found.tobytes(), "little") - int.from_bytes(limbs.tobytes(), "little") - carry
        ) % modulus == 0


def test_a_carry_out_of_limbs():
    limbs = np.full(3, 2**64 - 1, np.uint64)
    assert add_to_limbs(limbs, 1 + (5 << 192)) == 6
    assert not limbs.any()
