"""Finished digits are not thrown away: where a file cannot be, another one is named."""

import errno
import io
import os
import re
import shutil
from pathlib import Path

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.digits.conversion import convert
from pi_engine.engine.compute import compute as computed
from pi_engine.runtime.storage import durable
from tests.digits.digit_files import DIGITS, FORMATS, compute, require_digits

ALL = [*((name, []) for name in FORMATS.values()), ("pi.ycd", ["--block-size", "500"])]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """The folder that the command is called in, and that for temporary files."""
    for name in ("here", "temporary", "target"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr("pi_engine.engine.result_file._SCRATCH", str(tmp_path / "temporary"))
    return tmp_path


def told_place(error):
    """Where a message says that the digits are."""
    assert error.count("\n") == 1
    place, move = re.search(r"the digits are whole in (\S+): move them with '(mv .*)'\n", error).groups()
    assert move.startswith(f"mv {place} ")
    return Path(place)


@pytest.mark.parametrize(("name", "options"), ALL)
def test_a_folder_that_has_vanished(elsewhere, after_the_run, capsys, name, options):
    target = elsewhere / "target" / name
    after_the_run(lambda _: shutil.rmtree(elsewhere / "target"))
    assert compute(target, *options) == 1
    place = told_place(capsys.readouterr().err)
    assert place.parent == elsewhere / "here"
    require_digits(place)
    assert len(list((elsewhere / "here").iterdir())) == 1


def test_the_current_folder_has_vanished(elsewhere, after_the_run, monkeypatch, capsys):
    monkeypatch.chdir(elsewhere / "target")
    after_the_run(lambda _: shutil.rmtree(elsewhere / "target"))
    try:
        assert compute("pi.txt") == 1
    finally:
        monkeypatch.undo()
    place = told_place(capsys.readouterr().err)
    assert place.parent == elsewhere / "temporary"
    require_digits(place)


@pytest.mark.parametrize(("name", "options"), ALL)
def test_a_name_that_is_taken_by_now(elsewhere, after_the_run, capsys, name, options):
    target = elsewhere / "target" / (name.removesuffix(".ycd") if options else name)
    after_the_run(lambda _: target.write_text("precious"))
    assert compute(target.with_name(name), *options) == 2
    error = capsys.readouterr().err
    assert "its name is taken by now" in error
    place = told_place(error)
    assert target.read_text() == "precious"
    assert place.name.startswith("pi-1")
    require_digits(place)
    assert set((elsewhere / "target").iterdir()) == {target, place}


def failing_in(monkeypatch, folders):
    """A disk on which nothing can be synced: the one that these folders are on."""
    real = os.fsync

    def fsync(descriptor):
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        if any(name.is_relative_to(folder) for folder in folders):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it is told by /proc on which disk a file is")
@pytest.mark.parametrize(("failing", "saved"), [(["target"], "here"), (["target", "here"], "temporary")])
@pytest.mark.parametrize(("name", "options"), [ALL[0], ALL[1], ALL[-1]])
def test_a_disk_that_fails(elsewhere, monkeypatch, capsys, name, options, failing, saved):
    failing_in(monkeypatch, [elsewhere / folder for folder in failing])
    assert compute(elsewhere / "target" / name, *options) == 1
    place = told_place(capsys.readouterr().err)
    assert place.parent == elsewhere / saved
    require_digits(place)
    assert all(not list((elsewhere / folder).iterdir()) for folder in failing)


def test_where_only_standard_output_is_left(elsewhere, monkeypatch, capsys):
    failing_in(monkeypatch, [elsewhere])
    for target in (elsewhere / "target" / "pi.txt", elsewhere / "target" / "pi.ycd"):
        assert compute(target) == 1
        captured = capsys.readouterr()
        assert captured.out == computed(DIGITS).text()
        assert captured.err.count("\n") == 1 and "the digits are on standard output" in captured.err
        assert compute(target, "--json") == 1
        assert "the digits are lost" in capsys.readouterr().err
    assert not any(path.is_file() for path in elsewhere.rglob("*"))


def test_a_device_that_is_full(elsewhere, capsys):
    assert compute("/dev/full") == 4
    place = told_place(capsys.readouterr().err)
    assert place.parent == elsewhere / "here"
    require_digits(place)


def test_standard_output_that_is_full(elsewhere, monkeypatch, capsys):
    """Many digits are kept; few are not worth it."""
    monkeypatch.setattr("pi_engine.cli.commands.compute.output_file._WORTH_A_FILE", DIGITS)
    monkeypatch.setattr("pi_engine.cli.output.streams.drop_stdout", lambda: None)

    class Full(io.StringIO):
        def write(self, text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("sys.stdout", Full())
    for digits in (DIGITS, DIGITS - 1):
        assert run(["compute", str(digits)]) == 4
    error = capsys.readouterr().err.splitlines()
    assert "the digits are whole in" in error[0] and "whole" not in error[1]
    require_digits(Path(error[0].rpartition(" ")[2]))


@pytest.mark.parametrize("name", ["pi.txt", "pi.txt.gz", "pi.ycd"])
def test_threads_that_may_not_begin_are_done_without(elsewhere, monkeypatch, name):
    """The limit of processes is the user's, and may have been reached by other programs meanwhile."""

    def fail(_self):
        raise RuntimeError("can't start new thread")

    result = computed(DIGITS, threads=2)
    monkeypatch.setattr("pi_engine.digits.common.sha256._CONCURRENT_FROM", 1)
    with monkeypatch.context() as patch:
        patch.setattr("threading.Thread.start", fail)
        result.write(elsewhere / "target" / name)
    require_digits(elsewhere / "target" / name)


@pytest.mark.parametrize("error", [MemoryError, RuntimeError("can't start new thread")])
def test_memory_that_runs_out_while_the_file_is_made(elsewhere, monkeypatch, capsys, error):
    def fail(*a):
        raise error

    monkeypatch.setattr("pi_engine.radix.kernels.digit_words.digit_words", fail)
    assert compute(elsewhere / "target" / "pi.ycd") == 1
    place = told_place(capsys.readouterr().err)
    assert place.read_text() == computed(DIGITS).text()


def test_a_result_stays_usable(elsewhere, monkeypatch):
    result = computed(DIGITS)
    with monkeypatch.context() as patch:
        failing_in(patch, [elsewhere / "target"])
        with pytest.raises(pi_engine.OutputError, match="no file was left; the digits are still in the result"):
            result.write(elsewhere / "target" / "pi.txt")
    assert not list((elsewhere / "here").iterdir())
    result.write(elsewhere / "target" / "pi.txt")
    require_digits(elsewhere / "target" / "pi.txt")


def test_no_file_was_left_is_said_only_where_it_is_true(elsewhere, monkeypatch):
    target = elsewhere / "target" / "pi.txt"
    target.write_text("precious")
    failing_in(monkeypatch, [elsewhere / "target"])
    with pytest.raises(pi_engine.OutputError, match="the file of that name is unchanged"):
        computed(DIGITS).write(target, overwrite=True)
    assert target.read_text() == "precious"

    def refuse(path, **k):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(pi_engine.OutputError, match=r"\.pi\.txt\..*\.partial is left of it: remove it"):
        computed(DIGITS).write(target, overwrite=True)


def test_a_certificate_that_cannot_be_written(elsewhere, after_the_run, capsys):
    target = elsewhere / "target" / "pi.txt"
    after_the_run(lambda _: Path(f"{target}.proof.json").write_text("mine"))
    assert compute(target, "--proof") == 2
    assert f"the digits themselves are whole in {target}" in capsys.readouterr().err
    require_digits(target)


def test_a_conversion_keeps_what_is_finished(elsewhere, monkeypatch):
    computed(DIGITS).write(elsewhere / "here" / "pi.txt")
    target = elsewhere / "target" / "pi.txt.gz"
    real = durable.finish

    def finish(stream):
        target.write_text("precious")
        real(stream)

    monkeypatch.setattr(durable, "finish", finish)
    with pytest.raises(pi_engine.UsageError) as caught:
        convert(elsewhere / "here" / "pi.txt", target)
    place = told_place(f"{caught.value}\n")
    require_digits(place)
    assert target.read_text() == "precious"
