"""After `pi-engine tune`, every file that it has stored is replaced by a pickle: none is read as one."""

import os
import pickle
import shutil

import pytest

from tests.homes import command, environment_of, python

CODE = """
import logging
said = []
logging.getLogger("pi_engine").addFilter(lambda record: said.append(record.getMessage()))
from pi_engine.bigint.ntt.transform_kernels import add_limbs, build_tables
from pi_engine.engine.planning.backend import ALL_KERNELS, BACKEND
from pi_engine.runtime import tuning
from pi_engine.runtime.compilation.preparation import make_ready
kernels = ALL_KERNELS.kernels()
print(BACKEND.stored(), len(kernels), sum(kernel.fetch() for kernel in kernels), all(kernel.damage for kernel in kernels))
make_ready([add_limbs, build_tables])
print(tuning.load() == tuning.Thresholds(), add_limbs.origin, build_tables.origin)
print(sum("compiled again" in line for line in said), sum("are not used" in line for line in said), len(said))
"""


class Bomb:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def poisoned(tuned_home, tmp_path):
    """The environment of a home where each file is a pickle that makes the folder `executed` when it is read."""
    home = tmp_path / "home"
    shutil.copytree(tuned_home, home)
    placed = [path for path in home.rglob("*") if path.is_file()]
    assert {path.suffix for path in placed} >= {".o", ".json"}
    assert not [path for path in placed if path.suffix in {".nbi", ".nbc", ".pkl"}]
    for path in placed:
        path.write_bytes(pickle.dumps(Bomb(tmp_path / "executed")))
        path.with_suffix(".nbi").write_bytes(path.read_bytes())
    return environment_of(home)


def test_no_stored_file_is_read_as_a_pickle(poisoned, tmp_path):
    stored, loaded, counts = python(CODE, poisoned).splitlines()
    is_stored, count, sound, all_damaged = stored.split()
    assert (is_stored, sound, all_damaged) == ("False", "0", "True") and int(count) > 20
    assert loaded == "True compiled compiled"
    assert counts == "1 1 3"  # the third: that two are compiled
    answer = command(poisoned, "compute", "30", "-q")
    assert (answer.returncode, answer.stdout) == (0, "3.141592653589793238462643383279\n")
    assert command(poisoned, "info").returncode == 0
    assert not (tmp_path / "executed").exists()
    pickle.loads(pickle.dumps(Bomb(tmp_path / "executed")))
    assert (tmp_path / "executed").exists()  # it would have gone off
