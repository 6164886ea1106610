"""Damaged, missing, stale and exchanged files are not taken: what they held is lost, and nothing else."""

import errno
import os
import shutil

import pytest

from pi_engine.checkpoint.checkpoint_folder import MANIFESTS, clean_folder
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CorruptFileError, PiEngineError
from tests.checkpoint.stores import (
    PARAMETERS,
    damage,
    file_of,
    loaded,
    make_checkpoint,
    names_in,
    numbers_of,
    plain,
    resumed,
)
from tests.checkpoint.system_calls import OTHERS, WRITING, counted, failing

pytestmark = pytest.mark.usefixtures("small_blocks")


def test_a_damaged_record_is_set_aside_and_said(folder, rng):
    kept = make_checkpoint(folder, rng, records=3)
    path = file_of(folder, "node-1-2")
    damage(path, -1)
    with resumed(folder) as store:
        assert store.load("node-1-2") is None and store.load("node-1-2") is None
        (note,) = store.notes
        assert note.startswith(f"the record {path.name} is damaged: ") and note.endswith(
            f"it is set aside as {path.name}.bad"
        )
        assert store.keys() == ["node-0-1", "node-2-3"]
        assert plain(store.load("node-0-1").numbers) == kept["node-0-1"]
        store.keep("node-1-2", numbers_of(rng, 3), {})
        assert store.load("node-1-2") is not None
    with resumed(folder) as store:
        assert len(store.keys()) == 3 and len(loaded(store)) == 3 and store.notes == []
        assert f"{path.name}.bad" in names_in(folder)
        store.clean()
    assert not folder.exists()


def test_what_a_damaged_record_took_the_place_of_is_there(folder, rng):
    kept = make_checkpoint(folder, rng)
    with resumed(folder) as store:
        store.keep("node-0-2", numbers_of(rng, 5), {}, drop=kept)
    damage(file_of(folder, "node-0-2"), 4100)
    with resumed(folder) as store:
        assert store.keys() == ["node-0-2"] and store.load("node-0-2") is None
        assert loaded(store) == kept
        store.keep("node-2-3", numbers_of(rng, 5), {})
        store.keep("node-3-4", numbers_of(rng, 5), {})
        assert store.keys() == [*kept, "node-2-3", "node-3-4"]
        assert {key: plain(store.load(key).numbers) for key in kept} == kept


def test_a_damaged_record_of_the_state_before_has_its_key(folder, rng):
    """A state that is written again and again under one key, such as that of an iteration."""
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for i in range(3):
            store.keep("root", numbers_of(rng, 5), {"step": i})
    damage(file_of(folder, "root"), 4096)
    with resumed(folder) as store:
        assert store.load("root").fields == {"step": 1} and len(store.notes) == 1
        for path in folder.glob("root.*.limbs"):
            damage(path, 4096)
        assert store.load("root") is None and len(store.notes) == 2 and store.keys() == []


