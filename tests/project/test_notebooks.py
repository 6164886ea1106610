"""The notebooks of docs/notebooks give, in a kernel of this environment, what is stored in them."""

import json
import re
import sys

import pytest

from tests.command import run_code
from tests.homes import environment_of


@pytest.fixture(scope="module")
def notebooks(checkout):
    """Each notebook by its path."""
    found = {path: json.loads(path.read_text(encoding="utf-8")) for path in (checkout / "docs" / "notebooks").glob("*.ipynb")}
    assert found
    return found


def test_every_cell_has_run_once_and_prints_what_is_stored(checkout, tmp_path):
    for module in ("nbclient", "ipykernel", "matplotlib"):
        pytest.importorskip(module)
    code = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = str(checkout / "scripts" / "run_notebooks.py")
    done = run_code(code, script, "--check", env=environment_of(tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout[-2000:] + done.stderr[-2000:]


def test_outputs_are_stored(notebooks):
    for notebook in notebooks.values():
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
        assert any("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])
        assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]


def test_cells_have_names_of_their_own(notebooks):
    for notebook in notebooks.values():
        names = [cell["id"] for cell in notebook["cells"]]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in names)


def test_nothing_is_said_of_the_machine(notebooks, checkout):
    for notebook in notebooks.values():
        text = json.dumps({**notebook, "cells": [without_pictures(cell) for cell in notebook["cells"]]})
        for place in (str(checkout), sys.prefix, "/tmp/", "/root", "/home"):
            assert place not in text
        assert notebook["metadata"]["language_info"] == {"name": "python"}


def without_pictures(cell):
    outputs = [{k: v for k, v in output.items() if k != "data"} for output in cell.get("outputs", [])]
    return {**cell, "outputs": outputs}


def test_another_output_is_found(checkout, notebooks):
    import importlib
    from types import SimpleNamespace

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
    assert compared(notebook("1\n"), notebook("2\n")) == ["cell a-cell gave ['stdout: 2\\n'], and ['stdout: 1\\n'] is stored"]
    assert len(compared(notebook("1\n"), notebook())) == 1
    assert compared(notebook("1\n", tag="time"), notebook("2\n", tag="time")) == []
