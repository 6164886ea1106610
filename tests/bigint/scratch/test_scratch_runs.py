"""Runs on disk: the same digits, the memory that was allowed, and an error for whatever the disk does wrong."""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
import sys

import pytest

import pi_engine
from pi_engine.bigint.ntt import stored_remainders, tiled_products
from pi_engine.bigint.scratch import scratch_file
from pi_engine.bigint.scratch.scratch_file import ScratchFile
from pi_engine.cli.main import run
from pi_engine.engine.planning import fitting, plan
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.errors import CapacityError, OutputError, UsageError, VerificationError
from pi_engine.series import CHUDNOVSKY
from tests.backends import pretend
from tests.bigint.scratch.conftest import DIGITS
from tests.conftest import MULTIPLIER
from tests.homes import environment_of
from tests.scratch_spaces import FullSpace

ROUNDS = max(1, int(3 * MULTIPLIER))


@pytest.mark.parametrize(("threads", "check"), [(1, "none"), (2, "fast"), (3, "fast")])
def test_the_digits_are_the_same(disk, in_memory, expected, threads, check):
    result = pi_engine.compute(DIGITS, scratch=disk, threads=threads, check=check)
    assert result.text() == expected
    assert result == in_memory
    assert in_memory == result
    assert result.scratch.folder == str(disk)
    assert result.scratch.bytes_written > 20 * DIGITS
    assert result.scratch.bytes_read >= result.scratch.bytes_written / 2
    assert 0 < result.scratch.most_bytes < 6 * DIGITS
    assert list(disk.iterdir()) == []
    assert "".join(result) == expected[2:]
    assert result[-10:] == expected[-10:]
    assert result[DIGITS - 1] == expected[-1]
    assert expected[30_000:30_020] in result
    assert hash(result) == hash(in_memory)
    assert str(result.value) == expected.replace(".", "")


def test_where_not_even_one_prime_fits_the_matrix_is_in_tiles(disk, expected, monkeypatch, rng):
    products = itertools.count()
    monkeypatch.setattr(
        FullSpace, "holds", lambda self, size: next(products) % 6 > 0
    )  # the others: a file for each operand takes long
    monkeypatch.setattr(tiled_products, "_LEAST_BYTES", rng.choice([1 << 20, 1 << 21]))
    result = pi_engine.compute(DIGITS, scratch=disk)
    assert result.text() == expected
    assert result.scratch.most_bytes < 10 * DIGITS


@pytest.mark.parametrize("digits", [61_000, 123_457])
def test_other_lengths(disk, digits):
    assert pi_engine.compute(digits, scratch=disk).scratch is not None


@pytest.mark.parametrize("name", ["pi.txt", "pi.ycd"])
def test_every_kind_of_file_is_written_from_words(disk, expected, tmp_path, name):
    result = pi_engine.compute(DIGITS, scratch=disk)
    result.write(tmp_path / name)
    assert pi_engine.open(tmp_path / name).text() == expected[2:]


def test_a_checkpoint_and_a_scratch_folder_go_together(disk, expected, tmp_path):
    result = pi_engine.compute(DIGITS, checkpoint=tmp_path / "kept")
    assert result.text() == expected
    assert result.scratch.folder == str(tmp_path)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["scratch"]


def _flips(monkeypatch, rng, at, transient):
    """Flip a bit of what is read from disk at the read of that number, and if not `transient` when it is read again."""
    real, count = os.preadv, [0]

    def preadv(descriptor, targets, place):
        got = real(descriptor, targets, place)
        count[0] += 1
        if count[0] == at or (not transient and count[0] == at + 1):
            targets[0][rng.randrange(min(64, len(targets[0])))] ^= 1 << rng.randrange(8)
        return got

    monkeypatch.setattr(os, "preadv", preadv)
    return count


def test_what_the_disk_changes_is_read_again_or_refused(disk, expected, monkeypatch, rng):
    with monkeypatch.context() as patch:
        reads = _flips(patch, rng, 0, transient=True)
        assert pi_engine.compute(DIGITS, scratch=disk).text() == expected
    for turn in range(ROUNDS):
        transient = turn % 2 == 0
        with monkeypatch.context() as patch:
            _flips(patch, rng, rng.randrange(1, reads[0]), transient=transient)
            if transient:
                result = pi_engine.compute(DIGITS, scratch=disk)
                assert result.text() == expected
                assert result.scratch.pieces_reread <= 1
            else:
                # the bits that were flipped may lie behind the piece, which no one looks at
                with contextlib.suppress(VerificationError):
                    assert pi_engine.compute(DIGITS, scratch=disk).text() == expected


def test_what_changes_in_memory_on_its_way_to_the_disk_is_seen(disk, expected, monkeypatch, rng):
    """Remainders that go wrong before their hash is made are found by the residues of the product."""
    real, places = stored_remainders.StoredRemainders.put, []

    def put(self, x):
        places.append(1)
        if len(places) == at:
            size = self.plan.size
            row, column = rng.randrange(size.rows), rng.randrange(size.columns)
            place = x.address(x.primes.start) + 8 * (row * size.row_stride + column)
            ctypes.c_double.from_address(place).value += 1.0 + rng.randrange(1000)
        real(self, x)

    at = 0
    monkeypatch.setattr(stored_remainders.StoredRemainders, "put", put)
    assert pi_engine.compute(DIGITS, scratch=disk).text() == expected
    total = len(places)
    for _ in range(ROUNDS):
        places.clear()
        at = rng.randrange(1, total + 1)
        try:
            found = pi_engine.compute(DIGITS, scratch=disk).text()
        except VerificationError:
            continue
        assert found == expected  # a coefficient of a part that is cut off


