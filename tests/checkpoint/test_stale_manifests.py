"""Manifests that are older, exchanged, damaged or missing: the newest good one counts, and what tells of the others is said."""

import errno
import shutil

import pytest

from pi_engine.checkpoint.checkpoint_folder import MANIFESTS, clean_folder
from pi_engine.checkpoint.checkpoint_report import read_checkpoint
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CorruptFileError
from tests.checkpoint.stores import (
    PARAMETERS,
    damage,
    loaded,
    make_checkpoint,
    names_in,
    numbers_of,
    plain,
    resumed,
)
from tests.checkpoint.system_calls import counted, failing

pytestmark = pytest.mark.usefixtures("small_blocks")


def test_an_older_manifest_is_an_older_state(folder, rng):
    """What it names and is still there is right; what is gone is made again."""
    with CheckpointStore.create(folder, PARAMETERS) as store:
        numbers, states = [numbers_of(rng, 50) for _ in range(6)], []
        for i in range(6):
            store.keep(f"node-{i}", numbers[i], {"step": i}, drop=[f"node-{i - 2}"])
            states.append({name: (folder / name).read_bytes() for name in MANIFESTS if (folder / name).exists()})
    newest = states[5]
    for state in states[:5]:
        for name, content in {**newest, **state}.items():
            (folder / name).write_bytes(content)
        for name in set(newest) - set(state):
            (folder / name).unlink(missing_ok=True)
        with counted(failing(errno.EIO, 1, lasting=True, names={"unlink"})), resumed(folder) as store:
            held = store.keys()
            for key in held:
                record = store.load(key)
                if record is None:
                    assert "is missing" in store.notes[-1]
                else:
                    assert plain(record.numbers) == plain(numbers[record.fields["step"]])
                    assert key == f"node-{record.fields['step']}"


@pytest.mark.parametrize("age", [1, 2, 3, 4])
def test_an_older_manifest_over_the_newest_is_said(folder, rng, age):
    """But for the one that the newest has replaced: with it the folder is that of the state before."""
    contents = []
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for i in range(6):
            store.keep(f"node-{i}", numbers_of(rng, 5), {})
            contents.append((folder / MANIFESTS[(i + 1) % 2]).read_bytes())
    (folder / MANIFESTS[0]).write_bytes(contents[5 - age])
    notes = read_checkpoint(folder).notes
    with resumed(folder) as store:
        assert store.keys() == [f"node-{i}" for i in range(5)]
        assert store.notes == notes
        if age == 2:
            assert notes == []
        else:
            states = "5 and 5" if age == 1 else f"{6 - age} and 5"
            assert notes == [
                f"the manifests are of the states {states}, and were put back from elsewhere: the newest of them is used"
            ]
        store.keep("node-6", {}, {})
    with resumed(folder) as store:
        assert store.keys() == [*(f"node-{i}" for i in range(5)), "node-6"] and store.notes == []


def test_manifests_that_are_exchanged_are_said(folder, rng):
    make_checkpoint(folder, rng, records=3)
    first, second = (folder / name for name in MANIFESTS)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    with resumed(folder) as store:
        assert len(store.keys()) == 3 and "of the states 2 and 3, and were put back from elsewhere" in store.notes[0]


def test_one_manifest_put_over_the_other(folder, rng):
    kept = make_checkpoint(folder, rng, records=3)
    first, second = (folder / name for name in MANIFESTS)
    for source, target in ((first, second), (second, first)):
        saved = target.read_bytes()
        shutil.copy(source, target)
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy)
        with resumed(copy) as store:
            assert store.keys() == list(kept)[: len(store.keys())] and len(store.keys()) >= 2
            assert loaded(store).items() <= kept.items()
            for i in range(3, 6):
                store.keep(f"node-{i}", {}, {})
            state = store.keys()
        with resumed(copy) as store:
            assert store.keys() == state
        shutil.rmtree(copy)
        target.write_bytes(saved)


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_damaged_manifest_leaves_the_other(folder, rng, name):
    kept = make_checkpoint(folder, rng, records=4)  # generation 4 is that of a
    newest = name == MANIFESTS[0]
    damage(folder / name, 100)
    with resumed(folder) as store:
        assert store.keys() == list(kept)[: 3 if newest else 4]
        assert loaded(store).items() <= kept.items()
        (note,) = store.notes
        assert note.endswith(f"it is set aside as {name}.bad, and the other one is used")
        store.keep("root", {}, {})
        keys = store.keys()
    with resumed(folder) as store:
        assert store.keys() == keys and store.notes == []


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_missing_manifest_is_said(folder, rng, name):
    kept = make_checkpoint(folder, rng, records=4)
    (folder / name).unlink()
    with resumed(folder) as store:
        assert store.keys() == list(kept)[: 3 if name == MANIFESTS[0] else 4]
        assert store.notes == [f"the manifest {name} is missing, and the other one is used"]


def test_two_damaged_manifests_are_corrupt(folder, rng):
    make_checkpoint(folder, rng)
    before = names_in(folder)
    for name in MANIFESTS:
        damage(folder / name, 100)
    with pytest.raises(CorruptFileError, match=r"cannot be read: .*'pi-engine checkpoint clean'") as refused:
        resumed(folder)
    assert refused.value.exit_code == 5 and "\n" not in str(refused.value)
    assert names_in(folder) == before  # nothing is touched
    assert clean_folder(folder).folder and not folder.exists()
