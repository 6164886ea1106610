"""What cannot be used is refused in one line that says what to do, and soon."""

import contextlib
import importlib.util
import logging
import socket
import sys
import threading

import pytest

from pi_engine.distributed.connection import cluster as cluster_module
from pi_engine.distributed.connection.cluster import open_cluster
from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.scheduler_client import dask_is_quiet
from pi_engine.errors import PiEngineError, UsageError
from tests.distributed.clusters import dask, double, once_released, process, wait_for

distributed = pytest.importorskip("distributed")


def refused(where, error=ClusterError):
    with pytest.raises(error) as raised, open_cluster(where):
        pass
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"tcp://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="module")
def scheduler():
    """One without workers."""
    with (
        dask_is_quiet(),
        distributed.LocalCluster(
            n_workers=0, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=60
        ) as started,
    ):
        yield started


@pytest.fixture
def patient(monkeypatch):
    """A scheduler may take longer to answer than any test: only what is known before that ends."""
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 100_000.0)


@pytest.mark.usefixtures("patient")
def test_nobody_there(listener):
    server, address = listener
    server.close()
    assert refused(address) == (
        f"no scheduler listens at {address}: start one there with 'dask scheduler', or correct the address"
    )


@pytest.mark.usefixtures("patient")
def test_a_host_that_is_not_known():
    said = refused("tcp://no-such-host.invalid:8786")
    assert said.startswith("the host of tcp://no-such-host.invalid:8786 is not known here (")
    assert said.endswith("): correct the address")


def test_one_who_says_nothing(monkeypatch, listener):
    monkeypatch.setattr(cluster_module, "CONNECT_SECONDS", 0.5)
    _, address = listener
    assert "does not answer within" in refused(address)


def test_one_who_says_something_else(listener):
    """What an HTTP server would say is a length of 6·10^18 bytes to Dask."""
    server, address = listener

    def answer():
        while True:
            try:
                client, _ = server.accept()
            except OSError:  # shut down below
                return
            with client, contextlib.suppress(ConnectionError):
                client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)
                while client.recv(1000):
                    pass

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    said = refused(address)
    assert said.startswith(
        f"the program at {address} is not a scheduler that Dask {distributed.__version__} understands ("
    )
    server.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_tls_without_certificates(listener):
    address = listener[1].replace("tcp", "tls")
    assert "and Dask has no certificates for it here: name them in its configuration" in refused(address)


def test_no_workers(monkeypatch, scheduler):
    monkeypatch.setattr(cluster_module, "WORKERS_SECONDS", 0.2)
    address = scheduler.scheduler_address
    assert refused(address) == f"the cluster {address} has no workers: start some with 'dask worker {address}'"


WITHOUT = "raise ModuleNotFoundError(\"No module named 'pi_engine'\")"
OTHER = """
import sys
from types import ModuleType

rows = {
    "runtime": {},
    "runtime.versions": {"arithmetic_versions": lambda: {"pi_engine": "0.0.1"}},
    "runtime.compilation": {},
    "runtime.compilation.kernel_folder": {"source_digest": lambda: "00"},
}
for name, row in rows.items():
    module = sys.modules[f"pi_engine.{name}"] = ModuleType(name)
    module.__path__ = []
    module.__dict__.update(row)
"""


def killing(found, processes):
    """Take what comes, and kill processes when some has come."""
    for i, _ in found:
        if i == 3:
            for one in processes:
                one.kill()


@pytest.mark.parametrize(
    ("stub", "said"),
    [
        (WITHOUT, "has no pi-engine that can be used (ModuleNotFoundError: "),
        (OTHER, "has pi-engine 0.0.1, and here is "),
    ],
    ids=["none", "another version"],
)
def test_workers_with_none_or_another(monkeypatch, tmp_path, scheduler, stub, said):
    monkeypatch.setattr(cluster_module, "WORKERS_SECONDS", 60)
    address = scheduler.scheduler_address
    (tmp_path / "pi_engine").mkdir()
    (tmp_path / "pi_engine" / "__init__.py").write_text(stub)
    worker = dask(
        "worker",
        address,
        "--no-nanny",
        "--no-dashboard",
        "--host",
        "127.0.0.1",
        "--local-directory",
        str(tmp_path),
        path=tmp_path,
    )
    try:
        wait_for(lambda: scheduler.scheduler.workers)
        message = refused(address)
    finally:
        worker.kill()
        worker.wait()
        wait_for(lambda: not scheduler.scheduler.workers)
    assert said in message and message.startswith("the worker ")
    assert message.endswith(": install the same there as here, and start it again")


