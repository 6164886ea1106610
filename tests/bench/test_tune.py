"""`pi-engine tune` on a machine with empty caches: afterwards new processes use the kernels; and what it says, and takes away."""

import json
import os
import sys

import pytest

from pi_engine.bench.crossovers import measured_here
from pi_engine.engine.planning.backend import ALL_KERNELS
from pi_engine.runtime.tuning import RANGES, Thresholds
from tests.homes import command, environment_of, python
from tests.project.json_schema import require_valid


def test_a_new_process_computes_by_the_kernels(tuned_home, tuned):
    assert tuned["kernels"]["stored"] == tuned["kernels"]["total"] == tuned["kernels"]["compiled"]
    assert tuned["kernels"]["total"] == len(ALL_KERNELS.kernels())
    for digits in ("1e6", "1e7"):
        answer = command(environment_of(tuned_home), "compute", digits, "--json")
        assert json.loads(answer.stdout)["path"] == "compiled", answer.stderr
        assert "compiling" not in answer.stderr and "tune" not in answer.stderr
    plain = command({**environment_of(tuned_home), "PI_ENGINE_TRANSFORM": "0"}, "compute", "1e6", "--json")
    assert json.loads(plain.stdout)["path"] == "plain"


def test_what_it_says_in_json(tuned_home, tuned):
    require_valid("tune", tuned)
    assert set(tuned["thresholds_bits"]) == set(measured_here()) and set(tuned["thresholds_before_bits"]) == set(RANGES)
    assert tuned["thresholds_before"] == "default"
    assert tuned["output"].startswith(str(tuned_home)) and tuned["kernels"]["folder"].startswith(str(tuned_home))
    assert [row["path"] for row in tuned["computations"]] == ["compiled"] * len(tuned["computations"])
    assert tuned["computations"][0]["digits"] == 10**6
    assert set(tuned["seconds"]) == {"compilation", "crossovers", "computations", "total"}
    environment = environment_of(tuned_home)
    info = command(environment, "info", "--json")
    assert json.loads(info.stdout)["tuning"].startswith("measured")
    used = python("from pi_engine.bigint.product import thresholds; print(thresholds())", environment)
    assert used == str(Thresholds(**tuned["thresholds_bits"]))


@pytest.fixture
def small_tune(monkeypatch, tmp_path):
    """`tune` without its hard work: nothing to compile, crossovers known, computations timed elsewhere."""
    from pi_engine.bench import crossovers, tune
    from pi_engine.bigint import product
    from pi_engine.runtime import tuning
    from pi_engine.runtime.tuning import Thresholds

    monkeypatch.setattr(product, "transform_is_usable", lambda: True)
    monkeypatch.setattr(tune, "prepare", lambda progress: None)
    monkeypatch.setattr(crossovers, "measure_crossovers", lambda progress: Thresholds(multiply=90_000, ring=700_000))
    monkeypatch.setattr(tuning, "tuning_file", lambda: tmp_path / "tuning.json")
    monkeypatch.setattr(
        tune, "_run", lambda digits, transform: (6.0, "plain") if transform == "0" else (1.0, "compiled")
    )

    class Kernel:
        origin, name = "compiled", "one"

        def is_in_folder(self):
            return True

        def is_stored(self):
            return self.origin == "stored"

        fetch = is_stored

    monkeypatch.setattr(ALL_KERNELS, "kernels", lambda: [Kernel(), Kernel()])
    return Kernel


