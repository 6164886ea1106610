"""What the project says of itself to installers and registries, and what its distributions hold."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import Parser

import pytest

from pi_engine.runtime.compilation.provenance import feature_levels, shipped_code


@pytest.fixture(scope="module")
def project(checkout):
    """The table [project] of pyproject.toml."""
    return tomllib.loads((checkout / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def requirements(checkout, project):
    """Of the program, of its extras, and of its build."""
    extras = [text for texts in project["optional-dependencies"].values() for text in texts]
    build = tomllib.loads((checkout / "pyproject.toml").read_text())["build-system"]["requires"]
    return [*project["dependencies"], *extras, *build]


LEFT_TO_THE_USER = {"cypari"}
"""A peer that `bench` times where it is installed. It is under the GPL: no extra brings it."""


NOT_IMPORTED = {"dev", "docs"}
"""Extras for those who test the package and build its site."""


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
    optional = required(text for name, texts in extras.items() if name not in NOT_IMPORTED for text in texts)
    assert imported - optional - LEFT_TO_THE_USER == required(project["dependencies"])
    assert optional | LEFT_TO_THE_USER <= imported


def pinned(text):
    """Name, version, marker and hashes of each package of a file of requirements."""
    found = []
    for entry in text.replace("\\\n", " ").splitlines():
        if entry and not entry.startswith(("#", "-r ")):
            requirement, *hashes = entry.split(" --hash=")
            pin, _, marker = requirement.partition(";")
            name, _, version = pin.partition("==")
            found.append((normal(name.strip()), version.strip(), marker.strip(), [text.strip() for text in hashes]))
    return found


def test_pins_satisfy_the_metadata(checkout, requirements):
    version_of_text = pytest.importorskip("packaging.version").Version
    pins = {}
    for name in ("run", "test"):
        for package, version, _, _ in pinned((checkout / f"scripts/requirements/{name}.txt").read_text()):
            pins[package] = version_of_text(version)
    for text in requirements:
        package, _, lowest = text.partition(">=")
        assert pins[normal(package)] >= version_of_text(lowest), text


REQUIREMENTS = ("run", "test", "plots", "look", "serve", "distributed", "peers")


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_all_that_is_installed_has_its_hashes(checkout, name):
    """Packages that the named ones pull in have theirs too: pip refuses the rest. All files name one version of a package."""
    folder = checkout / "scripts/requirements"
    packages = pinned((folder / f"{name}.txt").read_text())
    assert packages
    for package, version, _, hashes in packages:
        assert version and hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), package
        assert len(set(hashes)) == len(hashes)
    assert set(packages_of(packages)) <= set(packages_of(pinned((folder / "test.txt").read_text())))
    named = pinned((folder / f"{name}.in").read_text())
    assert {pin[:2] for pin in named} <= {pin[:2] for pin in packages}
    assert "://" not in (folder / f"{name}.txt").read_text()


def packages_of(pins):
    return [(package, version, tuple(hashes)) for package, version, _, hashes in pins]


def test_what_is_pulled_in_is_pinned(checkout):
    """By the metadata of what is installed here, however deep, as far as it applies to this platform."""
    pins = {package for package, *_ in pinned((checkout / "scripts/requirements/test.txt").read_text())}
    requirement = pytest.importorskip("packaging.requirements").Requirement
    for package in sorted(pins):
        try:
            needs = importlib.metadata.requires(package) or []
        except importlib.metadata.PackageNotFoundError:  # of another platform
            continue
        for need in map(requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                assert normal(need.name) in pins, f"{package} needs {need}"


def test_the_environment_is_installed_by_hashes_alone(checkout):
    """The scripts install nothing from the index by any other call of pip."""
    text = (checkout / "scripts/_venv.sh").read_text() + (checkout / "scripts/test-wheel").read_text()
    calls = [line for line in text.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert calls
    for call in calls:
        assert "--require-hashes" in call or "--no-deps --no-build-isolation" in call


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


def test_the_wheel_holds_the_package_types_of_gmpy2_and_what_is_shared(checkout, distributions):
    with zipfile.ZipFile(distributions[0]) as wheel:
        names = wheel.namelist()
    wheel_folder = f"pi_engine-{version_of(checkout)}"
    folders = {"pi_engine", "gmpy2-stubs", f"{wheel_folder}.dist-info", f"{wheel_folder}.data"}
    assert {name.split("/")[0] for name in names} == folders
    assert {name.partition("/data/")[2] for name in names if name.startswith(f"{wheel_folder}.data/")} == {
        path.relative_to(checkout).as_posix() for path in (checkout / "share").rglob("*") if path.is_file()
    }
    assert "pi_engine/py.typed" in names
    assert {"pi_engine/engine/checks/known_digits.json", "pi_engine/report/page.css"} <= set(names)
    assert {f"pi_engine/server/page/{name}" for name in ("page.html", "page.css", "page.js", "icon.svg")} <= set(names)


def build_with(code, checkout, folder):
    """A wheel with what the folder `code` holds in the place of machine code."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    environment = {**os.environ, "PI_ENGINE_MACHINE_CODE": str(code)}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True)


