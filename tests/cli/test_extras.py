"""Each extra of the project: a command that needs it says so in one line, and how to get it, before it does anything."""

import sys
import tomllib

import pytest

from pi_engine.cli.main import run
from pi_engine.runtime import installation

USES = {
    "plots": (["plot", "walk", "--digits", "100", "-o", "x.svg"], ["matplotlib.figure"]),
    "look": (["stats", "--digits", "100"], ["scipy.special"]),
    "serve": (["serve", "--digits", "100", "--port", "0"], ["uvicorn"]),
    "distributed": (["compute", "100", "--cluster", "local:2"], ["distributed"]),
    "peers": (["bench", "--peers", "--digits", "100"], []),
}
"""A command that needs the extra, and the modules that are missing without it; `bench` also looks for FLINT elsewhere."""

FOR_DEVELOPERS = {"dev", "docs"}
"""What they bring is used by scripts and tests alone."""


@pytest.mark.parametrize("extra", USES)
def test_a_missing_extra_is_one_line_with_the_command_that_installs_it(tmp_path, monkeypatch, capsys, extra):
    arguments, missing = USES[extra]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(installation, "_has_extra", USES.__contains__)
    monkeypatch.setattr("pi_engine.bench.installed_peers", list)
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    assert run(arguments) == (2 if extra == "peers" else 1)
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert f'-m pip install "pi-engine[{extra}]"' in said.err
    assert list(tmp_path.iterdir()) == []


def test_all_extras_for_users_are_tried(checkout):
    extras = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    assert set(extras) - FOR_DEVELOPERS == set(USES)
