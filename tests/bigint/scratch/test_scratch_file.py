"""Files for what does not fit in memory: they give back what was written, or say what went wrong."""

import errno
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from pi_engine.bigint.buffers.workspace import PooledLimbs
from pi_engine.bigint.scratch import scratch_file
from pi_engine.bigint.scratch.parked_numbers import HighestLimbs, ParkedInteger
from pi_engine.bigint.scratch.scratch_file import ScratchFile, Traffic, padded
from pi_engine.bigint.scratch.scratch_folder import scratch_of_run
from pi_engine.bigint.scratch.scratch_space import ScratchSpace
from pi_engine.bigint.scratch.space_of_run import scratch_path, scratch_space
from pi_engine.bigint.scratch.stored_limbs import PIECE, StoredLimbs
from pi_engine.errors import CapacityError, OutputError, UsageError, VerificationError
from tests.scratch_spaces import by_disk


def _random(rng, size):
    return np.frombuffer(rng.randbytes(size), np.uint8).copy()


@pytest.mark.parametrize("around", [True, False])
def test_pieces_come_back_as_they_were_written(tmp_path, monkeypatch, rng, around):
    if not around:
        monkeypatch.setattr(scratch_file, "_AROUND_CACHE", 0)
        monkeypatch.setitem(sys.modules, "fcntl", None)  # as on Windows
    traffic = Traffic()
    sizes = [1, 511, 4095, 4096, 4097, 65_536, 100_001]
    file = ScratchFile(tmp_path, sum(map(padded, sizes)), traffic)
    pieces, place = [], 0
    for size in sizes:
        data, shift = _random(rng, size + 64), rng.randrange(64)
        file.write(place, data.ctypes.data + shift, size)
        pieces.append((place, data[shift : shift + size]))
        place += padded(size)
    rng.shuffle(pieces)
    for place, data in pieces:
        found = np.zeros(len(data) + 2, np.uint8)
        file.read(place, found.ctypes.data + 1)
        assert (found[1:-1] == data).all()
        assert found[0] == found[-1] == 0
    assert traffic.written == traffic.read == sum(sizes)
    assert list(tmp_path.iterdir()) == []
    file.close()
    file.close()
    assert traffic.held == 0
    assert traffic.most_held == sum(map(padded, sizes))


def test_without_nameless_files_none_is_left_either(tmp_path, monkeypatch, rng):
    monkeypatch.setattr(scratch_file, "_NAMELESS", 0)
    file = ScratchFile(tmp_path, 5000, Traffic())
    assert list(tmp_path.iterdir()) == []
    data = _random(rng, 5000)
    file.write(0, data.ctypes.data, 5000)
    found = np.zeros(5000, np.uint8)
    file.read(0, found.ctypes.data)
    assert (found == data).all()


def _written(folder, rng, size=10_000):
    file, data = ScratchFile(folder, size, Traffic()), _random(rng, size)
    file.write(0, data.ctypes.data, size)
    return file, data


def test_a_piece_that_comes_back_changed_is_read_again_and_then_refused(tmp_path, monkeypatch, rng):
    file, data = _written(tmp_path, rng)
    real, damage = os.preadv, [1]

    def preadv(descriptor, targets, place):
        count = real(descriptor, targets, place)
        if damage and damage.pop():
            targets[0][rng.randrange(10_000)] ^= 1 << rng.randrange(8)
        return count

    monkeypatch.setattr(os, "preadv", preadv)
    found = np.zeros(10_000, np.uint8)
    file.read(0, found.ctypes.data)
    assert (found == data).all()
    assert file.traffic.reread == 1
    damage += [1, 1]
    with pytest.raises(VerificationError, match="gave back other bytes than were written") as caught:
        file.read(0, found.ctypes.data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("number", "kind"), [(errno.ENOSPC, CapacityError), (errno.EDQUOT, CapacityError), (errno.EIO, OutputError)]
)
def test_what_the_system_refuses_is_one_line(tmp_path, monkeypatch, rng, number, kind):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", refuse)
        with pytest.raises(kind, match="--scratch") as caught:
            ScratchFile(tmp_path, 10_000, Traffic())
        assert "\n" not in str(caught.value)
    file, data = _written(tmp_path, rng)
    monkeypatch.setattr("pi_engine.runtime.storage.durable.time.sleep", lambda _: None)
    monkeypatch.setattr(os, "pwrite", refuse)
    monkeypatch.setattr(os, "preadv", refuse)
    with pytest.raises(kind, match=os.strerror(number)):
        file.write(0, data.ctypes.data, 10_000)
    with pytest.raises(kind, match=os.strerror(number)):
        file.read(0, data.ctypes.data)


