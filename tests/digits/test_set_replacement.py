"""A set that replaces another: the old one or the new one is there at every instant, and nothing foreign is removed."""

import contextlib
import fcntl
import json
import os
import re

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.digits.destination import settle_leftovers
from pi_engine.engine.compute import compute as computed
from pi_engine.errors import UsageError
from pi_engine.runtime.storage import durable
from pi_engine.runtime.storage.temporaries import temporaries
from tests.digits.digit_files import text_of
from tests.homes import environment_of, python

OLD, NEW = 600, 1000
CALLS = ("rename", "replace", "link", "unlink", "rmdir", "fsync", "exchange")


def write(folder, digits, **options):
    return computed(digits).write(folder / "pi.ycd", block_size=200, **options)


def length(folder):
    """Of the set under its name: all its digits are right, or it is not there."""
    target = folder / "pi"
    if not target.exists():
        return None
    text = text_of(target)
    assert text == computed(len(text) - 2).text()
    return len(text) - 2


def at_the_call(monkeypatch, number, before, happens):
    """Something happens at that call of those that change names, before it or after it."""
    count = 0
    for name in CALLS:
        module = durable if name == "exchange" else os

        def call(*a, real=getattr(module, name), **k):
            nonlocal count
            count += 1
            now = count == number
            if now and before:
                happens()
            result = real(*a, **k)
            if now:
                happens()
            return result

        monkeypatch.setattr(module, name, call)
    return lambda: count


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("swaps", [True, False])
def test_an_interrupt_at_any_renaming(tmp_path, monkeypatch, swaps, before):
    number, found = 0, []
    while True:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        write(folder, OLD)
        with monkeypatch.context() as patch:
            if not swaps:
                patch.setattr(durable, "_rename_with", lambda *a, **k: False)
            count = at_the_call(patch, number, before, interrupt)
            with contextlib.suppress(KeyboardInterrupt):
                write(folder, NEW, overwrite=True)
            if count() < number:
                break
        found.append(length(folder))
        assert {path.name for path in folder.iterdir()} - {path.name for path in temporaries(folder / "pi")} == {"pi"}
        settle_leftovers(folder / "pi.ycd", 200)
        assert length(folder) == found[-1]
    assert set(found) == {OLD, NEW}
    assert found == sorted(found)


KILLED = """
import json, os, sys
from pathlib import Path
import pytest
import pi_engine
from pi_engine.runtime.storage import durable
from tests.digits.test_set_replacement import at_the_call, length, write, OLD, NEW

place, found = Path(sys.argv[1]), []
for swaps in (True, False):
    for before in (True, False):
        for number in range(1, 1000):
            folder = place / f"{swaps} {before} {number}"
            folder.mkdir()
            write(folder, OLD)
            child = os.fork()
            if not child:
                patch = pytest.MonkeyPatch()
                if not swaps:
                    patch.setattr(durable, "_rename_with", lambda *a, **k: False)
                at_the_call(patch, number, before, lambda: os._exit(9))
                write(folder, NEW, overwrite=True)
                os._exit(0)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            assert code in (0, 9), code
            if not code:
                break
            found.append([str(folder), swaps, length(folder)])
print(json.dumps(found))
"""
"""Kills a process at every call that changes a name; a process of its own does it, which has no threads when it forks."""


def test_a_kill_at_any_renaming(tmp_path, capsys):
    environment = environment_of(tmp_path / "home")
    code = f"import sys; sys.argv = ['x', {str(tmp_path)!r}]\n{KILLED}"
    found = [(tmp_path / name, swaps, digits) for name, swaps, digits in json.loads(python(code, environment))]
    assert len(found) > 40
    assert {digits for _, swaps, digits in found if swaps} == {OLD, NEW}
    assert {digits for _, swaps, digits in found if not swaps} == {OLD, NEW, None}
    for folder, _, digits in found:
        left = {path.name for path in folder.iterdir()} - {"pi"}
        assert all(re.fullmatch(r"\.pi\.[0-9a-f]{16}\.(partial|old)", name) for name in left)
        if digits is None:
            assert run(["verify", str(folder / "pi")]) == 2
            error = capsys.readouterr().err
            assert all(str(folder / name) in error for name in left) and left
        if len(left) < 2 and digits == NEW:  # the next run of a reader's choice, and that of a writer
            assert run(["compute", "500", "-o", str(folder / "pi.ycd"), "--block-size", "100"]) == 2
        else:
            settle_leftovers(folder / "pi.ycd", 200)
        messages = capsys.readouterr().err
        assert length(folder) == (digits or NEW)
        assert all(path.name in messages or is_whole(path) for path in temporaries(folder / "pi"))


