"""The model of docs/scaling.md is a script: only a checkout has it."""

import importlib
from types import SimpleNamespace

import pytest


@pytest.fixture(scope="session")
def scaling(checkout):
    """The modules of scripts/scaling, by name."""
    names = ["lifts", "machine", "node_sizes", "prediction", "simulation", "task_tree", "work"]
    names += ["page.measured", "page.page_picture", "page.page_tables", "page.rows"]
    return SimpleNamespace(
        **{name.rpartition(".")[2]: importlib.import_module(f"scripts.scaling.{name}") for name in names}
    )


@pytest.fixture(scope="session")
def two_threads(scaling):
    """The machine that the forecast's tables are of, with more memory than anything needs."""
    return scaling.machine.Machine(threads=2, memory=float("inf"))