def test_without_the_extra(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "distributed" else find(name, *a))
    said = refused("local:2", PiEngineError)
    assert said.startswith("a cluster needs Dask: run ") and "distributed" in said


def test_what_is_no_cluster():
    with pytest.raises(TypeError, match=r"cluster takes an address or a distributed.Client, not int"), open_cluster(5):
        pass
    assert "names no cluster" in refused("nowhere", UsageError)


def test_a_client_that_has_been_closed(scheduler):
    client = distributed.Client(scheduler.scheduler_address, set_as_default=False)
    client.close()
    assert refused(client) == "the client of the cluster is closed: connect it first"


def test_no_logger_of_dask_is_heard():
    """Some have a level and a handler of their own: the client's told of a scheduler that had gone, by thirty lines."""
    names = ["distributed", "distributed.client", "distributed.core", "tornado", "tornado.application", "asyncio"]
    before = [logging.getLogger(name).level for name in names]
    with dask_is_quiet():
        assert not any(logging.getLogger(name).isEnabledFor(logging.CRITICAL) for name in names)
    assert [logging.getLogger(name).level for name in names] == before


def test_the_scheduler_goes_away(tmp_path):
    """In the middle of a run: an error, and not a wait without end."""
    file = tmp_path / "scheduler.json"
    running = dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    worker = None
    try:
        wait_for(file.exists)
        worker = dask("worker", "--scheduler-file", str(file), "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
                      "--nthreads", "8", "--local-directory", str(tmp_path))  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cluster_module, "WORKERS_SECONDS", 60)
            with open_cluster(str(file)) as opened:
                assert [found.threads for found in opened.pool.workers.values()] == [8]
                assert dict(opened.map(double, [(1,)])) == {0: 2}
                with pytest.raises(ClusterError, match=r"the scheduler .+ does not answer any more: check the cluster"):
                    killing(opened.map(process, ((),) * 10**6), [running])
    finally:
        for one in filter(None, (running, worker)):
            one.kill()
            one.wait()


def test_all_workers_go_away(monkeypatch, scheduler, tmp_path):
    """They are waited for a while; then it is said. One that comes while there is work is used."""
    from pi_engine.distributed.connection import worker_pool

    monkeypatch.setattr(cluster_module, "WORKERS_SECONDS", 60)
    options = ("--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(tmp_path))
    workers = [dask("worker", scheduler.scheduler_address, *options)]
    try:
        with open_cluster(scheduler.scheduler_address) as opened:
            workers.append(dask("worker", scheduler.scheduler_address, *options))

            def release():
                wait_for(lambda: len({path.name.split("-")[2] for path in tmp_path.glob("begun-*")}) == 2)
                (tmp_path / "go").touch()

            releasing = threading.Thread(target=release)
            releasing.start()
            assert dict(opened.map(once_released, [(str(tmp_path), i) for i in range(9)])) == {i: i for i in range(9)}
            releasing.join()
            assert len(opened.use.workers) == 2
            monkeypatch.setattr(worker_pool, "ALONE_SECONDS", 0.5)
            with pytest.raises(ClusterError, match=r"all workers of the cluster .+ have gone away: start others, and"):
                killing(opened.map(process, ((),) * 10**6), workers)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def test_the_command_line_imports_nothing_of_it_for_its_help():
    from tests.command import run_code

    code = "import sys; from pi_engine.cli.main import run; run(['hex', '--help']); print('distributed' in sys.modules)"
    assert run_code(code).stdout.endswith("False\n")
    assert sys.modules["distributed"] is distributed
