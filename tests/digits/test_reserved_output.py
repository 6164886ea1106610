"""Space is reserved before a run, and what could not be written is refused before it."""

import errno
import os
import re

import pytest

import pi_engine
from pi_engine.digits.destination import siblings
from pi_engine.engine import compute as engine
from tests.digits.digit_files import FORMATS, compute

ALL = [*((name, []) for name in FORMATS.values()), ("pi.ycd", ["--block-size", "500"])]


@pytest.mark.parametrize(("name", "options"), ALL)
def test_space_is_reserved_before_the_run_under_the_target_s_name(tmp_path, monkeypatch, name, options):
    seen = []
    real = engine.compute

    def look(*a, **k):
        (path,) = tmp_path.iterdir()
        files = [path] if path.is_file() else list(path.iterdir())
        seen.extend([path.name, sum(file.stat().st_blocks * 512 for file in files)])
        return real(*a, **k)

    monkeypatch.setattr(engine, "compute", look)
    assert compute(tmp_path / name, *options) == 0
    target = name.removesuffix(".ycd") if options else name
    assert re.fullmatch(rf"\.{target}\.[0-9a-f]{{16}}\.partial", seen[0])
    assert seen[1] >= 800
    assert [path.name for path in tmp_path.iterdir()] == [target]
    assert all(file.stat().st_size < 2100 for file in tmp_path.rglob("*") if file.is_file())


@pytest.mark.parametrize(("name", "options"), ALL)
@pytest.mark.parametrize("error", [pi_engine.CapacityError("too much"), KeyboardInterrupt(), MemoryError()])
def test_what_was_reserved_goes_with_a_run_that_fails(tmp_path, monkeypatch, name, options, error):
    def fail(*a, **k):
        assert len(list(tmp_path.iterdir())) == 1
        raise error

    monkeypatch.setattr(engine, "compute", fail)
    assert compute(tmp_path / name, *options) in {4, 130}
    assert list(tmp_path.iterdir()) == []


REFUSALS = [
    (errno.ENOSPC, 4, "make room"),
    (errno.EFBIG, 4, "make room"),
    (errno.EDQUOT, 4, "make room"),
    (errno.EROFS, 2, "choose another"),
    (errno.EACCES, 2, "choose another"),
    (errno.EILSEQ, 2, "choose another"),
    (errno.EIO, 1, "cannot be created"),
]


@pytest.mark.parametrize("options", [[], ["--check", "full"], ["--format", "ycd", "--block-size", "500"], ["--proof"]])
@pytest.mark.parametrize(("number", "code", "advice"), REFUSALS)
def test_what_cannot_be_written_is_refused_before_the_run(tmp_path, monkeypatch, capsys, options, number, code, advice):
    def refuse(descriptor, offset, size):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(engine, "compute", lambda *a, **k: pytest.fail("has begun"))
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    assert compute(tmp_path / "pi.txt", *options) == code
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and advice in error and os.strerror(number) in error
    assert list(tmp_path.iterdir()) == []


def test_names_beside_a_name(tmp_path):
    for name, first in (("pi.txt", "pi-1.txt"), ("pi.txt.gz", "pi-1.txt.gz"), ("pi", "pi-1"), ("π" * 125, None)):
        place = next(siblings(tmp_path / name))
        assert place.name == first or (first is None and len(os.fsencode(place.name)) <= 255)
        place.touch()
        assert next(siblings(tmp_path / name)).name == place.name.replace("-1", "-2")
