"""What is made where, and what is made again, on a cluster that loses workers and files at every point."""

from collections import Counter

import pytest

pytest.importorskip("distributed")

from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.nodes.sum_job import NodePlace, Span
from pi_engine.distributed.nodes.tree_run import ATTEMPTS, TreeRun
from pi_engine.errors import CapacityError
from tests.conftest import MULTIPLIER
from tests.distributed.nodes.fake_cluster import FakeCluster, job_of

HALVINGS = 4


def run_on(cluster, halvings=HALVINGS, leaf=1, *, finished=lambda span, place: None, stopping=lambda: False):
    """The run, and whether all that was wanted is stored."""
    job = job_of(halvings, shared=cluster.shared)
    run = TreeRun(job, cluster, cluster, leaf, finished=finished, repeated=None)
    wanted = Span(0, job.terms, halvings).halves()
    return run, wanted, run.make(wanted, stopping=stopping)


def run_failures(cluster):
    """How often each node was begun."""
    return Counter(request.span for request, _ in cluster.started)


def require_whole(cluster, run, wanted):
    """Both halves are there, each made of all of its terms, in order, and nothing else is left that anybody knows of."""
    for span in wanted:
        place = run.stored[span]
        pieces = cluster.disk[None if cluster.shared else place.worker, place.file]
        assert [lo for lo, _ in pieces] == [span.lo, *(hi for _, hi in pieces[:-1])]
        assert pieces[-1][1] == span.hi
    assert set(run.stored) == set(wanted)


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_each_node_is_made_once_and_files_go_when_they_are_used_up(rng, count, shared):
    cluster, seen = FakeCluster(count, rng, shared=shared), []
    run, wanted, whole = run_on(cluster, finished=lambda span, place: seen.append(span))
    assert whole
    require_whole(cluster, run, wanted)
    assert len(cluster.started) == len(seen) == len(set(seen)) == 8 + 4 + 2
    assert len(cluster.disk) == 2
    assert cluster.gone == len(seen) - 2
    assert cluster.use.notes == []


def test_merges_move_little_where_workers_keep_pace(rng):
    cluster = FakeCluster(2, rng)
    turns = iter(range(1000))
    cluster.rng = type("InTurn", (), {"choice": lambda self, busy: busy[next(turns) % len(busy)]})()
    run_on(cluster)
    makers = {request.span: address for request, address in cluster.started}
    moved = [span for request, address in cluster.started for span in request.operands if makers[span] != address]
    assert moved == []


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("again", [False, True])
def test_a_worker_lost_at_any_event(rng, shared, again):
    """Whoever is lost, and whenever: the run goes on with the others, or with the one that takes its place."""
    for victim in range(2):
        for moment in range(1, 16):
            cluster, events = FakeCluster(2, rng, shared=shared), iter(range(1000))

            def before(cluster=cluster, events=events, moment=moment, victim=victim):
                if next(events) == moment:
                    cluster.lose(list(cluster.workers)[victim])
                    if again:
                        cluster.join()

            cluster.before = before
            run, wanted, whole = run_on(cluster)
            assert whole
            require_whole(cluster, run, wanted)
            if shared:  # what was finished is still there
                assert len(cluster.started) <= 8 + 4 + 2 + 2


def nodes_to_make(run, wanted):
    """By their definition, and without anything remembered: subtrees and merges that can be made now."""
    subtrees, merges = [], []
    for span in wanted:
        if span in run.stored or span in run._running:
            continue
        if span.halvings <= run.leaf_halvings:
            subtrees.append(span)
        elif set(span.halves()) <= set(run.stored):
            merges.append(span)
        else:
            below = nodes_to_make(run, span.halves())
            subtrees += below[0]
            merges += below[1]
    return subtrees, merges


@pytest.fixture
def compared(monkeypatch):
    """Whenever tasks are given out, what can be made is what it is by its definition; returns how often that was asked."""
    assign, times = TreeRun._assign, []

    def looked_at(run):
        wanted = Span(0, run.job.terms, run.job.cuts.halvings).halves()
        for _ in range(2):  # before tasks are given out and after
            times.append(1)
            assert (list(run._ready.subtrees), run._ready.merges) == nodes_to_make(run, wanted)
            if len(times) % 2:
                assign(run)

    monkeypatch.setattr(TreeRun, "_assign", looked_at)
    return times


def test_all_that_can_happen_at_random(rng, compared):
    rounds = int(150 * MULTIPLIER)
    for _ in range(rounds):
        shared, halvings = rng.random() < 0.5, rng.randrange(1, 6)
        cluster = FakeCluster(rng.randrange(1, 6), rng, shared=shared, hosts=rng.randrange(1, 4))
        trouble = iter(range(1 << 30))
        leaf = rng.randrange(halvings)
        cluster.refusals = [span for span in Span(0, 1 << 14, halvings).leaves(leaf) if rng.random() < 0.1]

        def before(cluster=cluster, trouble=trouble):
            if rng.random() < 0.08 and next(trouble) < 2:
                cluster.lose(rng.choice(list(cluster.workers)))
                cluster.join()
            if rng.random() < 0.03 and cluster.disk:
                cluster.disk.pop(rng.choice(list(cluster.disk)))
            if rng.random() < 0.05:
                cluster.join()

        cluster.before = before
        try:
            run, wanted, whole = run_on(cluster, halvings, leaf)
        except ClusterError:  # the same node three times
            assert max(run_failures(cluster).values()) >= ATTEMPTS
            continue
        assert whole
        assert set(run.stored) == set(wanted)
        for span in wanted:
            place = run.stored[span]
            pieces = cluster.disk.get((None if shared else place.worker, place.file))
            if pieces is not None:  # else it was taken away after it had been stored
                assert [lo for lo, _ in pieces] == [span.lo, *(hi for _, hi in pieces[:-1])]
    assert len(compared) > rounds


