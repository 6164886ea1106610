"""`find` and `stats` with --cluster: what they print is what one process prints, and what they refuse."""

import contextlib
import gzip
import json
import re

import pytest

from pi_engine.cli.commands.explore import find, stats
from pi_engine.cli.main import run
from pi_engine.sequence import range_tasks
from tests.command import pi
from tests.project.json_schema import require_valid
from tests.sequence.clusters import ClusterHere

pytest.importorskip("distributed")


@pytest.fixture(autouse=True)
def folder(tmp_path, million, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(range_tasks, "LEAST_RANGE", 1000)
    text = million.text()
    (tmp_path / "pi.txt").write_text(text[:30_002])
    (tmp_path / "other.txt").write_text(text[0:2] + text[40_000:70_000])
    (tmp_path / "pi.txt.gz").write_bytes(gzip.compress(text[:1000].encode()))
    (tmp_path / "patterns").write_text("14159\n9?9?9\n000000000\n")
    return tmp_path


@pytest.fixture
def cluster(rng, monkeypatch):
    """The one that every --cluster names."""
    here = ClusterHere(rng, workers=3)
    for module in (find, stats):
        monkeypatch.setattr(
            module, "cluster_session", lambda where, **_: contextlib.nullcontext(None if where is None else here)
        )
    return here


COMMANDS = [
    ["find", "pi.txt", "-f", "patterns", "--limit", "all"],
    ["find", "other.txt", "-f", "patterns", "--date", "1988-03-14", "--palindromes", "9", "--self-locating", "--limit", "3"],
    ["find", "pi.txt", "0123456789", "--length", "4", "--run", "9", "--range", "100-25000", "--count-only"],
    ["find", "--digits", "20000", "--base", "16", "--no-cache", "fade", "00", "--length", "3"],
    ["stats", "pi.txt"],
    ["stats", "other.txt", "--range", "5-", "--kgrams", "2"],
    ["stats", "--digits", "5000", "--base", "16", "--no-cache"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_field_but_times_is_equal(cluster, capsys, command):
    answers = []
    for where in ([], ["--cluster", "local:3"]):
        assert run([*command, *where, "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    alone, shared = answers
    require_valid(command[0], shared)
    assert shared.pop("cluster")["where"] == "here" and cluster.tasks >= 1
    assert alone.pop("seconds").keys() == shared.pop("seconds").keys()
    assert alone == shared


@pytest.mark.parametrize("command", COMMANDS[:6:5], ids=" ".join)
def test_what_is_printed_is_the_same(cluster, capsys, command):
    printed = []
    for where in ([], ["--cluster", "local:3"]):
        assert run([*command, *where]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1] and printed[0]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["find", "pi.txt", "--coverage", "2"], "so one process does it: leave --cluster out"),
        (["find", "pi.txt.gz", "14"], "pi.txt.gz can only be read from its beginning, by one process: leave the cluster out"),
        (["stats", "pi.txt.gz"], "pi.txt.gz can only be read from its beginning"),
        (["find", "pi.txt", "14", "--range", "1-40000"], "position 40_000 is after the end: pi.txt has 30_000 digits"),
        (["stats", "pi.txt", "--range", "40000-"], "position 40_000 is after the end"),
        (["find", "pi.txt", "1" * 30_001], "longer than the 30_000 digits to search"),
        (["find", "pi.txt", "1a"], "not a decimal digit"),
        (["find", "missing.txt", "1"], "missing.txt"),
        (["stats", "--digits", "0"], "nothing to count|no digits"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("cluster")
def test_what_is_refused(capsys, command, message):
    assert run([*command, "--cluster", "local:3"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) == 1
    assert re.search(message, said.err), said.err


@pytest.mark.slow
def test_the_command_with_worker_processes(folder):
    found = pi("find", "pi.txt", "999999", "--cluster", "local:2", "--threads", "1", "--json", cwd=folder)
    assert (found.returncode, found.stderr.count("\n")) == (0, 1), found.stderr
    answer = json.loads(found.stdout)
    assert answer["patterns"][0]["positions"] == [762]
    assert sum(worker["tasks"] for worker in answer["cluster"]["workers"]) == 1
