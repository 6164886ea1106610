"""`estimate` and `compute --dry-run` say what a run would be refused for, the disk of its scratch folder too."""

import re
import shutil
import sys

import pytest

from pi_engine.cli.main import run
from pi_engine.engine.estimate import estimate
from tests.command import pi, pi_within

LITTLE = ["--memory", "2GiB", "--threads", "1"]
"""Too little for a billion digits, so that they need a scratch folder; enough for the compiler."""


@pytest.fixture
def free(monkeypatch, tmp_path):
    """A function that says how many bytes the disk has free."""
    monkeypatch.chdir(tmp_path)
    total, used, _ = shutil.disk_usage(tmp_path)

    def becomes(size):
        monkeypatch.setattr(
            shutil, "disk_usage", lambda _path: type("usage", (), {"total": total, "used": used, "free": size})()
        )

    return becomes


@pytest.mark.parametrize("command", [["estimate"], ["compute", "--dry-run"]])
def test_a_scratch_folder_without_room_is_refused(free, capsys, command):
    found = estimate(10**9, threads=1, memory=2 << 30, scratch=True)
    assert found.scratch_bytes > 0 and found.refusal is None
    for bytes_free, code in ((found.scratch_bytes, 0), (found.scratch_bytes - 1, 4)):
        free(bytes_free)
        assert run([*command, "1e9", *LITTLE, "--scratch", "new"]) == code
        captured = capsys.readouterr()
        assert "scratch" in captured.out
        assert ("not enough disk: the run needs about" in captured.err) == (code == 4)


@pytest.mark.parametrize("command", [["estimate"], ["compute", "--dry-run"]])
def test_a_scratch_folder_that_cannot_be_made_is_refused(free, capsys, command):
    free(1 << 50)
    assert run([*command, "1000", "--scratch", "no/where"]) == 2
    assert "cannot be made: there is no folder" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_limit_of_address_space_has_a_line():
    """It may be the one that refuses, where the line on memory says that there is enough."""
    answer = pi_within(900_000, "estimate 1e6 --threads 1")
    assert re.search(r"^addresses\s+about .* of address space; .* may be used \(ulimit\)$", answer.stdout, re.MULTILINE)
    assert "addresses" not in pi("estimate", "1e6").stdout
