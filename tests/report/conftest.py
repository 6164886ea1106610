"""A report on a few digits, made once."""

import json

import pytest

import pi_engine
from pi_engine.report.gathering import gather
from pi_engine.report.html_page import html_page

NAME = """pi <b>&amp;"quoted"' \x1b[31m‮.txt"""
"""A file's name with everything that a page must not take for markup."""

BENCH = {
    "machine": {"processor": "a <machine>"},
    "rows": [
        {
            "digits": digits,
            "threads": 2,
            "rounds": 3,
            "seconds": {"sum": 2e-7 * digits, "check": 1e-9, "root": 1e-8 * digits, "division": 0, "total": 3e-7 * digits},
            "peak_memory_bytes": None,
        }
        for digits in (10**4, 10**6, 10**5)
    ],
}


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
