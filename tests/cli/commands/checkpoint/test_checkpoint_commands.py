"""`checkpoint show` and `checkpoint clean`: what people and programs are told, and what is removed."""

import json
import os
import shlex

import pytest

from pi_engine.checkpoint import checkpoint_report, record_file
from pi_engine.checkpoint.checkpoint_folder import MANIFESTS
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.cli.main import run
from tests.checkpoint.stores import BLOCK, PARAMETERS, damage, file_of, make_checkpoint, names_in, resumed
from tests.command import pi, pi_on_terminal
from tests.homes import environment_of, python


@pytest.fixture
def kept(tmp_path, monkeypatch, rng):
    """The folder of a checkpoint, named `kept` from where the commands run."""
    monkeypatch.setattr(record_file, "BLOCK", BLOCK)
    monkeypatch.chdir(tmp_path)
    make_checkpoint(tmp_path / "kept", rng)
    return tmp_path / "kept"


def asked(capsys, *arguments, code=0):
    assert run(["checkpoint", *arguments]) == code
    return capsys.readouterr()


def answer(capsys, *arguments, code=0):
    return json.loads(asked(capsys, *arguments, "--json", code=code).out)


def test_what_people_read(kept):
    code, shown, _ = pi_on_terminal("checkpoint", "show", "kept", columns=100)
    assert code == 0
    for line in (
        "checkpoint     kept",
        "in use         no",
        "phase          sum",
        "digits         1_000",
        "cuts           [71, 8]",
        "kernels        none",
        "to go on       pi-engine compute 1000 --checkpoint kept --resume",
        "not known      where the digits go, --memory and --scratch: give them again",
        "record    numbers  bytes  status  what is wrong",
    ):
        assert line in shown, shown
    assert "records        2, all good (headers read; --verify reads every file to its end)" in shown
    assert [line.split()[0] for line in shown.splitlines()[-2:]] == ["node-0-1", "node-1-2"]


def test_what_programs_read(kept, capsys):
    found = answer(capsys, "show", "kept")
    assert (found["folder"], found["in_use_by"], found["phase"], found["generation"]) == ("kept", None, "sum", 2)
    assert found["parameters"] == PARAMETERS and found["notes"] == [] and found["verified"] == "headers"
    assert found["bytes"] == sum(path.stat().st_size for path in kept.iterdir())
    for row, key in zip(found["records"], ("node-0-1", "node-1-2"), strict=True):
        path = file_of(kept, key)
        assert row == {
            "key": key, "file": path.name, "bytes": path.stat().st_size, "numbers": ["P", "Q", "T"], "status": "good",
            "detail": None,
        }  # fmt: skip
    assert found["resume"] == "pi-engine compute 1000 --checkpoint kept --resume"


def test_nothing_is_changed_by_looking(kept, capsys):
    damage(file_of(kept, "node-0-1"), -1)
    damage(kept / MANIFESTS[1], 50)
    before = {path.name: path.read_bytes() for path in kept.iterdir()}
    for more in ([], ["--verify"]):
        asked(capsys, "show", "kept", *more, code=5)
    assert {path.name: path.read_bytes() for path in kept.iterdir()} == before