@pytest.mark.parametrize("method", ["pwrite", "preadv", "posix_fallocate"])
def test_a_disk_that_fails_ends_the_run(disk, expected, monkeypatch, rng, method):
    real, count = getattr(os, method), [0]

    def failing(*arguments):
        count[0] += 1
        if at and count[0] >= at:
            raise OSError(28 if method != "preadv" else 5, os.strerror(28 if method != "preadv" else 5))
        return real(*arguments)

    at = 0
    monkeypatch.setattr("pi_engine.runtime.storage.durable.time.sleep", lambda _: None)
    monkeypatch.setattr(os, method, failing)
    assert pi_engine.compute(DIGITS, scratch=disk).text() == expected
    total = count[0]
    kind = OutputError if method == "preadv" else CapacityError
    for _ in range(max(1, ROUNDS // 5)):
        count[0], at = 0, rng.randrange(1, total + 1)
        with pytest.raises(kind, match="--scratch") as caught:
            pi_engine.compute(DIGITS, scratch=disk)
        assert "\n" not in str(caught.value)
        assert list(disk.iterdir()) == []


def test_a_folder_that_is_taken_away_ends_the_run(disk, monkeypatch):
    real, count = ScratchFile.__init__, [0]

    def init(self, *arguments):
        count[0] += 1
        if count[0] == 5:
            shutil.rmtree(disk)
        real(self, *arguments)

    monkeypatch.setattr(scratch_file.ScratchFile, "__init__", init)
    with pytest.raises(OutputError, match="No such file or directory"):
        pi_engine.compute(DIGITS, scratch=disk)


@pytest.fixture
def small_kernels(monkeypatch):
    """Kernels are stored, and take what they do in a process without a compiler."""
    pretend(monkeypatch, pays=True, kernels="stored", usable=True)
    for module in (plan, fitting):
        monkeypatch.setattr(module, "kernel_bytes", lambda stored: 24 << 20)


@pytest.mark.usefixtures("small_kernels")
def test_what_cannot_go_by_way_of_the_disk_is_refused(tmp_path):
    for series in ("machin", "level1-7"):
        with pytest.raises(
            CapacityError,
            match=r"not enough memory.*; only long sums of a single series, like chudnovsky, can use the disk",
        ):
            pi_engine.compute(10**8, memory=256 << 20, scratch=tmp_path, series=series)
    with pytest.raises(CapacityError, match=r"with --scratch DIR 100_000_000 would too, with [\d.]+ MiB of its disk"):
        pi_engine.compute(10**8, memory=256 << 20)
    with pytest.raises(UsageError, match="there is no folder"):
        pi_engine.compute(10**8, memory=256 << 20, scratch=tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_machine_without_kernels_is_not_told_to_take_another_series(tmp_path, monkeypatch):
    pretend(monkeypatch, pays=False, usable=False, kernels="to be compiled")
    with pytest.raises(
        CapacityError, match=r"; only runs with compiled kernels can use the disk, and kernels cannot be loaded here$"
    ):
        pi_engine.compute(10**8, memory=256 << 20, scratch=tmp_path)


def test_a_folder_that_cannot_be_used_is_refused_also_where_it_is_not_needed(tmp_path, capsys):
    file = tmp_path / "file"
    file.touch()
    for name, message in (
        (file, "is a file"),
        (tmp_path / "a" / "b", "there is no folder"),
        ("", "is empty: give one"),
    ):
        with pytest.raises(UsageError, match=message):
            pi_engine.compute(10, scratch=name)
        assert run(["compute", "10", "--scratch", str(name)]) == 2
        said = capsys.readouterr()
        assert said.out == "" and said.err.count("\n") == 1 and message in said.err


@pytest.mark.usefixtures("small_kernels")
def test_a_plan_in_memory_is_taken_where_it_fits():
    for limit, scratch in ((16 << 30, False), (256 << 20, True)):
        chosen = make_plan_within(CHUDNOVSKY, 10**8, 10, threads=2, limit=limit, scratch=True)
        assert chosen.compiled
        assert chosen.scratch == scratch
        assert chosen.memory_bytes <= limit
        assert (chosen.scratch_bytes > 0) == scratch


PEAK = """
import sys, pi_engine
from pi_engine.runtime.limits.memory import peak_memory
result = pi_engine.compute(int(sys.argv[1]), memory=int(sys.argv[2]), scratch=sys.argv[3])
result.write(sys.argv[3] + "/pi.ycd")
print(result.scratch.most_bytes, peak_memory(), result[-20:])
"""


@pytest.mark.slow
def test_the_memory_that_was_allowed_is_enough(tmp_path, tuned_home):
    """10^7 digits in 128 MiB, where 230 are taken otherwise."""
    limit = 128 << 20
    done = subprocess.run(
        [sys.executable, "-c", PEAK, "10000000", str(limit), str(tmp_path)],
        env=environment_of(tuned_home),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    most, peak, end = done.stdout.split()
    assert end == "31719481735348955897"
    assert 0 < int(most) < 60 << 20
    assert int(peak) <= limit
