"""The store: what is kept is there again, and a folder that is not this run's is refused."""

import json
import os
import subprocess
import sys

import gmpy2
import numpy as np
import pytest

from pi_engine.bigint.residues.moduli import random_prime
from pi_engine.checkpoint.checkpoint_folder import LOCK, MANIFESTS
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import UsageError
from tests.checkpoint.stores import PARAMETERS, loaded, make_checkpoint, names_in, numbers_of, plain, resumed
from tests.conftest import MULTIPLIER

pytestmark = pytest.mark.usefixtures("small_blocks")


def records(folder):
    return sorted(path.name.partition(".")[0] for path in folder.glob("*.limbs"))


def test_what_is_kept_is_there_again(folder, rng):
    prime = int(gmpy2.prev_prime(random_prime()))
    numbers = numbers_of(rng, 2000, 1, 0)
    with CheckpointStore.create(folder, PARAMETERS, prime=prime) as store:
        assert (store.keys(), store.prime, store.load("root")) == ([], prime, None)
        store.keep("root", numbers, {"residues": [1, 2]})
        assert plain(store.load("root").numbers) == plain(numbers)
    with resumed(folder) as store:
        found = store.load("root")
        assert (store.keys(), store.prime, found.fields, store.notes) == (["root"], prime, {"residues": [1, 2]}, [])
        assert plain(found.numbers) == plain(numbers)
        assert store.bytes() == sum(path.stat().st_size for path in folder.iterdir())
        assert store.parameters == PARAMETERS


def test_the_prime_is_that_of_the_process(folder):
    with CheckpointStore.create(folder, PARAMETERS) as store:
        assert store.prime == random_prime()


def test_a_record_takes_the_place_of_others(folder, rng):
    kept = make_checkpoint(folder, rng, records=3)
    with resumed(folder) as store:
        store.keep("node-0-2", numbers_of(rng, 5), {}, drop=["node-0-1", "node-1-2", "never-there"])
        assert store.keys() == ["node-2-3", "node-0-2"]
        assert records(folder) == ["node-0-1", "node-0-2", "node-1-2", "node-2-3"]  # the state before has them
        store.keep("node-2-3", numbers_of(rng, 5), {"again": True})
        assert records(folder) == ["node-0-2", "node-2-3", "node-2-3"]
        assert store.load("node-2-3").fields == {"again": True}
        store.keep("root", {}, {}, drop=store.keys())
        store.keep("root", {}, {})
        assert records(folder) == ["root", "root"] and store.keys() == ["root"]
    assert kept


def test_random_damage_is_noted(checkout, rng):
    """A short run of scripts/damage_checkpoints.py, whose faults are of eight kinds."""
    script = [sys.executable, str(checkout / "scripts" / "damage_checkpoints.py"), str(round(400 * MULTIPLIER))]
    done = subprocess.run(
        [*script, "--seed", str(rng.randrange(2**32))],
        env={**os.environ, "PYTHONPATH": str(checkout)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed ") and done.stdout.endswith(" faults, 0 wrong or unseen\n")
    assert all(f"{kind} " in done.stdout for kind in ("flipped bit", "exchanged", "stale"))


def test_names_that_cannot_be_files_are_refused(folder):
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for key in ("", "..", "a/b", "A", "-a", "a-", "a--b", "a.b", "a" * 81, "a\n"):
            with pytest.raises(ValueError, match="is not a name"):
                store.keep(key, {}, {})
        for name in ("", "5", "a-b", "a b", "../x", "N" * 33):
            with pytest.raises(ValueError, match="is not a name"):
                store.keep("a", {name: (np.zeros(1, np.uint64), False)}, {})
        with pytest.raises(ValueError, match="not JSON compliant"):
            store.keep("a", {}, {"x": float("nan")})
        with pytest.raises(TypeError):
            store.keep("a", {}, {"x": object()})
        assert store.keys() == [] and names_in(folder) == [MANIFESTS[0], LOCK]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"digits": 1001}, "digits 1000, and this one has 1001"),
        ({"base": 16}, "base 10, and this one has 16"),
        ({"base": 10.0}, "base 10, and this one has 10.0"),
        ({"base": "10"}, "base 10, and this one has 10"),
        ({"cuts": [71, 9]}, r"cuts \[71, 8\], and this one has \[71, 9\]"),
        ({"more": None}, "more none, and this one has None"),
        ({"series": "x" * 1000}, "series chudnovsky, and this one has x{59}…"),
    ],
)
def test_other_parameters_are_refused(folder, rng, change, message):
    make_checkpoint(folder, rng)
    before = names_in(folder)
    with pytest.raises(
        UsageError, match=f"^the checkpoint in {folder} is of a run with {message}: give the same, or use another"
    ):
        CheckpointStore.resume(folder, {**PARAMETERS, **change})
    fewer = {name: value for name, value in PARAMETERS.items() if name != "cuts"}
    with pytest.raises(UsageError, match="this one has none"):
        CheckpointStore.resume(folder, fewer)
    assert names_in(folder) == before
    resumed(folder).close()