def test_a_node_that_takes_three_workers_with_it_ends_the_run(rng):
    cluster = FakeCluster(2, rng)

    def before():
        busy = next((address for address, queue in cluster._queues.items() if queue), None)
        if busy is not None:
            cluster.lose(busy)
            cluster.join()

    cluster.before = before
    with pytest.raises(
        ClusterError, match=r"were lost 3 times; the last worker that was lost with it is w\d+: check its memory"
    ):
        run_on(cluster)


def test_a_damaged_node_is_made_again_and_noted(rng):
    cluster = FakeCluster(2, rng)
    leaf = Span(0, 1 << 14, HALVINGS).leaves(1)[3]
    cluster.refusals = [leaf]
    run, wanted, whole = run_on(cluster)
    assert whole
    require_whole(cluster, run, wanted)
    assert [request.span for request, _ in cluster.started].count(leaf) == 2
    assert cluster.use.notes == [f"{leaf} were summed again: it is damaged"]


def test_a_full_folder_leaves_the_work_to_the_others(rng):
    cluster = FakeCluster(2, rng)
    cluster.full = {"tcp://0"}
    run, wanted, whole = run_on(cluster)
    assert whole
    require_whole(cluster, run, wanted)
    assert {place.worker for place in run.stored.values()} == {"tcp://1"}
    assert "the folder of the worker w0 was full" in cluster.use.notes[0]


class InTurn:
    """Chooses the one that was chosen longest ago."""

    def __init__(self):
        self.order = []

    def choice(self, addresses):
        chosen = min(addresses, key=lambda address: self.order.index(address) if address in self.order else -1)
        self.order = [*(address for address in self.order if address != chosen), chosen]
        return chosen


def test_a_folder_that_was_full_is_used_again_when_nodes_in_it_are_gone():
    # in turn: where chance chooses who is done next, the other worker may make all that is left before the folder has room
    cluster, noted = FakeCluster(2, InTurn()), []

    def before():
        if cluster.use.notes and not noted:
            noted.append(len(cluster.started))
        holds_some = any(worker == "tcp://0" for worker, _ in cluster.disk)
        cluster.full = {"tcp://0"} if holds_some and not noted else set()

    cluster.before = before
    run, wanted, whole = run_on(cluster)
    assert whole
    require_whole(cluster, run, wanted)
    assert "tcp://0" in {address for _, address in cluster.started[noted[0] :]}


def test_full_folders_everywhere_end_the_run_in_one_line(rng):
    cluster = FakeCluster(2, rng)
    cluster.full = set(cluster.workers)
    with pytest.raises(
        CapacityError, match=r"no worker has room for a node of the sum; w\d says: no space left: make room"
    ):
        run_on(cluster)


def test_who_does_not_see_the_folder_is_left_out(rng):
    cluster = FakeCluster(3, rng, shared=True)
    cluster.blind = {"tcp://1"}
    _, _, whole = run_on(cluster)
    assert whole
    assert "tcp://1" not in {address for _, address in cluster.started}
    cluster = FakeCluster(1, rng, shared=True)
    cluster.blind = {"tcp://0"}
    with pytest.raises(ClusterError, match="no worker sees the folder"):
        run_on(cluster)


def test_a_run_that_is_asked_to_end_finishes_what_has_begun(rng):
    cluster, finished = FakeCluster(2, rng), []
    run, _, whole = run_on(
        cluster, finished=lambda span, place: finished.append(span), stopping=lambda: len(finished) >= 3
    )
    assert not whole
    assert len(cluster.started) == len(finished)
    assert run.stored


def test_the_last_merges_have_the_threads_of_idle_neighbours(rng):
    cluster = FakeCluster(2, rng, hosts=1)
    run, wanted, _ = run_on(cluster)
    threads = {request.span: request.threads for request, _ in cluster.started}
    assert {threads[span] for span in Span(0, 1 << 14, HALVINGS).leaves(1)} == {1}
    assert threads[cluster.started[-1][0].span] in (1, 2)
    cluster = FakeCluster(2, rng, hosts=1)
    run = TreeRun(job_of(2), cluster, cluster, 0, finished=lambda span, place: None, repeated=None)
    run.make([wanted[0]._replace(halvings=1)], stopping=lambda: False)
    assert cluster.started[-1][0].threads == 2
    cluster = FakeCluster(2, rng, hosts=2)
    run = TreeRun(job_of(2), cluster, cluster, 0, finished=lambda span, place: None, repeated=None)
    run.make([wanted[0]._replace(halvings=1)], stopping=lambda: False)
    assert cluster.started[-1][0].threads == 1


def test_nodes_of_an_earlier_run_are_not_made(rng):
    cluster = FakeCluster(2, rng)
    job = job_of(HALVINGS)
    run = TreeRun(job, cluster, cluster, 1, finished=lambda span, place: None, repeated=None)
    wanted = Span(0, job.terms, HALVINGS).halves()
    kept = wanted[0].halves()[1]
    cluster.disk["tcp://1", "kept.node"] = [(kept.lo, kept.hi)]
    run.put(kept, NodePlace("tcp://1", "kept.node", kept.hi - kept.lo, "d"))
    run.make(wanted, stopping=lambda: False)
    require_whole(cluster, run, wanted)
    assert all(
        request.span == kept or not (kept.lo <= request.span.lo and request.span.hi <= kept.hi)
        for request, _ in cluster.started
    )
