"""A cluster of processes of this machine: its tasks, its workers that come and go, and what it leaves behind."""

import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from pi_engine.distributed.connection import worker_questions
from pi_engine.distributed.connection.cluster import THREADS, open_cluster
from pi_engine.errors import PiEngineError, VerificationError
from tests.distributed.clusters import double, fail, once_released, process, threads_given, wait_for

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workers")


@pytest.fixture(scope="module")
def cluster(folder):
    with open_cluster("local:2", threads=3, folder=folder) as opened:
        yield opened
    assert list(folder.iterdir()) == []


def pids(cluster):
    return {worker.address: int(worker.name.split(":")[1]) for worker in cluster.pool.workers.values()}


def test_every_task_comes_back_once(cluster):
    before = {address: use.tasks for address, use in cluster.use.workers.items()}
    found = dict(cluster.map(double, [(i,) for i in range(50)]))
    assert found == {i: 2 * i for i in range(50)}
    assert sum(use.tasks - before[address] for address, use in cluster.use.workers.items()) == 50
    assert list(cluster.map(double, [])) == []


def test_all_workers_work_and_are_told_their_threads(cluster):
    found = dict(cluster.map(process, [()] * 20))
    assert set(found.values()) == set(pids(cluster).values())
    assert dict(cluster.map(threads_given, [(7, THREADS)])) == {0: (7, 3)}


def test_what_a_task_raises_is_raised_here(cluster):
    with pytest.raises(VerificationError, match="task 3 is wrong"):
        list(cluster.map(fail, [(i,) for i in range(10)]))
    assert dict(cluster.map(double, [(1,)])) == {0: 2}  # the cluster goes on


def test_a_task_that_a_worker_cannot_read_is_no_lost_worker(cluster, monkeypatch):
    monkeypatch.setattr(double, "__qualname__", "nowhere")
    monkeypatch.setattr("tests.distributed.clusters.nowhere", double, raising=False)
    with pytest.raises(
        PiEngineError, match=r"a worker cannot read a task \(AttributeError: .+\): install the same there as here"
    ):
        list(cluster.map(double, [(1,)]))
    assert not any(use.lost for use in cluster.use.workers.values())


def test_a_worker_that_is_killed(cluster, tmp_path):
    """Its tasks are done by others: by what is left, and by the worker that Dask starts in its place."""
    address, pid = next(iter(pids(cluster).items()))
    repeated = cluster.use.repeated

    def begun():
        return {int(path.name.split("-")[2]) for path in tmp_path.glob("begun-*")}

    def kill():
        wait_for(lambda: len(begun()) == 2)  # both have a task
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(begun()) == 3)  # and now the third one
        (tmp_path / "go").touch()

    killing = threading.Thread(target=kill)
    killing.start()
    found = dict(cluster.map(once_released, [(str(tmp_path), i) for i in range(8)]))
    killing.join()
    assert found == {i: i for i in range(8)}
    assert cluster.use.workers[address].lost and cluster.use.repeated > repeated
    assert address not in cluster.pool.workers and len(cluster.pool.workers) == 2


def test_a_worker_that_is_stopped_is_given_up_and_comes_back(cluster, tmp_path, monkeypatch, caplog):
    """It stays connected, so only its silence tells; while it is stopped the other one does its work."""
    caplog.set_level("WARNING", logger="pi_engine")
    monkeypatch.setattr(worker_questions, "SILENT_SECONDS", 2.0)
    monkeypatch.setattr(worker_questions, "GIVEN_UP_SECONDS", 6.0)
    wait_for(lambda: cluster.pool.find_workers() == {} and len(cluster.pool.workers) == 2)
    address, pid = next(iter(pids(cluster).items()))
    repeated = cluster.use.repeated

    def stop():
        wait_for(lambda: len(list(tmp_path.iterdir())) == 2)
        os.kill(pid, signal.SIGSTOP)
        (tmp_path / "go").touch()

    stopping = threading.Thread(target=stop)
    stopping.start()
    try:
        found = dict(cluster.map(once_released, [(str(tmp_path), i) for i in range(8)]))
        stopping.join()
        assert found == {i: i for i in range(8)}
        assert cluster.use.repeated > repeated and address not in cluster.pool.workers
        told = [message for message in caplog.messages if "has not been heard of for" in message]
        assert len(told) == 1 and f":{pid}" in told[0] and "after 6 s others do its work" in told[0]
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: cluster.pool.find_workers() == {} and address in cluster.pool.workers)
    assert dict(cluster.map(double, [(i,) for i in range(4)])) == {i: 2 * i for i in range(4)}


def test_a_client_of_the_user_stays_open(cluster):
    with open_cluster(cluster.client) as opened:
        assert dict(opened.map(double, [(4,)])) == {0: 8}
        assert not opened.is_local
    with open_cluster(cluster) as opened:
        assert opened is cluster
    assert cluster.client.status == "running"


def test_nothing_listens_beyond_loopback(cluster):
    """Of this process, which has scheduler and nannies, and of the workers."""
    mine = {os.getpid(), *pids(cluster).values()}
    inodes = set()
    for pid in mine:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(link.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    listening = []
    for name, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                listening.append((family, fields[1].partition(":")[0]))
    assert len(listening) >= 5  # the scheduler, two nannies, two workers
    assert {address for _, address in listening} == {"0100007F"}
