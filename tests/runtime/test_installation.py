"""An error that asks for a package says the command that fits the installation."""

import importlib.metadata
import importlib.util
import site
import sys
import sysconfig
from email.parser import Parser
from pathlib import Path

import pytest

from pi_engine.runtime import installation
from pi_engine.runtime.installation import command_to_install


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """A virtual environment in a folder with a blank in its name."""
    prefix = tmp_path / "my tools" / "pi-engine"
    prefix.mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "executable", "/opt/my python/bin/python3")
    return prefix


@pytest.fixture(params=["installed", "a folder on PYTHONPATH"])
def plots(request, monkeypatch):
    """What pip is to install: the extra by its name where the project is installed, else what the extra brings."""

    def metadata(name):
        if request.param != "installed":
            raise importlib.metadata.PackageNotFoundError(name)
        return Parser().parsestr("Name: pi-engine\nProvides-Extra: look\nProvides-Extra: plots\n")

    monkeypatch.setattr(importlib.metadata, "metadata", metadata)
    return '"pi-engine[plots]"' if request.param == "installed" else "matplotlib"


def test_pip_in_a_virtual_environment(environment, plots):
    assert command_to_install("matplotlib", "plots") == f"'/opt/my python/bin/python3' -m pip install {plots}"


def test_an_extra_that_the_installed_version_has_not_is_not_named(environment, plots):
    assert command_to_install("python-flint", "peers") == "'/opt/my python/bin/python3' -m pip install python-flint"


def test_a_checkout(tmp_path, monkeypatch):
    root = tmp_path / "my clone"
    (root / "scripts").mkdir(parents=True)
    (root / "scripts" / "pi").touch()
    monkeypatch.setattr(sys, "prefix", str(root / ".venvs" / "run"))
    assert command_to_install("matplotlib", "plots") == f"PI_ENGINE_EXTRAS=plots '{root}/scripts/pi' --version"


def test_pipx(environment):
    (environment / "pipx_metadata.json").touch()
    assert command_to_install("matplotlib", "plots") == "pipx inject pi-engine matplotlib"


@pytest.mark.parametrize(
    ("receipt", "command"),
    [
        ('[tool]\nrequirements = [{ name = "pi-engine" }]', "uv tool install pi-engine --with matplotlib"),
        (
            '[tool]\nrequirements = [{ name = "pi-engine", directory = "/home/me/pi engine" }, { name = "python-flint" }]',
            "uv tool install '/home/me/pi engine' --with python-flint --with matplotlib",
        ),
        (
            '[tool]\nrequirements = [{ name = "pi-engine", editable = "/src" }]',
            "uv tool install --editable /src --with matplotlib",
        ),
        ("not a receipt", "uv tool install pi-engine --with matplotlib"),
    ],
)
def test_uv_tool(environment, receipt, command):
    (environment / "uv-receipt.toml").write_text(receipt)
    assert command_to_install("matplotlib", "plots") == command


def test_an_environment_without_pip(environment, monkeypatch, plots):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert command_to_install("matplotlib", "plots") == f"uv pip install --python '/opt/my python/bin/python3' {plots}"


@pytest.mark.parametrize(("managed", "option"), [(False, ""), (True, " --break-system-packages")])
def test_the_user_site(tmp_path, monkeypatch, plots, managed, option):
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    if managed:
        (tmp_path / "EXTERNALLY-MANAGED").touch()
    assert command_to_install("matplotlib", "plots") == f"/usr/bin/python3 -m pip install{option} {plots}"
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(Path(installation.__file__).parents[2]))
    assert command_to_install("matplotlib", "plots") == f"/usr/bin/python3 -m pip install --user{option} {plots}"
