"""Run the notebooks of docs/notebooks from their first cell to their last, and store what they print; or compare with what is stored.

    scripts/run_notebooks.py            store the outputs
    scripts/run_notebooks.py --check    compare with them; exit code 1 if a text is another

Text is compared. Pictures are not, as they depend on the version of matplotlib, nor is what a cell prints that has the tag "time".
Jupyter and the kernel run in a fresh folder, with a home of their own there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "docs" / "notebooks"
_TIMEOUT = 600


def main() -> int:
    """Run all notebooks."""
    parser = argparse.ArgumentParser(description="Run the notebooks and store, or compare, what they print.")
    parser.add_argument("--check", action="store_true", help="compare with what is stored, and write nothing")
    check = parser.parse_args().check
    differences = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        stored = _read(path)
        done = executed(_read(path))
        if check:
            differences += [f"{path.name}: {line}" for line in compared(stored, done)]
        else:
            path.write_text(nbformat.writes(done) + "\n", encoding="utf-8")  # type: ignore[no-untyped-call]
            print(f"{path.relative_to(ROOT)}: stored")
    print("\n".join(differences), end="\n" if differences else "")
    return 1 if differences else 0


def _read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def executed(notebook: NotebookNode) -> NotebookNode:
    """The notebook with the outputs of this run, and nothing else that a run leaves."""
    with tempfile.TemporaryDirectory() as folder, _environment(Path(folder)):
        config = Config()
        config.KernelManager.transport = "ipc"  # sockets in the folder, and none of the network
        config.KernelManager.ip = str(Path(folder) / "kernel")
        client = NotebookClient(
            notebook,
            config=config,
            timeout=_TIMEOUT,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": folder}},
        )
        client.execute()
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    return notebook


@contextlib.contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """A home, and this checkout for the kernel to import."""
    before = dict(os.environ)
    os.environ.update(
        {"HOME": str(folder), "IPYTHONDIR": str(folder / "ipython"), "MPLCONFIGDIR": str(folder / "matplotlib")}
    )
    for name, place in (("CACHE", "cache"), ("CONFIG", "config"), ("DATA", "data"), ("STATE", "state")):
        os.environ[f"XDG_{name}_HOME"] = str(folder / place)
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        os.environ[f"JUPYTER_{name}"] = str(folder / f"jupyter-{name.lower()}")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), before.get("PYTHONPATH")]))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def compared(stored: NotebookNode, done: NotebookNode) -> list[str]:
    """A line for each cell whose text is not what is stored."""
    found = []
    for before, after in zip(stored.cells, done.cells, strict=True):
        if before.cell_type == "code" and "time" not in before.metadata.get("tags", []):
            old, new = texts_of(before), texts_of(after)
            if old != new:
                found.append(f"cell {before.id} gave {new!r}, and {old!r} is stored")
    return found


def texts_of(cell: NotebookNode) -> list[str]:
    """What the cell has printed, and the text of its result; for a picture that there is one.

    The kernel sends what is printed in as many parts as it likes.
    """
    found: list[str] = []
    last = ""
    for output in cell.outputs:
        stream, last = last, output.name if output.output_type == "stream" else ""
        if last and last == stream:
            found[-1] += output.text
        elif last:
            found.append(f"{last}: {output.text}")
        else:
            data = output.get("data", {})
            found += [data.get("text/plain", ""), *sorted(kind for kind in data if kind.startswith("image/"))]
    return found


if __name__ == "__main__":
    sys.exit(main())
