"""docs/python.md and the notebooks, as they stand, and the docstrings that open `help` on a package."""

import doctest
import importlib
import json
import re
import sys
from types import SimpleNamespace

import pytest

import pi_engine
from pi_engine import bigint, radix, series
from tests.command import run_code
from tests.homes import environment_of


def test_the_examples_of_the_page(checkout, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(checkout / "docs" / "python.md"), module_relative=False, encoding="utf-8")
    assert tried > 15 and not failed


@pytest.mark.parametrize("module", [pi_engine, bigint, radix, series], ids=lambda module: module.__name__)
def test_the_examples_of_help(module):
    failed, tried = doctest.testmod(module)
    assert tried and not failed


@pytest.fixture(scope="module")
def notebooks(checkout):
    """Each notebook by its path."""
    found = {
        path: json.loads(path.read_text(encoding="utf-8")) for path in (checkout / "docs" / "notebooks").glob("*.ipynb")
    }
    assert found
    return found


def test_a_notebook_prints_what_is_stored(checkout, tmp_path):
    for module in ("nbclient", "ipykernel", "matplotlib"):
        pytest.importorskip(module)
    code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = str(checkout / "scripts" / "run_notebooks.py")
    done = run_code(code, script, "--check", env=environment_of(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout[-2000:] + done.stderr[-2000:]


def test_outputs_of_notebooks_are_stored(notebooks):
    for notebook in notebooks.values():
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
        assert any("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])
        assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]


def test_cells_of_notebooks_have_names_of_their_own(notebooks):
    for notebook in notebooks.values():
        names = [cell["id"] for cell in notebook["cells"]]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


def test_notebooks_say_nothing_of_the_machine(notebooks, checkout):
    for notebook in notebooks.values():
        text = json.dumps({**notebook, "cells": [without_pictures(cell) for cell in notebook["cells"]]})
        for place in (str(checkout), sys.prefix, "/tmp/", "/root", "/home"):
            assert place not in text
        assert notebook["metadata"]["language_info"] == {"name": "python"}


def without_pictures(cell):
    outputs = [{k: v for k, v in output.items() if k != "data"} for output in cell.get("outputs", [])]
    return {**cell, "outputs": outputs}


def test_another_output_of_a_notebook_is_found(checkout, notebooks):
    pytest.importorskip("nbclient")
    compared = importlib.import_module("scripts.run_notebooks").compared

    def notebook(*texts, tag="other"):
        cells = [
            SimpleNamespace(
                id="a-cell", cell_type="code", metadata={"tags": [tag]},
                outputs=[SimpleNamespace(output_type="stream", name="stdout", text=text) for text in texts],
            )
        ]  # fmt: skip
        return SimpleNamespace(cells=cells)

    assert compared(notebook("1\n"), notebook("1\n")) == []
    assert compared(notebook("1\n"), notebook("2\n")) == [
        "cell a-cell gave ['stdout: 2\\n'], and ['stdout: 1\\n'] is stored"
    ]
    assert compared(notebook("1\n2\n"), notebook("1", "\n", "2\n")) == []
    assert len(compared(notebook("1\n2\n"), notebook("1", "\n", "3\n"))) == 1
    assert len(compared(notebook("1\n"), notebook())) == 1
    assert compared(notebook("1\n", tag="time"), notebook("2\n", tag="time")) == []
