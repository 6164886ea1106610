"""docs/environment.md names every environment variable that the program and its scripts read."""

import re
import sys

import pytest

from pi_engine.cli.main import run
from tests.command import run_code

OF_LIBRARIES = {"COMP_CWORD", "NO_COLOR", "TERM", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}
"""Read by click, rich, Python and platformdirs for this program."""


def variables_of_the_source(checkout):
    found = set()
    for path in [*(checkout / "pi_engine").rglob("*.py"), checkout / "tests/conftest.py"]:
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"(\w+)\"", text))
        found |= set(re.findall(r"\b_?(?:PI_ENGINE|NUMBA)_[A-Z_]*[A-Z]\b", text))
    for name in ("pi", "test", "_venv.sh"):
        text = (checkout / "scripts" / name).read_text(encoding="utf-8")
        found |= set(re.findall(r"\b(?:PI_ENGINE_[A-Z_]*[A-Z]|PYTHON)\b", text))
    return found


def test_the_page_names_every_variable_and_no_other(checkout):
    page = (checkout / "docs/environment.md").read_text(encoding="utf-8")
    cells = [line.split("|")[1] for line in page.partition("## Environment variables")[2].splitlines() if "|" in line]
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert named == variables_of_the_source(checkout) | OF_LIBRARIES


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "NUMBA_CACHE_DIR"])
@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_kernels_are_where_the_page_says(tmp_path, variable):
    code = "from pi_engine.runtime.compilation.kernel_folder import cache_root; print(cache_root())"
    answer = run_code(code, env={variable: str(tmp_path)})
    place = {"XDG_CACHE_HOME": "pi-engine/numba", "NUMBA_CACHE_DIR": "pi-engine"}[variable]
    assert answer.stdout.strip() == str(tmp_path / place)


def test_readme_and_info_lead_to_the_page(checkout, capsys):
    assert "(docs/environment.md)" in (checkout / "README.md").read_text(encoding="utf-8")
    assert run(["info", "--help"]) == 0
    assert "docs/environment.md" in capsys.readouterr().out
