"""Files of nodes that one worker gives another: whole, in parts, by name, and nothing else of its disk."""

import os
import signal
import sys
import time

import pytest

pytest.importorskip("distributed")

from pi_engine import series
from pi_engine.bigint.residues import moduli
from pi_engine.distributed.connection.cluster import open_cluster
from pi_engine.distributed.nodes import node_service, node_store
from pi_engine.distributed.nodes.node_faults import FullFolderError, OperandError
from pi_engine.distributed.nodes.node_service import NodeService
from pi_engine.distributed.nodes.node_store import NodeStore
from pi_engine.distributed.nodes.node_tasks import NodeRequest, make_node
from pi_engine.distributed.nodes.sum_job import NodePlace, Span, SumJob
from pi_engine.runtime.repairs import Repairs
from pi_engine.splitting.compiled.compiled_tree import cuts_for

pytestmark = pytest.mark.slow

TERMS = 4000


@pytest.fixture(scope="module")
def cluster():
    with open_cluster("local:2", threads=1) as found:
        yield found


@pytest.fixture
def store(cluster):
    found = NodeStore(cluster, [])
    assert found.shared is None
    yield found
    found.close()


def job_of(store):
    chosen = series.get("chudnovsky")
    cuts = cuts_for(chosen.components[0].sum, TERMS, 1, 1 << 16)
    return SumJob(store.run, chosen, 0, TERMS, 180_000, cuts, True, None)


def values_of(node):
    return [None if x is None else (x.to_mpz(), x.residues) for x in node[:3]]


def outcome(cluster, request, address):
    cluster.pool.start(request.span, cluster.pool.workers[address], make_node, request, prime=moduli.random_prime())
    while True:
        for event in cluster.pool.events():
            if event.task == request.span:
                return event


def test_a_merge_of_nodes_that_lie_elsewhere(cluster, store, monkeypatch):
    """Given by the client, read by another worker in many parts, and fetched by the client: the node that one process makes."""
    job = job_of(store)
    span = Span(0, TERMS, job.cuts.halvings).halves()[0]
    tree = job.tree(1, None, Repairs())
    expected = values_of(tree.node(*span))
    operands = {half: store.give(half, tree.node(*half)) for half in span.halves()}
    first, second = cluster.pool.workers
    assert {place.worker for place in operands.values()} == {first}
    cluster.client.run(set_part, 5000)
    set_part(5000)
    try:
        event = outcome(cluster, NodeRequest(job, span, 1, "merged-1.node", operands), second)
        assert event.error is None
        assert event.value.moved == sum(place.size for place in operands.values())
        place = NodePlace(second, "merged-1.node", event.value.size, event.value.digest)
        assert values_of(store.fetch(span, place, 1)) == expected
    finally:
        cluster.client.run(set_part, 1 << 24)
        set_part(1 << 24)


def set_part(size):
    from pi_engine.distributed.nodes import node_service

    node_service.PART = size


def test_a_file_that_is_not_there_or_not_whole(cluster, store):
    job = job_of(store)
    span = Span(0, TERMS, job.cuts.halvings).halves()[0]
    tree = job.tree(1, None, Repairs())
    left, right = span.halves()
    place = store.give(left, tree.node(*left))
    second = list(cluster.pool.workers)[1]
    missing = place._replace(file="no-such-file.node")
    event = outcome(cluster, NodeRequest(job, span, 1, "merged-2.node", {left: missing, right: place}), second)
    assert isinstance(event.error, OperandError)
    assert (event.error.lo, event.error.hi, event.error.damaged) == (left.lo, left.hi, False)
    short = place._replace(size=place.size - 8)
    event = outcome(cluster, NodeRequest(job, span, 1, "merged-3.node", {left: short, right: place}), second)
    assert (event.error.lo, event.error.damaged) == (left.lo, True)
    with pytest.raises(OperandError, match="it cannot be had"):
        store.fetch(left, missing, 1)
    with pytest.raises(OperandError):
        store.fetch(left, place._replace(digest="0" * 32), 1)


@pytest.mark.parametrize(
    "name", ["../escape.node", "/etc/passwd", "a.node/../../x.node", "A.node", "x", "", "a\n.node"]
)
def test_only_files_of_nodes_have_a_path(name):
    with pytest.raises(ValueError, match="is not the name of a node's file"):
        NodeService("run").path(name)


def test_parts_are_put_together_in_order(tmp_path):
    path = tmp_path / "a.node"
    assert node_service._append(path, 0, b"abc") == 3
    assert node_service._append(path, 3, b"de") == 5
    with pytest.raises(ValueError, match="has 5 bytes, and not 7"):
        node_service._append(path, 7, b"x")
    with pytest.raises(FileExistsError):
        node_service._append(path, 0, b"x")
    assert node_service._read(path, 1, 4) == b"bcd"
    assert path.read_bytes() == b"abcde"


def test_faults_survive_the_way():
    import pickle

    error = pickle.loads(pickle.dumps(OperandError(3, 7, "it is damaged", damaged=True)))
    assert (error.lo, error.hi, error.reason, error.damaged) == (3, 7, "it is damaged", True)
    assert str(error) == "the node of terms 3 to 6: it is damaged"
    assert str(pickle.loads(pickle.dumps(FullFolderError("x")))) == "x"


@pytest.mark.skipif(sys.platform != "linux", reason="a process is stopped by its number")
def test_a_stopped_worker_keeps_no_file_and_nobody_waiting(cluster, tmp_path, monkeypatch):
    """The shared folder is removed before workers are waited for, because an interrupt gives the end little time."""
    monkeypatch.setattr(node_store, "ANSWER_SECONDS", 1.0)
    store = NodeStore(cluster, [tmp_path])
    assert store.shared is not None and list(tmp_path.iterdir()) == [store.shared.path]
    pid = int(next(iter(cluster.pool.workers.values())).name.split(":")[1])
    os.kill(pid, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        store.close()
        assert time.monotonic() - begin < 60  # for ever, before
        assert list(tmp_path.iterdir()) == []
    finally:
        os.kill(pid, signal.SIGCONT)