def test_short_transfers_are_gone_on_with(tmp_path, monkeypatch, rng):
    write, read = os.pwrite, os.preadv
    monkeypatch.setattr(os, "pwrite", lambda d, data, place: write(d, data[: 1 + len(data) // 3], place))
    monkeypatch.setattr(
        os, "preadv", lambda d, targets, place: read(d, [targets[0][: 1 + len(targets[0]) // 3]], place)
    )
    monkeypatch.setattr(scratch_file, "_AROUND_CACHE", 0)
    file, data = _written(tmp_path, rng)
    found = np.zeros(10_000, np.uint8)
    file.read(0, found.ctypes.data)
    assert (found == data).all()


def test_a_folder_that_is_gone_is_said(tmp_path):
    folder = tmp_path / "gone"
    with pytest.raises(OutputError, match="No such file or directory"):
        ScratchFile(folder, 100, Traffic())


@pytest.mark.parametrize("length", [0, 1, 511, 512, PIECE // 8 - 1, PIECE // 8, PIECE // 8 + 1, 3 * PIECE // 8 + 77])
def test_integers_wait_and_come_back(tmp_path, draw, length):
    value = draw(length) * (-1 if length % 2 else 1)
    with by_disk(tmp_path) as space:
        parked = ParkedInteger(value)
        assert len(parked) == length
        assert (space.traffic.held > 0) == (8 * length >= 4096)
        assert parked.value() == value
        with parked.limbs() as limbs:
            assert sum(int(x) << 64 * i for i, x in enumerate(limbs[:50].tolist())) == abs(value) % (1 << 64 * 50)
        for count in {0, 1, length // 2, length}:
            if count <= length:
                with HighestLimbs(parked, count).limbs() as limbs:
                    assert len(limbs) == count
                    assert int.from_bytes(limbs.tobytes(), "little") == abs(value) >> 64 * (length - count)
        assert parked.take() == value
        assert space.traffic.held == 0


def test_limbs_are_given_back_with_their_number(tmp_path):
    space = ScratchSpace(tmp_path, 1 << 30)
    buffer = PooledLimbs(1000)
    buffer.limbs[:] = 7
    stored = StoredLimbs(space, buffer.limbs)
    with stored.run().limbs() as limbs:
        assert (limbs == 7).all()
    del stored
    assert space.traffic.held == 0


def test_the_folder_is_left_as_it_was(tmp_path):
    new = tmp_path / "scratch"
    assert scratch_space() is None
    with scratch_of_run(new, 1 << 30, 1000) as space:
        assert new.is_dir()
        assert scratch_space() is space
    assert not new.exists()
    assert scratch_space() is None
    new.mkdir()
    with scratch_of_run(str(new), 1 << 30, 1000):
        pass
    assert new.is_dir()


def test_a_folder_that_cannot_be_used_is_refused_at_once(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="is a file"), scratch_of_run(file, 1 << 30, 1000):
        pass
    with pytest.raises(UsageError, match="there is no folder"), scratch_of_run(tmp_path / "a" / "b", 1 << 30, 1000):
        pass
    with pytest.raises(CapacityError, match="not enough disk"), scratch_of_run(tmp_path / "new", 1 << 30, 1 << 60):
        pass
    with pytest.raises(UsageError, match="is empty: give one"), scratch_of_run("", 1 << 30, 1000):
        pass
    assert [x.name for x in tmp_path.iterdir()] == ["file"]


def test_a_limit_counts_what_is_allocated(tmp_path):
    space = ScratchSpace(tmp_path, 8 << 30)
    assert space.fits(1 << 20)
    assert not space.fits(8 << 30)
    assert space.at_once(8, 1 << 20, 0) == 8
    assert space.at_once(8, 8 << 30, 0) == 1
    assert space.parks(1 << 30)
    assert not space.parks(1 << 20)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such permission")
def test_a_folder_that_cannot_be_written_to_is_refused_at_once(tmp_path, monkeypatch):
    """Not when the run first needs it; a read-only disk answers this question the same way."""
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    for folder in (tmp_path, tmp_path / "new"):
        with pytest.raises(UsageError, match="may not be written to; choose another"):
            scratch_path(folder)
    (tmp_path / "there").mkdir()
    assert scratch_path(tmp_path / "there") == tmp_path / "there"
