"""Versions of installed packages, as the folders of their metadata are named."""

import importlib.metadata
import sys

import pytest

from pi_engine.runtime.versions import installed_version


@pytest.mark.parametrize("name", ["gmpy2", "llvmlite", "numba", "numpy"])
def test_a_version_is_what_importlib_says(name):
    assert installed_version(name) == importlib.metadata.version(name)


def test_the_first_place_of_the_path_counts(monkeypatch, tmp_path):
    for place, version in (("first", "1.2"), ("second", "3.4")):
        (tmp_path / place / f"gmpy2-{version}.dist-info").mkdir(parents=True)
    (tmp_path / "first" / "gmpy2_more-9.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path / place) for place in ("missing", "first", "second")])
    assert installed_version("gmpy2") == "1.2"


def test_where_folders_do_not_tell_importlib_is_asked(monkeypatch, tmp_path):
    for version in ("1.2", "3.4"):  # what an update leaves that was interrupted
        (tmp_path / f"gmpy2-{version}.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(importlib.metadata, "version", lambda name: f"{name} asked for")
    assert installed_version("gmpy2") == "gmpy2 asked for"
    assert installed_version("absent") == "absent asked for"


def test_what_is_not_installed_has_no_version():
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        installed_version("no-such-package")
