"""What keeps a worker from taking part is said in a few words that name both sides."""

import pickle
import subprocess
import sys

import pytest

from pi_engine.distributed.connection.worker_facts import described_here, facts_of, fault_of

pytest.importorskip("distributed")

FOUND = {"host": "node7", "process": 42, "threads": 8, "memory": 1 << 30, "folder": "/scratch/w"}


@pytest.fixture
def here():
    return described_here()


def test_one_like_this_process(here):
    assert fault_of({**FOUND, **here}, here) is None
    facts = facts_of("tcp://node7:1", {**FOUND, **here}, None)
    assert (facts.name, facts.host, facts.threads, facts.memory, facts.folder) == (
        "node7:42",
        "node7",
        8,
        1 << 30,
        "/scratch/w",
    )
    assert facts_of("tcp://node7:1", {**FOUND, **here}, 3).threads == 3


def test_another_version(here):
    fault = fault_of({**FOUND, **here, "pi_engine": "0.0.7"}, here)
    assert fault == f"has pi-engine 0.0.7, and here is {here['pi_engine']}"


def test_other_kernels(here):
    fault = fault_of({**FOUND, **here, "kernels": "0123456789abcdef"}, here)
    assert "has other kernels of pi-engine" in fault and "(sources 01234567, here " in fault


def test_none_at_all(here):
    missing = {**FOUND, "missing": "ModuleNotFoundError: No module named 'pi_engine'"}
    assert (
        fault_of(missing, here)
        == "has no pi-engine that can be used (ModuleNotFoundError: No module named 'pi_engine')"
    )


def test_one_that_cannot_even_say_so(here):
    fault = fault_of({"failed": "TypeError: code() argument 13 must be str\nmore"}, here)
    assert fault.startswith(
        "does not understand what it is asked (TypeError: code() argument 13 must be str); here are Python 3."
    )


def test_a_process_without_this_package_can_be_asked(tmp_path):
    """What is sent is code, by value: it needs nothing that is not there."""
    cloudpickle = pytest.importorskip("cloudpickle")
    from pi_engine.distributed.connection import worker_facts

    cloudpickle.register_pickle_by_value(worker_facts)
    try:
        sent = cloudpickle.dumps(worker_facts.describe)
    finally:
        cloudpickle.unregister_pickle_by_value(worker_facts)
    (tmp_path / "pi_engine.py").write_text("raise ModuleNotFoundError(\"No module named 'pi_engine'\")")
    (tmp_path / "sent").write_bytes(sent)
    code = """
import pickle, sys
from types import SimpleNamespace as N
sys.path.insert(0, ".")
describe = pickle.load(open("sent", "rb"))
worker = N(state=N(nthreads=3), memory_manager=N(memory_limit=None), local_directory="/w")
sys.stdout.buffer.write(pickle.dumps(describe(worker)))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, cwd=tmp_path)
    found = pickle.loads(done.stdout)
    assert (found["threads"], found["memory"], found["folder"]) == (3, 0, "/w")
    assert found["missing"] == "ModuleNotFoundError: No module named 'pi_engine'"
