"""A report on a few digits, made once."""

import json

import pytest

import pi_engine
from pi_engine.report.gathering import gather
from pi_engine.report.html_page import html_page
from tests.report.bench_answer import BENCH

NAME = """pi <b>&amp;"quoted"' \x1b[31m\u202e.txt"""
"""A file's name with everything that a page must not take for markup."""


@pytest.fixture(scope="session")
def odd_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("digits") / NAME
    path.write_text(pi_engine.compute(3000).text())
    return path


@pytest.fixture(scope="session")
def bench_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "bench <1>.json"
    path.write_text(json.dumps(BENCH))
    return path


@pytest.fixture(scope="session")
def findings(odd_file, bench_file):
    with pi_engine.open(odd_file) as digits:
        return gather(digits, file=str(odd_file), bench=str(bench_file))


@pytest.fixture(scope="session")
def page(findings):
    return html_page(findings)
