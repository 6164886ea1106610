"""BBP's sums by the workers of a cluster are those of this process, bit by bit; so are digits and verdicts."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.distributed.bbp.term_tasks import on_workers, shares
from pi_engine.distributed.connection import cluster as cluster_module
from pi_engine.distributed.connection.cluster import open_cluster
from pi_engine.errors import UsageError
from pi_engine.proof.bbp import bbp_sum
from pi_engine.proof.bbp.bbp_formulas import BELLARD, FORMULAS
from pi_engine.proof.bbp.bbp_sum import TermRange, random_primes, whole_and_fraction
from pi_engine.proof.bbp.kernels.bbp_layout import TERMS_IN_FLIGHT
from tests.project.json_schema import require_valid

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster():
    with open_cluster("local:2", threads=1) as opened:
        yield opened


@pytest.fixture
def _far(monkeypatch):
    """Small positions are far enough for a cluster."""
    monkeypatch.setattr(bbp_sum, "ELSEWHERE_FROM", 2_000)


def test_shares_are_all_terms_once_and_become_shorter(rng):
    for _ in range(100):
        workers, piece = rng.randrange(1, 9), TERMS_IN_FLIGHT * rng.randrange(1, 50)
        ranges = [TermRange(summand, 7, 0, TERMS_IN_FLIGHT * rng.randrange(1, 10**4)) for summand in BELLARD.summands]
        parts = list(shares(ranges, workers, piece))
        for whole in ranges:
            own = [part for part in parts if part.summand == whole.summand]
            assert own[0].first == 0 and own[-1].last == whole.last
            assert all(a.last == b.first for a, b in pairwise(own))
        lengths = [part.last - part.first for part in parts]
        assert all(length % TERMS_IN_FLIGHT == 0 and 0 < length <= 10 * piece for length in lengths)


def test_the_last_shares_are_short():
    """So that all workers end at about the same time; the first ones are long, so that a task is worth its way."""
    piece = TERMS_IN_FLIGHT * 1000
    parts = list(shares([TermRange(BELLARD.summands[0], 7, 0, 1000 * piece)], 3, piece))
    lengths = [part.last - part.first for part in parts]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == 10 * piece and all(length <= 4 * piece for length in lengths[-6:])


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS)
@pytest.mark.usefixtures("_far")
def test_sums_are_the_same(cluster, rng, formula):
    offset = rng.randrange(2_000, 60_000)
    for primes in ((), random_primes(3)):
        there = whole_and_fraction(formula, offset, primes, 1, elsewhere=on_workers(cluster))
        bbp_sum.RESIDUE_KERNELS.load()
        bbp_sum.KERNELS.load()
        assert there == whole_and_fraction(formula, offset, primes, 1)


def test_digits_are_the_same(cluster, rng):
    position = rng.randrange(1_000_001, 1_100_000)
    told = []
    before = sum(use.tasks for use in cluster.use.workers.values())
    there = pi_engine.hex_digits(
        position, count=30, cluster=cluster, progress=lambda phase, done, total: told.append((phase, done, total))
    )
    assert there == pi_engine.hex_digits(position, count=30)
    assert sum(use.tasks for use in cluster.use.workers.values()) > before
    assert {phase for phase, _, _ in told} == {"BBP"}
    shares_done = [done / total for _, done, total in told]
    assert shares_done == sorted(shares_done) and shares_done[-1] == 1


def test_near_positions_are_left_to_this_process(cluster):
    before = {address: replace(use) for address, use in cluster.use.workers.items()}
    assert pi_engine.hex_digits(1, cluster=cluster) == "243F6A8885A308"
    assert cluster.use.workers == before


def test_what_is_wrong_is_said_before_a_cluster_is_sought():
    with pytest.raises(UsageError, match="the position must be from 1"):
        pi_engine.hex_digits(0, cluster="tcp://nowhere.invalid:1")


@pytest.mark.parametrize("method", ["bbp", "residues"])
@pytest.mark.usefixtures("_far")
def test_verdicts_are_the_same(tmp_path, cluster, million, method):
    text = million.text()[:12_002]
    for name, held in (("right", text), ("wrong", text[:11_700] + str(9 - int(text[11_700])) + text[11_701:])):
        path = tmp_path / name
        path.write_text(held)
        before = sum(use.tasks for use in cluster.use.workers.values())
        there, here = (pi_engine.verify_file(path, method, cluster=where) for where in (cluster, None))
        assert replace(there, seconds=0) == replace(here, seconds=0)
        assert there.first_wrong == (None if name == "right" else 11_699)
        assert sum(use.tasks for use in cluster.use.workers.values()) > before


@pytest.mark.parametrize("threads", [None, 3])
def test_workers_get_the_threads_that_were_asked_for(tmp_path, monkeypatch, threads):
    """By default the cluster decides: all threads of this machine for each worker of local:N would be N times too many."""
    (tmp_path / "pi.txt").write_text("3.14159")
    asked = []

    def opened(where, *, threads=None):
        asked.append((where, threads))
        raise UsageError("no cluster is needed to see what was asked for")

    monkeypatch.setattr(cluster_module, "open_cluster", opened)
    with pytest.raises(UsageError, match="no cluster is needed"):
        pi_engine.verify_file(tmp_path / "pi.txt", "residues", cluster="local:2", threads=threads)
    assert asked == [("local:2", threads)]


def test_other_methods_have_no_use_for_it(tmp_path, capsys):
    with pytest.raises(UsageError, match="a cluster takes part in the methods bbp and residues: choose one of them"):
        pi_engine.verify_file(tmp_path / "pi.txt", cluster="local:1")
    assert run(["verify", "pi.txt", "--cluster", "local:1"]) == 2
    assert "--cluster is for --method bbp and --method residues: add one of them" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command(tmp_path, monkeypatch, capsys, million):
    """What ran where is in the object, and nothing but it on stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    assert run(["hex", "1000001", "--cluster", "local:1", "--threads", "1", "--json"]) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    require_valid("hex", answer)
    assert err == "" and answer["hex"] == pi_engine.hex_digits(1_000_001)
    assert answer["cluster"]["where"] == "local:1" and answer["cluster"]["tasks_repeated"] == 0
    (worker,) = answer["cluster"]["workers"]
    assert worker["tasks"] > 0 and worker["threads"] == 1 and worker["seconds"] > 0 and not worker["lost"]
    (tmp_path / "pi.txt").write_text(million.text()[:12_002])
    assert run(["verify", "pi.txt", "--method", "bbp", "--cluster", "local:1", "--json"]) == 6
    require_valid("verify", json.loads(capsys.readouterr().out))
