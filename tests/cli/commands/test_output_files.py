"""The file that a run leaves behind: whole or not at all, and nothing lost."""

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.runtime.storage import atomic
from tests.command import COMMAND


def test_an_existing_file_is_kept_without_force(capsys, tmp_path):
    target = tmp_path / "pi.txt"
    target.write_text("precious")
    target.chmod(0o640)
    assert run(["compute", "5", "-o", str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "precious"
    assert run(["compute", "5", "-o", str(target), "--force"]) == 0
    assert target.read_text() == "3.14159"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    target = tmp_path / "pi.txt"
    with pytest.raises(pi_engine.UsageError, match="exists: give overwrite=True"):  # noqa: PT012
        with atomic.atomic_writer(target, overwrite=False) as stream:
            stream.write(b"3")
            target.write_text("precious")
    assert target.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_link_in_the_place_of_the_temporary_does_not_become_the_file(tmp_path, overwrite):
    """Anybody who may write to the folder can put one there."""
    foreign = tmp_path / "foreign"
    foreign.write_text("precious")
    with pytest.raises(pi_engine.OutputError, match="something else has the name"):  # noqa: PT012
        with atomic.atomic_writer(tmp_path / "pi.txt", overwrite=overwrite) as stream:
            stream.write(b"3")
            (temporary,) = tmp_path.glob(".pi.txt.*")
            temporary.unlink()
            temporary.symlink_to(foreign)
    assert foreign.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [foreign]


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path, monkeypatch):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt"), "-q"]) == 0
    assert (tmp_path / "pi.txt").read_text() == "3.14159"


def test_the_order_of_what_makes_a_file_last(tmp_path, monkeypatch):
    """The file is synced, then named, then the temporary goes, then the folder is synced."""
    events = []
    for name in ("fsync", "link", "unlink"):
        real = getattr(os, name)

        def record(first, *rest, name=name, real=real, **options):
            folder = name == "fsync" and stat.S_ISDIR(os.fstat(first).st_mode)
            events.append("fsync folder" if folder else name)
            return real(first, *rest, **options)

        monkeypatch.setattr(os, name, record)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt"), "-q"]) == 0
    assert events[-4:] == ["fsync", "link", "unlink", "fsync folder"]
    events.clear()
    with atomic.atomic_writer(tmp_path / "other", overwrite=False) as stream:  # what is not read back is synced too
        stream.write(b"3")
    assert events == ["fsync", "link", "unlink", "fsync folder"]


def test_a_long_name_is_found_out_before_the_start_or_written(tmp_path):
    name = "π" * 122 + ".txt"  # 248 bytes
    assert run(["compute", "5", "-o", str(tmp_path / name), "-q"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_symbolic_link_is_followed(tmp_path):
    folder = tmp_path / "real"
    folder.mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(folder / "pi.txt")
    assert run(["compute", "5", "-o", str(link), "-q"]) == 0
    assert link.is_symlink()
    assert (folder / "pi.txt").read_text() == "3.14159"


def test_a_device_is_written_to_and_not_replaced(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where digits go that the device does not take
    assert run(["compute", "1000", "-o", "/dev/null", "-q"]) == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert run(["compute", "1000", "-o", "/dev/full"]) == 4
    assert "No space left on device" in capsys.readouterr().err


def test_a_named_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([*COMMAND, "compute", "5", "-q", "-o", str(pipe)])
    assert pipe.read_bytes() == b"3.14159"
    assert process.wait() == 0


def test_too_little_disk_is_refused_before_the_start(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 5, 5))
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == 4
    assert "and 5 are free" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 4), (errno.EDQUOT, 4), (errno.EIO, 1)])
def test_a_failing_disk_leaves_nothing(capsys, tmp_path, monkeypatch, number, code):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == code
    captured = capsys.readouterr().err
    assert os.strerror(number) in captured
    assert captured.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_permission(capsys, tmp_path, monkeypatch):
    """Everything is permitted to root, so the system's answer is replaced."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == 2
    assert "may not be written to" in capsys.readouterr().err
