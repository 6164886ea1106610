"""Digits whose sum a LocalCluster has made: the same as those of one process, whatever happens to its workers and files."""

import json
import os
import resource
import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

import pi_engine
from pi_engine import series
from pi_engine.bigint.residues import moduli
from pi_engine.cli.commands.compute.report import say_cluster
from pi_engine.cli.main import run
from pi_engine.distributed.connection.cluster import open_cluster
from pi_engine.distributed.connection.cluster_faults import ClusterError
from pi_engine.distributed.connection.cluster_use import ClusterUse, WorkerUse
from pi_engine.distributed.nodes import cluster_nodes
from pi_engine.distributed.nodes.sum_cluster import SumCluster
from pi_engine.distributed.nodes.tree_run import TreeRun
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.runtime.thread_count import available_threads
from tests.backends import pretend
from tests.conftest import MULTIPLIER, part_of
from tests.distributed.clusters import dask, wait_for

pytestmark = pytest.mark.slow

DIGITS = 40_000


@pytest.fixture(scope="module")
def cluster():
    with open_cluster("local:2", threads=1) as found:
        yield found


@pytest.fixture(autouse=True)
def short_sums(monkeypatch, compiled_path):
    """Short sums have as many subtrees as long ones; the prime of this process stays its own."""
    monkeypatch.setattr(cluster_nodes, "LEAST_SUBTREE_BITS", 1 << 12)
    yield
    moduli._adopted.clear()
    moduli.random_prime.cache_clear()


@pytest.fixture
def own_folders(monkeypatch):
    """No folder that all see: workers pass their files on."""
    monkeypatch.setattr(SumCluster, "_folders", lambda self: [])


@pytest.fixture(params=["shared", "own"])
def folders(request):
    if request.param == "own":
        request.getfixturevalue("own_folders")
    return request.param


def computed(cluster, digits=DIGITS, **options):
    """The result, compared with that of one process; and how many tasks the cluster has finished for it."""
    before = sum(use.tasks for use in cluster.use.workers.values())
    found = pi_engine.compute(digits, cluster=cluster, **options)
    expected = pi_engine.compute(
        digits, **{name: value for name, value in options.items() if name in ("base", "series")}
    )
    assert found.text() == expected.text()
    assert found.hash == expected.hash
    return found, sum(use.tasks for use in cluster.use.workers.values()) - before


@pytest.mark.parametrize(
    "options", [{}, {"base": 16, "series": "ramanujan"}, {"series": "machin", "check": "none"}], ids=str
)
def test_digits_are_those_of_one_process(cluster, folders, options):
    found, tasks = computed(cluster, **options)
    assert tasks >= 8 + 4 + 2
    assert [check.name for check in found.checks if check.name == "shadow"] == ["shadow"] * (
        options.get("check") != "none"
    )
    assert found.cluster is cluster.use


def test_a_derived_series_and_one_from_a_file(cluster, checkout):
    computed(cluster, 20_000, series="derived:-163")
    computed(cluster, 20_000, series=str(checkout / "docs/examples/machin.toml"))


def test_a_damaged_file_is_made_again(cluster, monkeypatch, tmp_path):
    real, damaged = TreeRun.put, []

    def put(self, span, place):
        real(self, span, place)
        if not damaged and span.halvings == self.leaf_halvings:
            path = Path(self.job.shared, place.file)
            content = bytearray(path.read_bytes())
            content[-100] ^= 4
            path.write_bytes(content)
            damaged.append(span)

    monkeypatch.setattr(TreeRun, "put", put)
    computed(cluster, scratch=tmp_path)
    assert any(f"{damaged[0]} were summed again" in note for note in cluster.use.notes)
    assert list(tmp_path.iterdir()) == []


