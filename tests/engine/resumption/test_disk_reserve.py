"""The disk that a checkpoint may take: estimated, held, given back, and refused where it is not there."""

import errno
import os
import shutil
import subprocess
from types import SimpleNamespace

import pytest

import pi_engine
from pi_engine import CapacityError, OutputError, series
from pi_engine.checkpoint import manifest_pair
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.engine.planning import footprint
from pi_engine.engine.planning.plan import make_plan
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.disk_reserve import DiskReserve
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.runtime.storage import durable
from pi_engine.splitting.compiled import compiled_tree

CHUNK_BITS = 1 << 16


@pytest.fixture
def everything_kept(monkeypatch):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", CHUNK_BITS)
    monkeypatch.setattr(footprint, "_COMPILED_CHUNK_BITS", CHUNK_BITS)


def peak_of_run(folder, digits, name, monkeypatch):
    """Bytes of the checkpoint's files at once, at most, just before a manifest is written."""
    real, sizes = manifest_pair.ManifestWriter.write, []

    def write(self, manifest):
        sizes.append(sum(path.stat().st_size for path in folder.iterdir()))
        real(self, manifest)

    monkeypatch.setattr(manifest_pair.ManifestWriter, "write", write)
    with RunCheckpoint.open(folder, digits, 10, series.get(name), check=True, resume=False) as kept:
        pi_engine.compute(digits, series=name, checkpoint=kept)
        kept.clean()
    monkeypatch.setattr(manifest_pair.ManifestWriter, "write", real)
    return max(sizes)


@pytest.mark.parametrize(
    ("name", "digits"), [("chudnovsky", 150_000), ("ramanujan", 100_000), ("machin", 60_000), ("euler", 20_000)]
)
@pytest.mark.parametrize("path", ["plain", "compiled"])
def test_the_estimate_bounds_what_every_record_together_takes(
    tmp_path, request, monkeypatch, everything_kept, name, digits, path
):  # fmt: skip
    if path == "compiled":
        request.getfixturevalue("compiled_path")
    peak = peak_of_run(tmp_path / "kept", digits, name, monkeypatch)
    plan = make_plan(series.get(name), digits, 10, compiled=path == "compiled")
    spare = footprint._CHECKPOINT_FILES_BYTES
    assert plan.checkpoint_bytes - spare > 0.9 * digits
    assert peak <= plan.checkpoint_bytes
    assert plan.checkpoint_bytes - spare < 4 * peak  # not so large that it refuses what has room


def open_store(folder):
    return CheckpointStore.create(folder, {})


def free_of(folder):
    return shutil.disk_usage(folder).free


def test_what_is_held_is_given_for_records_and_taken_back(tmp_path):
    with open_store(tmp_path / "kept") as store:
        reserve = DiskReserve(store)
        most = 8 << 20
        reserve.require(most)
        assert reserve.size == most - store.bytes()
        blocks = os.fstat(reserve._descriptor).st_blocks * 512
        assert blocks >= reserve.size or not hasattr(os, "posix_fallocate")
        assert {path.suffix for path in (tmp_path / "kept").iterdir()} <= {".json", ".lock"}  # it has no name
        reserve.give(3 << 20)
        assert reserve.size < 5 << 20
        assert os.fstat(reserve._descriptor).st_size == reserve.size
        reserve.take_back()
        assert reserve.size == most - store.bytes()
        reserve.give(1 << 40)
        assert reserve.size == 0
        reserve.close()
        reserve.give(1)
        reserve.take_back()
        assert reserve.size == 0


def test_a_disk_that_is_too_small_is_refused_before_anything(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1 << 20))
    with pytest.raises(CapacityError) as refused:
        pi_engine.compute(2_000_000, checkpoint=tmp_path / "kept")
    message = str(refused.value)
    assert message.startswith(f"not enough disk space: the checkpoint in {tmp_path / 'kept'} may take another ")
    assert "and 1.0 MiB are free; make room there, or keep it in a folder on another disk" in message
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_what_the_system_does_not_give_is_refused(tmp_path, monkeypatch, number):
    """A quota does not show in what is free."""

    def refuse(descriptor, size):
        raise OSError(number, os.strerror(number))

    with open_store(tmp_path / "kept") as store:
        monkeypatch.setattr(durable, "reserve", refuse)
        with pytest.raises(CapacityError, match="may take another"):
            DiskReserve(store).require(5 << 20)
    assert not [path for path in (tmp_path / "kept").iterdir() if path.name.startswith(".")]


def test_a_limit_of_the_size_of_a_file_is_left_to_the_records(tmp_path, monkeypatch):
    def refuse(descriptor, size):
        raise OSError(errno.EFBIG, "File too large")

    with open_store(tmp_path / "kept") as store:
        monkeypatch.setattr(durable, "reserve", refuse)
        reserve = DiskReserve(store)
        reserve.require(5 << 20)
        assert reserve.size == 0


def test_another_answer_of_the_system_is_an_error(tmp_path, monkeypatch):
    def refuse(descriptor, size):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with open_store(tmp_path / "kept") as store:
        monkeypatch.setattr(durable, "reserve", refuse)
        with pytest.raises(OutputError, match="cannot be used: Input/output error; check the disk"):
            DiskReserve(store).require(5 << 20)


def test_a_checkpoint_with_records_stays_where_a_later_run_is_refused(tmp_path, monkeypatch):
    folder, chudnovsky = tmp_path / "kept", series.get("chudnovsky")
    with RunCheckpoint.open(folder, 2000, 10, chudnovsky, check=True, resume=False) as kept:
        pi_engine.compute(2000, checkpoint=kept)
        kept.store.keep("b1-root", {}, {})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=100))
    with RunCheckpoint.open(folder, 2000, 10, chudnovsky, check=True, resume=True) as kept:
        with pytest.raises(CapacityError, match="and 100 bytes are free"):
            pi_engine.compute(2000, checkpoint=kept)
        assert kept.is_there
    assert list(folder.glob("*.limbs"))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 3 MiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], capture_output=True).returncode
    ):
        pytest.skip("no file system may be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_of_its_own(small_disk, everything_kept):
    """What is held counts as taken for everybody else, and is free again when the run has ended."""
    assert pi_engine.compute(200_000, checkpoint=small_disk / "kept").text() == pi_engine.compute(200_000).text()
    assert free_of(small_disk) == 3 << 20
    with open_store(small_disk / "kept") as store:
        reserve = DiskReserve(store)
        reserve.require(2 << 20)
        assert free_of(small_disk) <= 1 << 20
        with pytest.raises(OSError, match="No space left"):
            (small_disk / "other").write_bytes(bytes(2 << 20))
        (small_disk / "other").unlink()
        reserve.close()
    with pytest.raises(CapacityError, match=r"may take another .*, and .* are free"):
        pi_engine.compute(2_000_000, checkpoint=small_disk / "new")
    assert not (small_disk / "new").exists()
