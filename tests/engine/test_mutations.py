"""The mutations that are planted by hand (`scripts/mutation_check.py`) still have their places in the sources."""

from importlib import import_module

import pytest


def test_every_mutation_has_its_place(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout))
    mutations = import_module("scripts.mutations").MUTATIONS
    assert len({mutation.what for mutation in mutations}) == len(mutations) > 100
    for mutation in mutations:
        text = (checkout / mutation.file).read_text(encoding="utf-8")
        assert text.count(mutation.old) == 1, mutation.what
        assert mutation.new != mutation.old, mutation.what
        for file in mutation.tests.split():
            if not (checkout / file).is_file():
                pytest.fail(f"{mutation.what}: there is no {file}")
