"""The command that adds a package to this installation, for errors that ask for one."""

from __future__ import annotations

import importlib.util
import shlex
import site
import sys
import sysconfig
from pathlib import Path

_PROJECT = "pi-engine"


def command_to_install(package: str, extra: str) -> str:
    """The command line that adds an extra of this project to the environment that the program runs in.

    It depends on what made the environment: scripts/pi, pipx, `uv tool`, pip or uv. Each keeps the packages at its next update.

    Args:
        package: what the extra brings, several with blanks between them. The command names it where it cannot name the extra.
        extra: the extra's name in pyproject.toml.
    """
    prefix = Path(sys.prefix)
    script = prefix.parent.parent / "scripts" / "pi"
    if prefix.name == "run" and prefix.parent.name == ".venvs" and script.exists():
        return f"PI_ENGINE_EXTRAS={extra} {shlex.quote(str(script))} --version"
    if (prefix / "pipx_metadata.json").exists():
        return f"pipx inject {_PROJECT} {package}"
    receipt = prefix / "uv-receipt.toml"
    if receipt.exists():
        more = [word for name in package.split() for word in ("--with", name)]
        return shlex.join(["uv", "tool", "install", *_tool(receipt), *more])
    python = shlex.quote(sys.executable or "python3")
    wanted = (
        f'"{_PROJECT}[{extra}]"' if _has_extra(extra) else package
    )  # in quotes that every shell knows, also that of Windows
    if importlib.util.find_spec("pip") is None:  # as uv makes its environments
        return f"uv pip install --python {python} {wanted}"
    return " ".join([python, "-m pip install", *_pip_options(prefix), wanted])


def _has_extra(extra: str) -> bool:
    """Whether this project is installed, with an extra of that name.

    Where it is, pip and uv take the extra from what is installed. Where it is not, as in a folder on PYTHONPATH, they would look for a
    project of our name in the package index, which may be somebody else's.
    """
    from importlib.metadata import PackageNotFoundError, metadata

    try:
        return extra in (metadata(_PROJECT).get_all("Provides-Extra") or [])
    except PackageNotFoundError:
        return False


def _tool(receipt: Path) -> list[str]:
    """What `uv tool install` was asked for, by its own record, so that the same is installed again."""
    import tomllib

    try:
        requirements = tomllib.loads(receipt.read_text(encoding="utf-8"))["tool"]["requirements"]
        own = next(row for row in requirements if row["name"] == _PROJECT)
        others = [word for row in requirements if row is not own for word in ("--with", row["name"])]
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return [_PROJECT]
    if "editable" in own:
        return ["--editable", own["editable"], *others]
    if "git" in own:
        return [f"git+{own['git']}", *others]
    return [own.get("directory") or own.get("path") or own.get("url") or _PROJECT, *others]


def _pip_options(prefix: Path) -> list[str]:
    """What pip needs where there is no virtual environment."""
    if prefix != Path(sys.base_prefix):
        return []
    options = []
    if Path(__file__).is_relative_to(site.getusersitepackages()):
        options.append("--user")
    if (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists():
        options.append("--break-system-packages")
    return options