def test_tuples_are_lists(folder):
    CheckpointStore.create(folder, {"cuts": (1, 2), "more": {"a": (3,)}}).close()
    CheckpointStore.resume(folder, {"more": {"a": [3]}, "cuts": (1, 2)}).close()


def test_a_folder_that_holds_a_checkpoint_is_refused(folder, rng):
    kept = make_checkpoint(folder, rng)
    before = names_in(folder)
    with pytest.raises(UsageError, match=f"{folder} holds a checkpoint: go on with it by --resume, remove it with"):
        CheckpointStore.create(folder, PARAMETERS)
    for name in MANIFESTS:
        (folder / name).write_bytes(b"")  # a damaged one is one, too
    with pytest.raises(UsageError, match="holds a checkpoint"):
        CheckpointStore.create(folder, PARAMETERS)
    assert names_in(folder) == before and kept


def test_folders_that_cannot_be_used(quick_path):
    (quick_path / "file").touch()
    (quick_path / "loop").symlink_to("loop")
    for name, message in (
        ("missing/kept", "missing does not exist: make it first"),
        ("file", "is not a folder: choose another name"),
        ("file/kept", "is not a folder|does not exist"),
        ("x" * 300, "File name too long"),
        ("loop", "is not a folder|loop"),
    ):
        with pytest.raises(UsageError, match=message):
            CheckpointStore.create(quick_path / name, PARAMETERS)
        with pytest.raises(UsageError, match=r"holds no checkpoint|File name too long|is not a folder|loop"):
            CheckpointStore.resume(quick_path / name, PARAMETERS)
    with pytest.raises(UsageError, match="is empty"):
        CheckpointStore.create("", PARAMETERS)
    with pytest.raises(UsageError, match="zero byte"):
        CheckpointStore.resume("a\0b", PARAMETERS)
    assert names_in(quick_path) == ["file", "loop"]


def test_other_files_of_the_folder_stay(folder, rng):
    folder.mkdir()
    others = (
        "pi.txt",
        "node.limbs",
        "checkpoint-c.json",
        ".hidden",
        "Node.12345678.limbs",
        "node.1234567g.limbs",
        "x.bad",
    )
    for name in others:
        (folder / name).write_text(name)
    (folder / "node-0-1.12345678.limbs").symlink_to("pi.txt")
    make_checkpoint(folder, rng)
    with resumed(folder) as store:
        removed = store.clean()
    assert not removed.folder and removed.files == 4
    assert names_in(folder) == sorted([*others, "node-0-1.12345678.limbs"])
    assert all((folder / name).read_text() == name for name in others)


def test_what_a_killed_run_has_left_goes(folder, rng):
    kept = make_checkpoint(folder, rng)
    for name in (".node-7-9.0123abcd.limbs.0123456789abcdef.partial", ".checkpoint-a.json.0123456789abcdef.partial"):
        (folder / name).write_bytes(b"half of")
    (folder / "node-7-9.0123abcd.limbs").write_bytes(b"whole, and not yet named by a manifest")
    with resumed(folder) as store:
        assert loaded(store) == kept
    assert records(folder) == ["node-0-1", "node-1-2"] and not list(folder.glob(".*"))


def test_a_manifest_says_all_of_it(folder, rng):
    make_checkpoint(folder, rng)
    said = json.loads((folder / MANIFESTS[0]).read_text())
    assert (said["format"], said["version"], said["generation"], said["phase"]) == ("pi-engine checkpoint", 1, 2, "sum")
    assert said["parameters"] == PARAMETERS and int(said["prime"]) == random_prime()
    assert set(said["records"]) == {"node-0-1", "node-1-2"} and {"pi_engine", "gmp"} <= set(said["versions"])
