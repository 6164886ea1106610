"""Ranges as tasks give what one process gives: here by a cluster that is none, and by worker processes, one of which is killed."""

import itertools
import os
import shutil
import signal

import numpy as np
import pytest

import pi_engine
from pi_engine.cli.commands.explore import found_rows, stats
from pi_engine.errors import CorruptFileError, PiEngineError, UsageError
from pi_engine.search.one_pass import find
from pi_engine.search.patterns import Palindromes, Runs, SelfLocating
from pi_engine.sequence import range_tasks
from pi_engine.sequence.cluster_questions import find_by_workers, stats_by_workers
from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.sequence.range_tasks import MOST_RANGE, RANGES_EACH, Places, cut
from pi_engine.sequence.shared_digits import UnreadableError
from pi_engine.statistics.summary import statistics_of
from tests.conftest import _seed
from tests.search.test_ranges import require_same
from tests.sequence.clusters import ClusterHere
from tests.statistics.test_digit_counter import small_units

__all__ = ["small_units"]  # the fixture

distributed = pytest.importorskip("distributed")

PATTERNS = [
    "141592", "9999", "99", "9?9?9", "123456789012345678901", Runs(4), Runs(3, "0"), Palindromes(9), SelfLocating(), "0" * 50,
]  # fmt: skip


@pytest.fixture(autouse=True)
def _small_ranges(monkeypatch):
    """Borders are everywhere."""
    monkeypatch.setattr(range_tasks, "LEAST_RANGE", 1000)


@pytest.fixture(scope="module")
def hexadecimal(tmp_path_factory):
    path = tmp_path_factory.mktemp("hexadecimal") / "hex.ycd"
    pi_engine.compute(70_000, base=16).write(path)
    return path


@pytest.fixture(scope="module")
def random_digits(tmp_path_factory):
    """A file of random digits that are counted in three ranges, with complete groups of the collision test in each."""
    path = tmp_path_factory.mktemp("random") / "random.txt"
    digits = np.random.default_rng(_seed()).integers(ord("0"), ord("9") + 1, 4_300_000, np.uint8)
    path.write_bytes(b"3." + digits.tobytes())
    return path


def fields(found):
    return [found_rows.fields_of(one) for one in found]


@pytest.mark.parametrize(("name", "limit"), [("pi.ycd", None), ("pi.ycd", 0), ("set", 7), ("many", 2), ("wide.txt", 1)])
def test_what_is_found_is_what_one_process_finds(files, rng, name, limit):
    cluster = ClusterHere(rng, workers=rng.randint(1, 4))
    with pi_engine.open(files / name) as digits:
        found, expected = (
            find_by_workers(cluster, digits, PATTERNS, limit=limit),
            digits.find_all(PATTERNS, limit=limit),
        )
    require_same(found, expected)
    assert fields(found) == fields(expected)
    assert cluster.tasks == RANGES_EACH * len(cluster.workers)


def test_what_is_found_in_a_part(files, rng):
    with pi_engine.open(files / "pi.ycd") as digits:
        for _ in range(5):
            first = rng.randrange(80_000)
            places = Places(first, rng.randint(first + 60, 90_000))
            found = find_by_workers(ClusterHere(rng), digits, PATTERNS, places=places, count_only=True)
            pieces = digits.characters(*places)
            require_same(found, find(pieces, 10, PATTERNS, position=first + 1, count_only=True))


@pytest.mark.usefixtures("small_units")
def test_hexadecimal_digits(hexadecimal, rng):
    patterns = ["243f6a88", "FF", "A?A", Runs(3), Palindromes(6), SelfLocating()]
    with pi_engine.open(hexadecimal) as digits:
        require_same(find_by_workers(ClusterHere(rng), digits, patterns), digits.find_all(patterns))
        assert stats.fields_of(stats_by_workers(ClusterHere(rng), digits)) == stats.fields_of(digits.stats())


def test_a_pattern_that_is_longer_than_a_range(files, ninety, rng):
    patterns = [ninety[20_002:40_002], ninety[90_000:], "7" * 30_000]
    with pi_engine.open(files / "pi.ycd") as digits:
        require_same(find_by_workers(ClusterHere(rng, 20), digits, patterns), digits.find_all(patterns))


def test_computed_digits(rng):
    with DigitSequence.computed(5000) as digits:
        require_same(find_by_workers(ClusterHere(rng), digits, ["999999", "28"]), digits.find_all(["999999", "28"]))


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize(("name", "kgrams"), [("pi.ycd", None), ("set", 3)])
def test_what_is_counted_is_what_one_process_counts(files, rng, name, kgrams):
    cluster = ClusterHere(rng)
    with pi_engine.open(files / name) as digits:
        found, expected = stats_by_workers(cluster, digits, kgrams=kgrams), digits.stats(kgrams=kgrams)
        assert stats.fields_of(found) == stats.fields_of(expected)
        assert found.name == expected.name and np.array_equal(found.tallies.gaps, expected.tallies.gaps)
        places = Places(1234, 60_000)
        part = statistics_of(digits.characters(*places), 10, name=digits.name)
        assert stats.fields_of(stats_by_workers(cluster, digits, places=places)) == stats.fields_of(part)
    assert cluster.tasks > 10