def test_a_wheel_with_machine_code_is_for_its_platform(checkout, distributions, tmp_path):
    """It holds what the other one holds, byte for byte, and the folder; pip takes it on no other platform."""
    level = feature_levels.X86_LEVELS[0]
    described = shipped_code.write_level(tmp_path, level, {"kernel": ("symbol", "void()", b"code")})
    shipped_code.write_manifest(tmp_path, {level.name: described}, {})
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "platform": "linux-x86_64"}))
    done = build_with(tmp_path, checkout, tmp_path / "dist")
    assert done.returncode == 0, done.stderr
    (built,) = (tmp_path / "dist").iterdir()
    assert built.name.endswith("-py3-none-manylinux_2_17_x86_64.whl")
    contents = []
    for path in (built, distributions[0]):
        with zipfile.ZipFile(path) as wheel:
            contents.append({name: wheel.read(name) for name in wheel.namelist() if ".dist-info/" not in name})
    added = {name: content for name, content in contents[0].items() if name not in contents[1]}
    names = ("manifest.json", described["file"])
    assert added == {"/".join(("pi_engine", "machine_code", name)): (tmp_path / name).read_bytes() for name in names}
    assert {name: contents[0][name] for name in contents[1]} == contents[1]


def test_every_platform_with_levels_can_have_a_wheel(checkout):
    del checkout  # the scripts are there
    from scripts.wheels import build_machine_code, wheel_hook

    assert feature_levels.LEVELS.keys() == wheel_hook.TAGS.keys() == build_machine_code.SHIPPED.keys()
    for platform, names in build_machine_code.SHIPPED.items():
        assert wheel_hook.TAGS[platform].endswith(platform.removeprefix("linux-"))
        assert set(names) <= {level.name for level in feature_levels.LEVELS[platform]}


def test_machine_code_for_a_platform_without_a_tag_is_not_packed(checkout, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"platform": "linux-sparc64", "levels": {}}))
    done = build_with(tmp_path, checkout, tmp_path / "dist")
    assert done.returncode != 0 and "linux-sparc64 has no tag" in done.stderr


def version_of(checkout):
    return re.search(r'__version__ = "(.+)"', (checkout / "pi_engine/runtime/versions.py").read_text())[1]


def test_the_source_distribution_holds_what_the_tests_need(checkout, distributions):
    with tarfile.open(distributions[1]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    folders = ("pi_engine", "gmpy2-stubs", "tests", "benchmarks", "scripts", "docs", "share", ".ci", ".github")
    wanted = {path for folder in folders for path in (checkout / folder).rglob("*") if path.is_file()}
    wanted |= {
        checkout / name
        for name in (
            *("README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "SECURITY.md"),
            *("mkdocs.yml", "pyproject.toml"),
        )
    }
    missing = {path.relative_to(checkout).as_posix() for path in wanted if "__pycache__" not in path.parts} - held
    assert missing == set()


def licences(checkout):
    """What NOTICE says of each package."""
    text = re.sub(r"\n {10,}", " ", (checkout / "NOTICE").read_text(encoding="utf-8"))
    return dict(re.findall(r"^([\w-]+) {2,}(\S.*)$", text.partition("Always used:")[2], re.MULTILINE))


def test_the_notice_names_the_licence_of_every_requirement(checkout, requirements):
    found = licences(checkout)
    assert required(requirements) <= set(found)
    assert "LGPL-3.0-or-later" in found["gmpy2"] and "contains GMP (LGPL-3.0-or-later" in found["gmpy2"]


def test_the_notice_names_what_is_pulled_in_for_users(checkout):
    pins = {
        package
        for name in ("run", "plots", "peers")
        for package, *_ in pinned((checkout / f"scripts/requirements/{name}.txt").read_text())
    }
    of_the_build = {"pathspec", "pluggy", "tomlkit", "trove-classifiers"}
    assert pins - of_the_build <= set(licences(checkout))


def test_the_notice_agrees_with_the_packages_themselves(checkout):
    compared = 0
    for package, licence in licences(checkout).items():
        try:
            expression = importlib.metadata.metadata(package).get("License-Expression")
        except importlib.metadata.PackageNotFoundError:
            continue
        if expression:
            assert licence.partition(";")[0] == expression, package
            compared += 1
    assert compared >= 3


def test_both_distributions_hold_licence_and_notice(checkout, distributions):
    with zipfile.ZipFile(distributions[0]) as wheel:
        held = {name.partition(".dist-info/")[2]: name for name in wheel.namelist()}
        for name in ("LICENSE", "NOTICE"):
            assert wheel.read(held[f"licenses/{name}"]) == (checkout / name).read_bytes()
    with tarfile.open(distributions[1]) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "NOTICE"} <= held
