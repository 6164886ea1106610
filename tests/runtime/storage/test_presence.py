"""Whether a name leads to something, and the system's refusal to say so, on every Python alike."""

import ast
import os
from errno import EACCES, EIO, ENAMETOOLONG, ESTALE
from pathlib import Path

import pytest

import pi_engine
from pi_engine.runtime.storage.presence import is_folder, is_regular_file, is_there, status_of

QUESTIONS = [is_there, is_folder, is_regular_file]


def answers(path):
    return [question(path) for question in QUESTIONS]


def test_what_there_is(tmp_path):
    file = tmp_path / "file"
    file.write_text("3.14")
    assert answers(tmp_path) == [True, True, False]
    assert answers(file) == [True, False, True]
    assert answers(tmp_path / "missing") == answers(file / "below a file") == answers(Path("a\0b")) == [False] * 3
    assert status_of(file).st_size == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes that have names, and links, are Unix's")
def test_what_is_neither_file_nor_folder(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert answers(tmp_path / "pipe") == [True, False, False]
    (tmp_path / "link").symlink_to(tmp_path)
    assert answers(tmp_path / "link") == [True, True, False]
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    assert answers(tmp_path / "loop") == answers(tmp_path / "nowhere") == [False] * 3


@pytest.mark.skipif(os.name != "posix", reason="Windows has another limit")
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_name_that_is_too_long_is_not_missing(tmp_path, question):
    with pytest.raises(OSError, match=os.strerror(ENAMETOOLONG)):
        question(tmp_path / ("x" * 300))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("number", [EACCES, EIO, ESTALE])
def test_a_refusal_is_passed_on(monkeypatch, question, number):
    def refuse(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "stat", refuse)
    with pytest.raises(OSError, match=os.strerror(number)):
        question(Path("file"))


def test_what_windows_says_of_names_that_lead_nowhere(monkeypatch):
    for number in (21, 123, 1921):

        def refuse(_path, number=number):
            error = OSError(22, "invalid")
            error.winerror = number
            raise error

        monkeypatch.setattr(Path, "stat", refuse)
        assert answers(Path("file")) == [False] * 3


ASKED_OTHERWISE = {
    "runtime/installation.py",  # says how to install something: a name that cannot be looked up is not there
    "runtime/compilation/kernel_folder.py",  # of the program's own cache
    "runtime/compilation/provenance/kernel_sources.py",  # entries of a folder that has been read
    "digits/compressed/zip_archive.py",  # of the names in an archive
}


def test_nothing_asks_a_path_itself():
    package = Path(pi_engine.__file__).parent
    asked = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"exists", "is_dir", "is_file"}
        if ast.unparse(node.value) != "os.path"  # which is for names of any length
    }
    assert asked == ASKED_OTHERWISE
