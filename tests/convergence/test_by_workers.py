"""Series that are measured by the workers of a cluster: what one process finds, and times that are taken beside the reference's."""

import pytest

from pi_engine import series
from pi_engine.convergence import by_workers
from pi_engine.convergence.measure import REFERENCE, measure_convergence

pytest.importorskip("distributed")

from tests.sequence.clusters import ClusterHere


def measured(rng, names, **options):
    chosen = [series.get(name) for name in names]
    usual = {"terms": 10, "sizes": [], "rounds": 1, "progress": lambda *_: None}
    return by_workers.measure_by_workers(ClusterHere(rng), chosen, **usual | options)


def test_digits_after_terms_are_those_of_one_process(rng):
    names = ["leibniz", "euler", "machin", "ramanujan", "chudnovsky", "derived:67", "gosper"]
    for one, other in zip(measured(rng, names, terms=7), measure_convergence(names, terms=7), strict=True):
        assert one == other and len(one.digits_after_terms) == 7


def test_times_are_taken_beside_the_reference(rng, monkeypatch):
    asked = []

    def seconds(row, size, threads):
        asked.append((row.name, size, threads))
        return {"machin": 6.0, REFERENCE: 2.0}[row.name] * size

    monkeypatch.setattr(by_workers, "seconds_of_sum", seconds)
    heard = []
    found = measured(
        rng, ["leibniz", "machin", REFERENCE], sizes=[500, 2000], rounds=3, progress=lambda *what: heard.append(what)
    )
    leibniz, machin, reference = found
    assert (leibniz.seconds, leibniz.terms, leibniz.relative_time) == ({}, {}, None)
    assert machin.seconds == {500: 3000.0, 2000: 12_000.0} and machin.relative_time == 3
    assert reference.seconds == {500: 1000.0, 2000: 4000.0} and reference.relative_time == 1
    assert asked.count(("machin", 2000, 2)) == 3 and asked.count((REFERENCE, 2000, 2)) == 6
    assert machin.terms == measure_convergence(["machin"], digits=[500, 2000], rounds=1)[0].terms
    assert heard[-1] == ("sums", 4, 4) and ("terms", 3, 3) in heard


def test_sums_are_timed_with_kernels_that_are_loaded(rng, monkeypatch):
    loaded = []
    monkeypatch.setattr(by_workers.BACKEND, "load", loaded.append)
    monkeypatch.setattr(by_workers, "seconds_of_sum", lambda *_: 1.0 if loaded else 99.0)
    monkeypatch.setattr(
        by_workers, "make_plan_within", lambda *_, **__: type("Plan", (), {"compiled": True, "terms": (1,)})
    )
    assert by_workers.seconds_beside_reference(series.get("machin"), 100, 2, 1) == ([1.0, 1.0], [1.0, 1.0])