def test_the_list_that_people_read(small_tune, capsys, tmp_path):
    from pi_engine.cli.main import run

    assert run(["tune"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("kernels\t2 of 2 compiled in ") and "; 2 are stored in " in lines[0]
    default = f"{Thresholds().multiply:_} (the default)"
    assert lines[1] == f"crossover\tproducts: by the transform from 90_000 bits on, before from {default}"
    assert lines[3].startswith("crossover\tproducts modulo 2^n ± 1: by the number-theoretic transform from ")
    assert lines[4] == f"stored in\t{tmp_path / 'tuning.json'}"
    assert lines[5] == "10^6 digits\tnow take about 1.0 s, before 6.0 s on the plain path, the whole command"
    assert len(lines) == 6  # 10^7 digits would take too long where 10^6 take 6 s
    small_tune.origin = "stored"
    assert run(["tune"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("kernels\tall 2 were compiled before; 2 are stored in ")
    assert lines[1].endswith("before from 90_000 (measured)")
    assert lines[5] == "10^6 digits\ttake about 1.0 s, on the plain path 6.0 s, the whole command"


def test_a_dry_run_stores_nothing(small_tune, capsys, tmp_path):
    from pi_engine.cli.main import run

    assert run(["tune", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "not stored\tthis was a dry run" in out and "kernels" not in out
    assert run(["tune", "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    require_valid("tune", found)
    assert found["output"] is None and found["computations"] == []
    assert not (tmp_path / "tuning.json").exists()


def test_kernels_that_later_runs_will_not_find_are_a_failure(small_tune, capsys, monkeypatch):
    from pi_engine.bench import tune
    from pi_engine.cli.main import run

    monkeypatch.setattr(tune, "_run", lambda digits, transform: (0.1, "plain"))
    assert run(["tune"]) == 1
    assert "a new process has not used them" in capsys.readouterr().err
    monkeypatch.setattr(small_tune, "is_in_folder", lambda self: False)
    assert run(["tune"]) == 1
    assert "2 of 2 kernels are not stored" in capsys.readouterr().err


FEW = """
from pi_engine.bigint.ntt.transform_kernels import add_limbs, build_tables
from pi_engine.runtime.tuning import Thresholds, save
add_limbs.ready(), build_tables.ready(), save(Thresholds())
"""


def test_clear_takes_away_what_was_stored(tmp_path):
    environment = environment_of(tmp_path)
    answer = command(environment, "tune", "--clear")
    assert (answer.returncode, answer.stdout) == (0, "nothing was stored, and nothing has been removed\n")
    python(FEW, environment)
    stored = [path for path in tmp_path.rglob("*") if path.suffix in (".o", ".json")]
    assert len(stored) == 3
    size = sum(path.stat().st_size for path in stored)
    answer = command(environment, "tune", "--clear", "--json", "-q")
    found = json.loads(answer.stdout)
    require_valid("tune --clear", found)
    assert (answer.returncode, found["files_removed"], found["bytes_removed"]) == (0, 3, size)
    assert found["tuning_file"] in map(str, stored) and found["kernel_folder"] in {str(p.parent) for p in stored}
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".o", ".json")]
    python(FEW, environment)
    answer = command(environment, "tune", "--clear")
    assert answer.stdout.startswith("removed 3 files, ") and found["kernel_folder"] in answer.stdout


def test_clear_and_dry_run_contradict_each_other(tmp_path):
    answer = command(environment_of(tmp_path), "tune", "--clear", "--dry-run")
    assert answer.returncode == 2 and "choose one" in answer.stderr


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_clear_says_what_it_cannot_remove(tmp_path):
    environment = environment_of(tmp_path)
    python(FEW, environment)
    (folder,) = {path.parent for path in tmp_path.rglob("*.o")}
    folder.chmod(0o500)
    answer = command(environment, "tune", "--clear")
    folder.chmod(0o700)
    assert answer.returncode == 1 and "remove it by hand" in answer.stderr


WORST_ORDER = """
import numba, numpy as np
from pi_engine.runtime.compilation.routine import OPTIONS
@numba.njit
def of_the_user(a, b):
    c = np.zeros(len(a), np.int64)
    c[:] = a[::-1]
    for i in range(abs(len(b))):
        c[i] += max(a[i], b[i]) + min(a[i], abs(b[i]))
    return c.sum()
of_the_user(np.arange(9), np.arange(9))
from pi_engine.bigint.mpn.kernel_integers import product, signed_sum
from pi_engine.bigint.vectors.words import address_of
@numba.njit(**OPTIONS)
def counting(a):
    c = np.zeros(2 * len(a), np.uint64)
    product(address_of(c), address_of(a), len(a), address_of(a), len(a))
    return c[::-1], signed_sum(address_of(c), address_of(a), len(a), address_of(a), -len(a))
counting(np.arange(1, 9, dtype=np.uint64))
from pi_engine.splitting.kernels.tree_kernels import residues_worker, subtrees_worker
for kernel in (subtrees_worker, residues_worker):
    kernel.ready()
    print(kernel.origin, kernel.not_stored, kernel.is_in_folder())
"""


@pytest.mark.slow
def test_kernels_are_stored_whatever_was_compiled_before(tmp_path):
    """With a function first that counts references: the routines that it shares with kernels must not."""
    assert python(WORST_ORDER, environment_of(tmp_path)) == "compiled  True\ncompiled  True"
