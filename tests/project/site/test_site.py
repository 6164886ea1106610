"""The documentation as a site: what its navigation names, what its pages of the API describe, and the examples of its pages.

`scripts/docs` builds it, in the gate, and fails on a broken link or anchor. What is tested here needs none of its packages.
"""

import doctest
import importlib
import inspect
import re

import pytest

import pi_engine
from tests.conftest import ROOT

PAGES_WITH_EXAMPLES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("api", "explanation", "howto")
    for path in (ROOT / "docs" / folder).glob("*.md")
    if ">>> " in path.read_text(encoding="utf-8")
)
PACKAGES = ("series", "bigint", "radix")
"""Packages of the public interface, each with a page of its own; verify_file has one too."""


@pytest.fixture(scope="module")
def navigation(checkout):
    """The pages that mkdocs.yml names, in their order."""
    yaml = pytest.importorskip("yaml")
    return list(pages_of(yaml.safe_load((checkout / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]))


def pages_of(entry):
    if isinstance(entry, str):
        yield entry
    else:
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from pages_of(part)


def test_the_navigation_names_every_page_once(checkout, navigation):
    docs = checkout / "docs"
    pages = {path.relative_to(docs).as_posix() for kind in ("md", "ipynb") for path in docs.rglob(f"*.{kind}")}
    of_the_root = {"CONTRIBUTING.md", "CHANGELOG.md"}
    assert sorted(navigation) == sorted(pages | of_the_root)
    assert all((checkout / name).exists() for name in of_the_root)


def test_a_page_begins_with_its_title(checkout, navigation):
    for name in navigation:
        if name.endswith(".md") and (checkout / "docs" / name).exists():
            assert (checkout / "docs" / name).read_text(encoding="utf-8").startswith("# "), name


def public_names():
    """Dotted name of every function, class and constant that users may rely on."""
    own = {name for name in dir(pi_engine) if not name.startswith("_")} - {*PACKAGES, "annotations"}
    names = {f"pi_engine.{name}" for name in own if not inspect.ismodule(getattr(pi_engine, name))}
    for package in PACKAGES:
        names |= {f"pi_engine.{package}.{name}" for name in importlib.import_module(f"pi_engine.{package}").__all__}
    return names


def value_of(dotted):
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)


def test_the_api_describes_every_public_name(checkout):
    """Each once; of a function that has the name of its module, the page names both."""
    text = "".join(path.read_text(encoding="utf-8") for path in (checkout / "docs" / "api").glob("*.md"))
    described = [value_of(dotted) for dotted in re.findall(r"^::: (\S+)$", text, re.MULTILINE)]
    public = {dotted: value_of(dotted) for dotted in public_names()}
    assert [dotted for dotted, value in public.items() if sum(x is value for x in described) != 1] == []
    assert len(described) == len(public) > 25


def test_every_public_name_has_a_docstring():
    for dotted in public_names():
        assert len(inspect.getdoc(value_of(dotted)) or "") > 20, dotted


@pytest.mark.parametrize("page", ["index.md", *PAGES_WITH_EXAMPLES])
def test_the_examples_of_a_page(checkout, tmp_path, monkeypatch, page):
    monkeypatch.chdir(tmp_path)
    path = checkout / "docs" / page if page == "index.md" else checkout / page
    failed, tried = doctest.testfile(str(path), module_relative=False, encoding="utf-8")
    assert tried and not failed


@pytest.mark.parametrize("page", [*PACKAGES, "verify"])
def test_a_library_is_introduced_by_three_lines(checkout, page):
    text = (checkout / "docs" / "api" / f"{page}.md").read_text(encoding="utf-8")
    assert f"docs/api/{page}.md" in PAGES_WITH_EXAMPLES
    assert len(re.findall(r"^>>> ", text.partition("```pycon\n")[2].partition("```")[0], re.MULTILINE)) == 3
