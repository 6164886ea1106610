"""What a public forge reads: workflows, forms for issues, and how to cite the project. They agree with the metadata."""

import re
import tomllib

import pytest

yaml = pytest.importorskip("yaml")


@pytest.fixture(scope="module")
def workflows(checkout):
    """Name of each workflow → its text and what YAML makes of it."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in (checkout / ".github/workflows").iterdir()}
    assert {"tests.yml", "wheels.yml", "docs.yml", "benchmark.yml"} <= set(texts)
    return {name: (text, yaml.safe_load(text)) for name, text in texts.items()}


@pytest.fixture(scope="module")
def project(checkout):
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def steps_of(workflow):
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] > 0
        yield from job["steps"]


def test_a_workflow_says_at_its_top_what_has_been_run(workflows):
    for name, (text, _) in workflows.items():
        comment = text.partition("name:")[0]
        assert "# What has been run: " in comment and "# What has not: " in comment, name


def test_a_workflow_calls_what_is_there(workflows, checkout):
    called = set()
    for _, workflow in workflows.values():
        for step in steps_of(workflow):
            assert ("run" in step) != ("uses" in step)
            called |= set(re.findall(r"(?<![\w/.-])(?:scripts|\.ci)/[\w./-]*\w", step.get("run", "")))
    assert {".ci/run", "scripts/test", "scripts/test-wheel"} <= called
    assert {path for path in called if not (checkout / path).is_file()} == set()


def test_all_versions_of_python_that_are_named_are_tested(workflows, project):
    _, tests = workflows["tests.yml"]
    tested = set(tests["jobs"]["linux"]["strategy"]["matrix"]["python"])
    named = {match[1] for text in project["classifiers"] if (match := re.search(r":: Python :: (3\.\d+)$", text))}
    assert tested == named


def test_a_form_asks_for_what_a_report_needs(checkout):
    forms = sorted((checkout / ".github/ISSUE_TEMPLATE").glob("[0-9]-*.yml"))
    assert len(forms) == 4
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        asked = [field for field in form["body"] if field["type"] != "markdown"]
        assert {"name", "description", "labels"} <= set(form)
        assert any(field.get("validations", {}).get("required") for field in asked)
        assert len({field["id"] for field in asked}) == len(asked)


def test_the_citation_agrees_with_the_metadata(checkout, project):
    citation = yaml.safe_load((checkout / "CITATION.cff").read_text(encoding="utf-8"))
    version = re.search(r'__version__ = "(.+)"', (checkout / "pi_engine/runtime/versions.py").read_text())[1]
    assert str(citation["version"]) == version
    assert citation["license"] == project["license"]
    assert citation["authors"] == project["authors"]
    assert (citation["cff-version"], citation["type"]) == ("1.2.0", "software")
