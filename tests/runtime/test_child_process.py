"""A process that this program starts runs this package, not what lies in the folder the user is in."""

import os
import subprocess
import sys

from pi_engine.runtime.child_process import command_of
from tests.homes import ROOT


def test_the_current_folder_is_not_looked_at(tmp_path):
    for name in ("pi_engine", "json"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("open('executed', 'w')")
    answer = subprocess.run(command_of("pi_engine", "compute", "7"), cwd=tmp_path, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout) == (0, "3.1415926\n"), answer.stderr
    assert not (tmp_path / "executed").exists()


def test_the_package_is_found_where_this_process_has_it(tmp_path):
    """It may be a folder on the path of this process alone, with no packages but Python's own."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from pi_engine.runtime.child_process import command_of; import subprocess\n"
        "print(subprocess.run(command_of('pi_engine.runtime.integers')).returncode)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert answer.stdout == "0\n", answer.stderr


def test_another_version_that_is_installed_is_not_run(tmp_path):
    """A checkout is used from within its folder, say, in an environment that has the package too."""
    (tmp_path / "pi_engine").mkdir()
    (tmp_path / "pi_engine" / "__init__.py").write_text("")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    answer = subprocess.run(command_of("pi_engine", "compute", "7"), env=environment, capture_output=True, text=True)
    assert (answer.returncode, answer.stdout) == (0, "3.1415926\n"), answer.stderr
