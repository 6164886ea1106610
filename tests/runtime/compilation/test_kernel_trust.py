"""What is loaded as machine code, and what is not: folders and files that others may have written, damage, exchange, pickles."""

import os
import pickle
import stat
from pathlib import Path

import pytest

from tests.runtime.compilation.test_object_code import MODULE, START, files, logged, run

pytestmark = pytest.mark.slow

POLY = (
    "from pi_engine.runtime.compilation.object_code import StoredKernel\n"
    "poly = StoredKernel('stored_of', 'poly'); poly(1, 2); said.append(poly.origin)"
)
OTHER_USER = 54321

as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
with_modes = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners and modes on this system")


def stored(tmp_path):
    """A cache with one kernel; its file."""
    assert logged(POLY, tmp_path)[-1] == "compiled"
    (file,) = files(tmp_path)
    return file


@with_modes
def test_folders_and_files_are_for_their_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        file = stored(tmp_path)
    finally:
        os.umask(old)
    made = [path for path in (tmp_path / "cache").rglob("*") if path.is_dir()] + [tmp_path / "cache"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o700}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def ancestors(file, tmp_path):
    return [parent for parent in file.parents if parent.is_relative_to(tmp_path / "cache")]


@with_modes
@pytest.mark.parametrize("level", [0, 1])
def test_a_folder_that_others_can_write_to_is_not_used(tmp_path, level):
    file = stored(tmp_path)
    folder = file.parents[level]
    folder.chmod(0o777)
    refused, compiling, not_stored, origin = logged(POLY, tmp_path)
    assert refused.startswith(f"pi-engine: stored kernels are not used: other users can write to {folder}: ")
    assert "chmod go-w" in refused and "NUMBA_CACHE_DIR" in refused
    assert "compiling" in compiling and str(folder) in not_stored and origin == "compiled"
    folder.chmod(0o700)
    assert logged(POLY, tmp_path) == ["stored"]


@as_root
def test_a_folder_of_another_user_is_not_used(tmp_path):
    file = stored(tmp_path)
    file.parent.parent.chmod(0o777)
    os.chown(file.parent.parent, OTHER_USER, -1)
    refused, *_, origin = logged(POLY, tmp_path)
    assert f"{file.parent.parent} belongs to another user" in refused and "NUMBA_CACHE_DIR" in refused
    assert origin == "compiled"


def bomb(marker):
    """A pickle that makes the file `marker` when it is read."""

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(marker),)

    return pickle.dumps(Bomb())


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:-1], lambda content: bomb("never-made")]
)
def test_a_damaged_file_is_told_and_compiled_again(tmp_path, damage):
    file = stored(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    message, compiling, origin = logged(POLY, tmp_path)
    assert message.startswith(f"pi-engine: a stored kernel is not used, and is compiled again: {file} is damaged")
    assert "compiling the kernel poly" in compiling and origin == "compiled"
    assert logged(POLY, tmp_path) == ["stored"]
    assert not Path("never-made").exists()


@with_modes
def test_a_link_in_the_place_of_a_file_is_replaced(tmp_path):
    file = stored(tmp_path)
    file.rename(file.with_suffix(".real"))
    file.symlink_to(file.with_suffix(".real"))
    message, _, origin = logged(POLY, tmp_path)
    assert f"{file} is a symbolic link" in message and origin == "compiled"
    assert not file.is_symlink() and logged(POLY, tmp_path) == ["stored"]


def test_exchanged_files_are_compiled_again(tmp_path):
    """Each is sound, and would end the process, or worse, under the name of the other."""
    assert run(START, tmp_path) == "compiled compiled True"
    one, other = files(tmp_path)
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert run(START, tmp_path) == "compiled compiled True"
    assert run(START, tmp_path) == "stored stored False"


def test_of_many_damaged_files_one_line_tells(tmp_path):
    run(START, tmp_path)
    for file in files(tmp_path):
        file.write_bytes(b"")
    code = START.replace(
        "assert poly(",
        "from pi_engine.runtime.compilation.preparation import make_ready\nmake_ready([poly, square])\nassert poly(",
    )
    lines = logged(code, tmp_path)
    assert sum("compiled again" in line for line in lines) == 1
    assert any(line.endswith(" (and 1 more)") for line in lines)


def test_numbas_own_pickles_are_neither_read_nor_written(tmp_path):
    """At every name that Numba's cache has for the routines of a module."""
    (tmp_path / "stored_of.py").write_text(MODULE)
    marker = tmp_path / "executed"
    stored(tmp_path)
    (folder,) = {file.parent for file in files(tmp_path)}
    code = (
        "import stored_of, numba, pathlib\n"
        "from numba.core.caching import FunctionCache\n"
        f"numba.config.CACHE_DIR = {str(folder)!r}\n"
        "for name in ('poly', 'square', 'matrix_sum'):\n"
        "    cache = FunctionCache(getattr(stored_of, name).py_func)\n"
        "    path = pathlib.Path(cache._cache_file._index_path); path.parent.mkdir(parents=True, exist_ok=True)\n"
        f"    path.write_bytes({bomb(marker)!r})\n"
    )
    run(code, tmp_path)
    placed = list(folder.rglob("*.nbi"))
    assert len(placed) == 3
    assert run(START, tmp_path).startswith("stored compiled")
    assert not marker.exists()
    assert sorted(folder.rglob("*.nb?")) == sorted(placed)