def is_whole(path):
    """A set that its owner has to look at: whole, under a temporary's name."""
    return text_of(path) == computed(len(text_of(path)) - 2).text()


def link(folder):
    """To a file elsewhere that would be the next piece."""
    place = folder.parent / "elsewhere"
    place.write_bytes((folder / "pi - 2.ycd").read_bytes().replace(b"BlockID:\t2", b"BlockID:\t3"))
    (folder / "pi - 3.ycd").symlink_to(place)


FOREIGN = {
    "a folder named like a piece": lambda f: (f / "pi - 3.ycd").mkdir(),
    "a folder with something in it": lambda f: (
        (f / "pi - 3.ycd").mkdir(),
        (f / "pi - 3.ycd" / "x").write_text("mine"),
    ),
    "a file named like a piece": lambda f: (f / "pi - 3.ycd").write_text("mine"),
    "a piece of another number": lambda f: (f / "pi - 3.ycd").write_bytes((f / "pi - 2.ycd").read_bytes()),
    "a link": link,
    "another file": lambda f: (f / "notes.txt").write_text("mine"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_what_is_not_of_the_set_is_never_removed(tmp_path, what):
    write(tmp_path, OLD)
    FOREIGN[what](tmp_path / "pi")
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="holds more than one whole set"):
        write(tmp_path, NEW, overwrite=True)
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("swaps", [True, False])
@pytest.mark.parametrize("what", FOREIGN)
def test_what_comes_meanwhile_is_kept(tmp_path, monkeypatch, caplog, what, swaps):
    """At the last moment, behind the check: then it stays in the folder of the old set, which is named."""
    write(tmp_path, OLD)
    real = durable.exchange

    def exchange(first, second):
        FOREIGN[what](second)
        return swaps and real(first, second)

    monkeypatch.setattr(durable, "exchange", exchange)
    write(tmp_path, NEW, overwrite=True)
    assert length(tmp_path) == NEW
    (left,) = temporaries(tmp_path / "pi")
    assert left.suffix == ".old" and str(left) in caplog.text
    assert sorted(path.name for path in left.iterdir()) == ["notes.txt" if what == "another file" else "pi - 3.ycd"]


def test_the_last_whole_set_is_never_removed(tmp_path, caplog):
    """An old set that a killed run has left, where something else has the target's name by now."""
    write(tmp_path, OLD)
    old = tmp_path / f".pi.{1:016x}.old"
    (tmp_path / "pi").rename(old)
    (tmp_path / "pi").mkdir()
    (tmp_path / "pi" / "notes.txt").write_text("mine")
    settle_leftovers(tmp_path / "pi.ycd", 200)
    assert str(old) in caplog.text and len(list(old.iterdir())) == 3
    (tmp_path / "pi" / "notes.txt").unlink()
    (tmp_path / "pi").rmdir()
    settle_leftovers(tmp_path / "pi.ycd", 200)
    assert length(tmp_path) == OLD and not temporaries(tmp_path / "pi")


def test_an_empty_folder_is_replaced(tmp_path):
    (tmp_path / "pi").mkdir()
    with pytest.raises(UsageError, match="exists"):
        write(tmp_path, OLD)
    write(tmp_path, OLD, overwrite=True)
    assert length(tmp_path) == OLD and not temporaries(tmp_path / "pi")


def test_a_file_of_the_folder_s_name(tmp_path):
    (tmp_path / "pi").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        write(tmp_path, OLD, overwrite=True)
    assert (tmp_path / "pi").read_text() == "mine"


def test_leftovers_of_files(tmp_path, caplog):
    """Unfinished ones go, whole ones and those of others stay, and the one in use does."""
    result, target = computed(OLD), tmp_path / "pi.txt"
    names = {}
    for kind, content in (
        ("reserved", bytes(602)), ("begun", b"3.14" + bytes(598)), ("empty", b""), ("whole", result.text().encode()), ("used", bytes(9)),
    ):  # fmt: skip
        names[kind] = tmp_path / f".pi.txt.{len(names):016x}.partial"
        names[kind].write_bytes(content)
    strangers = [tmp_path / name for name in (".pi.txt.partial", ".pi.txt.1.partial", f".e.txt.{0:016x}.partial")]
    for path in strangers:
        path.write_bytes(b"")
    with names["used"].open("rb+") as used:
        fcntl.flock(used.fileno(), fcntl.LOCK_EX)
        result.write(target)
    assert set(tmp_path.iterdir()) == {target, names["whole"], names["used"], *strangers}
    assert str(names["whole"]) in caplog.text and str(names["used"]) not in caplog.text
    target.unlink()
    with pytest.raises(UsageError, match=re.escape(str(names["whole"]))):
        pi_engine.verify_file(target)
