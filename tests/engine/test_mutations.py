"""The mutations that are planted by hand (`scripts/mutation_check.py`) still have their places in the sources."""

import os
import time
from importlib import import_module

import pytest


def test_every_mutation_has_its_place(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout))
    mutations = import_module("scripts.mutations").MUTATIONS
    assert len({mutation.what for mutation in mutations}) == len(mutations) > 100
    for mutation in mutations:
        text = (checkout / mutation.file).read_text(encoding="utf-8")
        assert text.count(mutation.old) == 1, mutation.what
        assert mutation.new != mutation.old, mutation.what
        for file in mutation.tests.split():
            if not (checkout / file).is_file():
                pytest.fail(f"{mutation.what}: there is no {file}")


def test_what_a_hanging_test_has_started_ends_with_it(checkout, monkeypatch, tmp_path):
    """A grandchild holds a pipe open that ends when it does."""
    monkeypatch.syspath_prepend(str(checkout))
    run_tests = import_module("scripts.mutation_check").run_tests
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    try:
        seen, timeout = b"", 0.5
        while not seen:  # a machine under load starts it later
            assert (
                run_tests(["sh", "-c", f"(echo begun; exec sleep 1000) >{fifo} & wait"], tmp_path, {}, timeout) is None
            )
            timeout *= 2
            while (piece := _read(reading)) != b"":
                seen += piece or b""
                time.sleep(0.01)
        assert seen == b"begun\n"
    finally:
        os.close(reading)


def _read(reading):
    """What is in a pipe, b"" at its end, and None where nothing is and somebody has it open."""
    try:
        return os.read(reading, 100)
    except BlockingIOError:
        return None


def test_exit_code_and_output_of_a_mutation_s_tests(checkout, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(checkout))
    run_tests = import_module("scripts.mutation_check").run_tests
    assert run_tests(["sh", "-c", "echo one; echo two >&2; exit 3"], tmp_path, {}, 900) == (3, "one\ntwo\n")
