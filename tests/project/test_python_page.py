"""docs/python.md, as it stands, and the docstrings that open `help` on a package."""

import doctest

import pytest

import pi_engine
from pi_engine import bigint, radix, series


def test_the_examples_of_the_page(checkout, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    failed, tried = doctest.testfile(str(checkout / "docs" / "python.md"), module_relative=False, encoding="utf-8")
    assert tried > 15 and not failed


@pytest.mark.parametrize("module", [pi_engine, bigint, radix, series], ids=lambda module: module.__name__)
def test_the_examples_of_help(module):
    failed, tried = doctest.testmod(module)
    assert tried and not failed
