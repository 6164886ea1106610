"""What the project says of itself to installers and registries, and what its distributions hold."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser

import pytest


@pytest.fixture(scope="module")
def project(checkout):
    """The table [project] of pyproject.toml."""
    return tomllib.loads((checkout / "pyproject.toml").read_text())["project"]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def required(requirements):
    return {normal(re.match(r"[\w.-]+", text)[0]) for text in requirements}


def imported_packages(checkout):
    """Top-level packages that the program imports anywhere, other than Python's own and itself."""
    found = set()
    for path in (checkout / "pi_engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"pi_engine"}


def test_what_is_imported_is_declared_and_the_reverse(checkout, project):
    distributions = importlib.metadata.packages_distributions()
    imported = {normal(distributions.get(name, [name])[0]) for name in imported_packages(checkout)}
    extras = project["optional-dependencies"]
    optional = required(text for name, texts in extras.items() if name != "dev" for text in texts)
    assert imported - optional == required(project["dependencies"])
    assert optional <= imported


def test_pins_satisfy_the_metadata(checkout, project):
    pins = {}
    for name in ("run", "test"):
        for line in (checkout / f"scripts/requirements/{name}.txt").read_text().splitlines():
            if "==" in line:
                package, _, version = line.partition("==")
                pins[normal(package)] = tuple(map(int, version.split(".")))
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    build = tomllib.loads((checkout / "pyproject.toml").read_text())["build-system"]["requires"]
    for text in [*project["dependencies"], *extras, *build]:
        package, _, lowest = text.partition(">=")
        assert pins[normal(package)] >= tuple(map(int, lowest.split("."))), text


@pytest.fixture(scope="module")
def distributions(checkout, tmp_path_factory):
    """The wheel and the source distribution, as they are built."""
    pytest.importorskip("hatchling")
    pytest.importorskip("hatch_fancy_pypi_readme")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def metadata(distributions):
    with zipfile.ZipFile(distributions[0]) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        return Parser().parsestr(wheel.read(name).decode())


def test_the_metadata_names_author_licence_and_what_it_was_tested_on(metadata):
    assert metadata["Author"] == "The pi-engine authors"
    assert metadata["License-Expression"] == "MIT"
    classifiers = metadata.get_all("Classifier")
    assert "Typing :: Typed" in classifiers
    assert not any(classifier.startswith("License ::") for classifier in classifiers)
    assert "Programming Language :: Python :: 3.11" in classifiers


def test_the_description_links_to_nothing_that_is_only_in_the_repository(metadata):
    description = metadata.get_payload()
    targets = re.findall(r"\]\(([^)]+)\)", description)
    assert [target for target in targets if not target.startswith(("https:", "#"))] == []
    assert "docs/cli.md" in description
    assert description.startswith("# pi-engine")


def test_the_wheel_holds_the_package_and_types_of_gmpy2_alone(checkout, distributions):
    with zipfile.ZipFile(distributions[0]) as wheel:
        names = wheel.namelist()
    assert {name.split("/")[0] for name in names} == {
        "pi_engine",
        "gmpy2-stubs",
        f"pi_engine-{version_of(checkout)}.dist-info",
    }
    assert "pi_engine/py.typed" in names
    assert "pi_engine/verify/known_digits.json" in names


def version_of(checkout):
    return re.search(r'__version__ = "(.+)"', (checkout / "pi_engine/__init__.py").read_text())[1]


def test_the_source_distribution_holds_what_the_tests_need(checkout, distributions):
    with tarfile.open(distributions[1]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("pi_engine", "gmpy2-stubs", "tests", "benchmarks", "scripts", "docs", ".ci")
    wanted = {path for folder in folders for path in (checkout / folder).rglob("*") if path.is_file()}
    wanted |= {
        checkout / name for name in ("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml")
    }
    missing = {path.relative_to(checkout).as_posix() for path in wanted if "__pycache__" not in path.parts} - held
    assert missing == set()