def test_ranges_of_whole_units_are_counted(random_digits, rng):
    cluster = ClusterHere(rng)
    with pi_engine.open(random_digits) as digits:
        assert stats.fields_of(stats_by_workers(cluster, digits)) == stats.fields_of(digits.stats())
    assert cluster.tasks == 3


def test_few_digits(rng):
    with DigitSequence.computed(3) as digits:
        assert stats.fields_of(stats_by_workers(ClusterHere(rng), digits)) == stats.fields_of(digits.stats())
        with pytest.raises(UsageError, match="longer than the 3 digits"):
            find_by_workers(ClusterHere(rng), digits, ["1415"])
    with DigitSequence.computed(0) as none:
        with pytest.raises(UsageError, match="no digits to count"):
            stats_by_workers(ClusterHere(rng), none)
        require_same(find_by_workers(ClusterHere(rng), none, [SelfLocating()]), none.find_all([SelfLocating()]))


def test_progress_counts_digits(files, rng):
    heard = []
    with pi_engine.open(files / "pi.ycd") as digits:
        find_by_workers(ClusterHere(rng), digits, ["1"], progress=lambda *what: heard.append(what))
    assert heard[-1] == ("searching", 90_000, 90_000) and len(heard) == 2 * RANGES_EACH


def test_of_several_errors_the_first_one_in_the_file_is_told(files, tmp_path, rng):
    path = tmp_path / "pi.ycd"
    content = bytearray((files / "pi.ycd").read_bytes())
    for share in (0.9, 0.4, 0.6):
        at = len(content) - 8 - round((1 - share) * 30_000) // 8 * 8
        content[at : at + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pi_engine.open(path) as digits:
        with pytest.raises(CorruptFileError) as alone:
            digits.find("12")
        for _ in range(3):
            with pytest.raises(CorruptFileError) as found:
                find_by_workers(ClusterHere(rng), digits, ["12"])
            assert str(found.value) == str(alone.value)


def test_a_file_that_changes_while_it_is_searched(files, tmp_path, rng):
    path = tmp_path / "pi.ycd"
    shutil.copy(files / "pi.ycd", path)
    with pi_engine.open(path) as digits, pytest.raises(PiEngineError, match="changed while it was read"):
        find_by_workers(ClusterHere(rng), digits, ["12"], progress=lambda *_: os.utime(path, ns=(1, 1)))


def test_ranges_cover_everything(rng):
    for _ in range(200):
        whole = Places(rng.randrange(10**6), 10**6 + rng.randrange(1, 10 ** rng.randint(1, 11)))
        unit = rng.choice([1, 7, 1_966_080])
        ranges = cut(whole, rng.randint(1, 600), unit=unit, least=rng.choice([0, 123_456_789]))
        assert (ranges[0].first, ranges[-1].last) == whole
        assert all(one.last == other.first for one, other in itertools.pairwise(ranges))
        assert all((one.last - one.first) % unit == 0 for one in ranges[:-1])
        assert max(one.last - one.first for one in ranges) < MOST_RANGE + unit


@pytest.fixture(scope="module")
def client():
    """Two worker processes."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=100, memory_limit=0
    ) as cluster, distributed.Client(cluster, set_as_default=False) as client:  # fmt: skip
        yield client


def test_worker_processes_and_one_that_is_killed(client, files, random_digits, rng):
    from pi_engine.distributed.connection.cluster import open_cluster

    with pi_engine.open(files / "pi.ycd") as digits:
        expected = digits.find_all(PATTERNS)
        require_same(digits.find_all(PATTERNS, cluster=client), expected)
        with pi_engine.open(random_digits) as others:
            assert stats.fields_of(others.stats(cluster=client)) == stats.fields_of(others.stats())
        with open_cluster(client, threads=1) as cluster:
            killed = []

            def kill(_phase, done, total):
                if not killed and done < total:
                    killed.append(int(rng.choice(list(cluster.pool.workers.values())).name.split(":")[-1]))
                    os.kill(killed[0], signal.SIGKILL)

            require_same(find_by_workers(cluster, digits, PATTERNS, progress=kill), expected)
            lost = [use for use in cluster.use.workers.values() if use.lost]
            assert killed and [use.name.split(":")[-1] for use in lost] == [str(killed[0])]


def test_a_worker_that_lacks_the_file(client, files, tmp_path, monkeypatch):
    path = tmp_path / "pi.ycd"
    shutil.copy(files / "pi.ycd", path)
    with pi_engine.open(path) as digits:
        from pi_engine.sequence import cluster_questions

        of = cluster_questions.SharedDigits.of

        def of_what_is_moved(digits):
            shared = of(digits)
            path.rename(tmp_path / "elsewhere.ycd")
            return shared

        monkeypatch.setattr(cluster_questions.SharedDigits, "of", of_what_is_moved)
        with pytest.raises(
            UnreadableError, match=r"the worker \S+:\d+ cannot use the file: .*pi.ycd cannot be read there .*; give a"
        ):
            digits.find("12", cluster=client)