def test_a_checkpoint_before_its_first_record(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    CheckpointStore.create("new", {"digits": 5}).close()
    said = asked(capsys, "show", "new").out
    assert "phase\tnothing kept yet" in said and "records\t0, all good" in said
    assert answer(capsys, "show", "new", "--verify")["records"] == []


def test_damage_is_found_and_said(kept, capsys):
    """Of the limbs only with --verify, of all else at once."""
    good = file_of(kept, "node-0-1").read_bytes()
    path = file_of(kept, "node-0-1")
    damage(path, 4096 + BLOCK + 5)
    assert answer(capsys, "show", "kept")["records"][0]["status"] == "good"
    found = answer(capsys, "show", "kept", "--verify", code=5)
    assert [row["status"] for row in found["records"]] == ["damaged", "good"]
    assert "limbs 512 to 700 of P do not have their hash" in found["records"][0]["detail"]
    said = asked(capsys, "show", "kept", "--verify", code=5)
    assert said.err == (
        "pi-engine: 1 of 2 records cannot be used; a run with --resume computes what was in them again\n"
    )
    assert "records\t2, 1 cannot be used (every file read to its end)" in said.out
    for broken in (good[:-1], good[:100], b"", file_of(kept, "node-1-2").read_bytes()):
        path.write_bytes(broken)
        row = answer(capsys, "show", "kept", code=5)["records"][0]
        assert row["status"] == "damaged" and row["file"] in row["detail"]
    path.unlink()
    row = answer(capsys, "show", "kept", code=5)["records"][0]
    assert (row["status"], row["detail"], row["numbers"]) == ("missing", f"the record {path.name} is missing", [])


def test_damaged_manifests(kept, capsys):
    damage(kept / MANIFESTS[0], 50)
    found = answer(capsys, "show", "kept")
    assert found["generation"] == 1 and len(found["records"]) == 1
    assert f"the manifest {MANIFESTS[0]} is damaged" in found["notes"][0]
    resumed(kept).close()
    assert answer(capsys, "show", "kept")["notes"] == [
        f"the manifest {MANIFESTS[0]} is missing",
        "1 damaged file set aside before, named *.bad",
    ]
    damage(kept / MANIFESTS[1], 50)
    said = asked(capsys, "show", "kept", code=5)
    assert said.out == "" and said.err.count("\n") == 1 and "'pi-engine checkpoint clean'" in said.err
    assert answer(capsys, "show", "kept", code=5)["error"]["code"] == 5
    asked(capsys, "clean", "kept")
    assert not kept.exists()


def test_one_that_is_in_use(kept, capsys):
    with resumed(kept) as store:
        assert answer(capsys, "show", "kept")["in_use_by"].startswith(f"process {os.getpid()} on ")
        done = pi("checkpoint", "clean", "kept")
        assert done.returncode == 2 and f"in use by process {os.getpid()} on " in done.stderr
        store.keep("root", {}, {}, phase="division")
        assert answer(capsys, "show", "kept")["phase"] == "division"
    assert len(names_in(kept)) == 6


def test_a_run_that_goes_on_while_it_is_looked_at(kept, capsys, monkeypatch):
    """The files of one state are gone two states later: then the newer state is shown, and nothing is thought to be missing."""
    real, store = checkpoint_report.open_record, resumed(kept)

    def go_on(path):
        if "node-0-1" in path.name:
            for key in ("node-0-2", "root"):
                store.keep(key, {}, {}, drop=store.keys())
        return real(path)

    monkeypatch.setattr(checkpoint_report, "open_record", go_on)
    with store:
        found = answer(capsys, "show", "kept")
    assert [(row["key"], row["status"]) for row in found["records"]] == [("root", "good")]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"digits": 1000, "base": 16}, ["1000", "--base", "16"]),
        ({"digits": 1000, "series": "my series.toml"}, ["1000", "--series", "my series.toml"]),
        ({"digits": "; rm -rf /", "base": "x", "series": 5}, ["DIGITS"]),
        ({"digits": True}, ["DIGITS"]),
        ({}, ["DIGITS"]),
    ],
)
def test_the_command_that_goes_on(tmp_path, monkeypatch, capsys, parameters, words):
    monkeypatch.chdir(tmp_path)
    folder = "a folder; with 'signs'"
    CheckpointStore.create(folder, parameters).close()
    line = answer(capsys, "show", folder)["resume"]
    assert shlex.split(line) == ["pi-engine", "compute", *words, "--checkpoint", folder, "--resume"]


def test_what_a_manifest_says_cannot_reach_the_terminal(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    CheckpointStore.create("kept", {"series": "\x1b[31m\r\n", "x": ["\x1b[0m"], "long": "y" * 10_000}).close()
    said = asked(capsys, "show", "kept").out
    assert all(line.isprintable() for line in said.replace("\t", " ").splitlines())
    assert max(map(len, said.splitlines())) < 400


def test_clean_removes_what_belongs_to_it_alone(kept, capsys):
    size = sum(path.stat().st_size for path in kept.iterdir() if path.name != "checkpoint.lock")
    (kept / "pi.txt").write_text("3.14")
    assert asked(capsys, "clean", "kept/").out == (
        f"removed 4 files, {size / 1024:.1f} KiB: kept/; the folder stays, with what else is in it\n"
    )
    assert names_in(kept) == ["pi.txt"]
    said = asked(capsys, "clean", "kept", code=2)
    assert said.err == ("pi-engine: error: kept holds no checkpoint: name the folder that a run had as --checkpoint\n")
    (kept / "pi.txt").unlink()
    CheckpointStore.create("kept", PARAMETERS).close()
    found = answer(capsys, "clean", "kept")
    assert (found["files_removed"], found["folder_removed"]) == (1, True) and not kept.exists()


def test_clean_by_a_link_leaves_the_link(kept, capsys):
    kept.with_name("link").symlink_to("kept")
    assert not answer(capsys, "clean", "link")["folder_removed"]
    assert names_in(kept) == []


def test_nothing_large_is_imported_before_it_is_needed(tmp_path):
    code = (
        "import sys, pi_engine.cli.commands.checkpoint.checkpoint_group, pi_engine.checkpoint.checkpoint_store as _; "
    )
    code += "print(sorted({'numpy', 'numba', 'xxhash', 'rich'} & set(sys.modules)))"
    assert python(code, environment_of(tmp_path)) == "[]"