def test_every_kind_of_damage_ends_in_the_same_way(folder, rng):
    kept = make_checkpoint(folder, rng)
    path = file_of(folder, "node-1-2")
    good, other = path.read_bytes(), file_of(folder, "node-0-1")

    def pipe():
        path.unlink()
        os.mkfifo(path)

    def link():
        path.rename(folder / "away")
        path.symlink_to("away")

    def subfolder():
        path.unlink()
        path.mkdir()

    for kind in (
        lambda: path.write_bytes(b""),
        lambda: path.write_bytes(good[: len(good) // 2]),
        lambda: path.write_bytes(bytes(len(good))),
        lambda: path.write_bytes(good + b"\0"),
        lambda: os.truncate(path, 1 << 40),
        lambda: damage(path, rng.randrange(len(good))),
        lambda: shutil.copy(other, path),
        path.unlink,
        pipe,
        link,
        subfolder,
    ):
        kind()
        with resumed(folder) as store:
            assert store.load("node-1-2") is None and len(store.notes) == 1
            assert plain(store.load("node-0-1").numbers) == kept["node-0-1"] and store.keys() == ["node-0-1"]
        for left in (path, folder / f"{path.name}.bad"):
            if left.is_dir() and not left.is_symlink():
                left.rmdir()
            else:
                left.unlink(missing_ok=True)
        path.write_bytes(good)
    with resumed(folder) as store:
        assert loaded(store) == kept


def test_two_records_that_are_exchanged_are_not_taken(folder, rng):
    make_checkpoint(folder, rng, records=3)
    first, second = file_of(folder, "node-0-1"), file_of(folder, "node-1-2")
    shutil.move(first, folder / "x")
    shutil.move(second, first)
    shutil.move(folder / "x", second)
    with resumed(folder) as store:
        assert store.load("node-0-1") is None and store.load("node-1-2") is None
        assert store.load("node-2-3") is not None
        assert all("is not the one that was kept" in note for note in store.notes) and len(store.notes) == 2


def test_a_stale_record_is_not_taken(folder, rng):
    """An older file of the same key, whole and with its hashes, under the name of the newer one."""
    with CheckpointStore.create(folder, PARAMETERS) as store:
        store.keep("root", numbers_of(rng, 700), {"step": 0})
        stale = file_of(folder, "root").read_bytes()
        store.keep("other", {}, {})
        store.keep("root", numbers_of(rng, 700), {"step": 1})
        store.keep("other", {}, {})
    file_of(folder, "root").write_bytes(stale)
    with resumed(folder) as store:
        assert store.load("root") is None and "is not the one that was kept" in store.notes[0]


def test_a_record_of_another_run_is_not_taken(folder, quick_path, rng):
    make_checkpoint(folder, rng)
    make_checkpoint(quick_path / "other", rng)
    shutil.copy(file_of(quick_path / "other", "node-0-1"), file_of(folder, "node-0-1"))
    with resumed(folder) as store:
        assert store.load("node-0-1") is None and store.load("node-1-2") is not None


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


def test_a_place_that_the_device_cannot_read(folder, rng):
    make_checkpoint(folder, rng)
    for at in range(1, 30):
        copy = folder.with_name(f"{at}")
        shutil.copytree(folder, copy)
        with counted(failing(errno.EIO, at, lasting=False, names={"preadv"})) as calls:
            with resumed(copy) as store:
                found = [store.load(key) for key in ("node-0-1", "node-1-2")]
                assert len(store.notes) == (at <= calls.names.count("preadv"))
                assert sum(record is None for record in found) == (
                    0 if at == 2 else len(store.notes)
                )  # call 2 reads the state before
    with counted(failing(errno.EIO, 1, lasting=True, names={"preadv"})):
        with pytest.raises(CorruptFileError, match="cannot be read by its device"):
            resumed(folder)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES, errno.ENOMEM])
def test_what_is_not_the_files_fault_is_an_error(folder, rng, number):
    kept = make_checkpoint(folder, rng)
    with resumed(folder) as store:
        with counted(failing(number, 1, lasting=True, names={"open", "preadv"})):
            with pytest.raises(PiEngineError, match=f"could not be read: {os.strerror(number)}; fix that, then go on"):
                store.load("node-0-1")
        assert loaded(store) == kept and store.notes == []


def test_what_cannot_be_set_aside_is_said(folder, rng):
    make_checkpoint(folder, rng)
    damage(file_of(folder, "node-0-1"), -1)
    with counted(failing(errno.EROFS, 1, lasting=True, names={"replace"})), resumed(folder) as store:
        assert store.load("node-0-1") is None
        assert store.notes[0].endswith("it could not be set aside: Read-only file system")


def test_the_order_of_what_must_last(folder, rng):
    """A file is synced before it has its name, and the manifest is named after the record; files are removed last."""
    with CheckpointStore.create(folder, PARAMETERS) as store:
        store.keep("node-0", numbers_of(rng, 5), {})
        store.keep("node-1", numbers_of(rng, 5), {}, drop=["node-0"])
        with counted() as calls:
            store.keep("node-2", numbers_of(rng, 5), {})
    wanted = [
        "make",
        "write",
        "fsync",
        "preadv",
        "link",
        "fsync",
        "make",
        "write",
        "fsync",
        "preadv",
        "replace",
        "fsync",
        "unlink",
    ]
    order = iter(calls.names)
    assert all(name in order for name in wanted)
    after = calls.names[calls.names.index("link") :]
    assert after.index("fsync") < after.index("make")
    assert {*calls.names} <= WRITING | OTHERS
