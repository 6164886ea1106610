"""The mutations that are planted by hand (`scripts/mutation_check.py`) still have their places in the sources."""

import importlib.util
import sys

import pytest


def test_every_mutation_has_its_place(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout))
    place = importlib.util.spec_from_file_location("mutation_check", checkout / "scripts" / "mutation_check.py")
    mutation_check = importlib.util.module_from_spec(place)
    monkeypatch.setitem(sys.modules, "mutation_check", mutation_check)
    place.loader.exec_module(mutation_check)
    assert len({mutation.what for mutation in mutation_check.MUTATIONS}) == len(mutation_check.MUTATIONS) > 100
    for mutation in mutation_check.MUTATIONS:
        text = (checkout / mutation.file).read_text(encoding="utf-8")
        assert text.count(mutation.old) == 1, mutation.what
        assert mutation.new != mutation.old, mutation.what
        for file in mutation.tests.split():
            if not (checkout / file).is_file():
                pytest.fail(f"{mutation.what}: there is no {file}")