def limit_files(size):
    """Have files of more than `size` bytes refused as a full disk refuses them."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def test_a_full_folder(cluster, own_folders):
    cluster.pool.find_workers()
    address = next(iter(cluster.pool.workers))
    cluster.client.run(limit_files, 5000, workers=[address])
    try:
        computed(cluster)
    finally:
        cluster.client.run(limit_files, resource.RLIM_INFINITY, workers=[address])
    assert any("was full" in note for note in cluster.use.notes)


class StoppedError(BaseException):
    """What ends a run between two steps."""


@pytest.mark.parametrize("resumed_on_a_cluster", [True, False])
def test_a_checkpoint_goes_on_with_or_without_a_cluster(cluster, tmp_path, monkeypatch, resumed_on_a_cluster):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    folder, expected = tmp_path / "kept", pi_engine.compute(DIGITS)

    def opened(*, resume):
        return RunCheckpoint.open(folder, DIGITS, 10, series.get("chudnovsky"), check=True, resume=resume)

    with opened(resume=False) as kept:

        def progress(phase, done, total):
            if phase == "sum" and total and done > total / 2:
                kept.stop(StoppedError())

        with pytest.raises(StoppedError):
            pi_engine.compute(DIGITS, checkpoint=kept, cluster=cluster, progress=progress)
        nodes = [key for key in kept.records if "-node-" in key]
        assert len(nodes) >= 2
    with opened(resume=True) as kept:
        result = pi_engine.compute(DIGITS, checkpoint=kept, cluster=cluster if resumed_on_a_cluster else None)
        assert kept.use.loaded >= len(nodes) - 1
        assert kept.use.notes == []
    assert result.text() == expected.text()


def test_what_is_too_short_is_made_here_and_said(cluster, monkeypatch):
    monkeypatch.setattr(cluster_nodes, "LEAST_SUBTREE_BITS", 1 << 40)
    _, tasks = computed(cluster)
    assert tasks == 0
    assert "is too short to be divided: it was made here" in cluster.use.notes[-1]


def test_the_command_says_that_the_workers_had_nothing_to_do(capsys, monkeypatch):
    """On the plain path nothing is divided; who has started workers learns of it without --json."""
    pretend(monkeypatch, pays=False)
    assert run(["compute", "1000", "--cluster", "local:1", "--threads", "1"]) == 0
    assert "pi-engine: cluster: the workers had nothing to do: this run took the plain path" in capsys.readouterr().err


def test_a_worker_that_went_away_is_told(capsys):
    use = ClusterUse(
        "local:2", workers={"a": WorkerUse("here:7", 1, lost=True), "b": WorkerUse("here:8", 1)}, notes=["more"]
    )
    say_cluster(SimpleNamespace(cluster=use))
    assert capsys.readouterr().err.splitlines() == [
        "pi-engine: cluster: the worker here:7 went away, and others did its work", "pi-engine: cluster: more",
    ]  # fmt: skip
    say_cluster(SimpleNamespace(cluster=None))
    assert capsys.readouterr().err == ""


def test_nothing_is_left(cluster, own_folders):
    computed(cluster)
    kept = cluster.client.run(lambda dask_worker: [path.name for path in Path(dask_worker.local_directory).iterdir()])
    assert [name for names in kept.values() for name in names if "pi-engine" in name] == []
    handlers = cluster.client.run(lambda dask_worker: [name for name in dask_worker.handlers if "pi-engine" in name])
    assert set(map(tuple, handlers.values())) == {()}


def kill(cluster, i):
    """Kill a worker of this machine as the system does where memory is short."""
    worker = list(cluster.pool.workers.values())[i]
    os.kill(int(worker.name.rpartition(":")[2]), signal.SIGKILL)


@pytest.mark.parametrize("moment", part_of([1, 9], 1 / 2, "moments") if MULTIPLIER <= 1 else range(1, 14))
def test_a_worker_killed_in_the_middle(folders, moment):
    """Of a cluster of its own: Dask gives up a worker that is killed while it starts again."""
    told = []
    with open_cluster("local:2", threads=1) as cluster:

        def progress(phase, done, total):
            if phase == "sum" and total:
                told.append(done)
                if len(told) == moment:
                    kill(cluster, moment % len(cluster.pool.workers))

        found, _ = computed(cluster, progress=progress)
        wait_for(lambda: not cluster.pool.find_workers() and any(use.lost for use in cluster.use.workers.values()))
        assert found.repairs == []


def test_the_command_says_what_ran_where(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    expected = pi_engine.compute(DIGITS)
    assert run(["compute", str(DIGITS), "--cluster", "local:1", "--threads", "1", "--json", "-v"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["hash"] == str(expected.hash)
    assert found["cluster"]["where"] == "local:1"
    assert found["cluster"]["bytes_moved"] == 0
    assert [worker["threads"] for worker in found["cluster"]["workers"]] == [1]
    assert found["cluster"]["workers"][0]["tasks"] >= 6
    assert found["threads"] == available_threads()
    assert "1 task in" in said.err or "tasks in" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(
    MULTIPLIER <= 1, reason="starts a scheduler and a worker of its own; PI_ENGINE_TEST_MULTIPLIER makes it run"
)
def test_a_scheduler_that_goes_away_leaves_the_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    folder, file = tmp_path / "kept", tmp_path / "scheduler.json"
    expected = pi_engine.compute(DIGITS)
    begun = [dask("scheduler", "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        wait_for(file.exists)
        begun.append(
            dask("worker", "--scheduler-file", str(file), "--nthreads", "1", "--local-directory", str(tmp_path))
        )
        wait_for(lambda: workers_of(file))

        def progress(phase, done, total):
            if phase == "sum" and total and done > total / 2:
                begun[0].kill()

        with pytest.raises(ClusterError, match=r"scheduler .* does not answer any more"):
            pi_engine.compute(DIGITS, cluster=str(file), checkpoint=folder, progress=progress)
    finally:
        for process in begun:
            process.kill()
            process.wait()
    assert any("node" in path.name for path in folder.rglob("*"))
    assert pi_engine.compute(DIGITS, checkpoint=folder, resume=True).text() == expected.text()


def workers_of(file):
    """The workers of a scheduler that is starting."""
    try:
        with open_cluster(str(file)) as cluster:
            return list(cluster.pool.workers)
    except ClusterError:
        return []
