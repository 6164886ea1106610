"""Two runs are kept apart; and a checkpoint is taken away by one that has its lock."""

import errno
import fcntl
import os
import shutil
from contextlib import nullcontext

import pytest

from pi_engine.checkpoint.checkpoint_folder import LOCK, MANIFESTS, clean_folder
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.checkpoint.folder_lock import FolderLock, LockedError, holder
from pi_engine.errors import CorruptFileError, OutputError
from tests.checkpoint.stores import (
    PARAMETERS,
    make_checkpoint,
    resumed,
)
from tests.checkpoint.system_calls import counted, failing
from tests.homes import environment_of, python

pytestmark = pytest.mark.usefixtures("small_blocks")


def test_two_runs_are_kept_apart(folder, rng):
    make_checkpoint(folder, rng)
    with resumed(folder) as store:
        for second in (
            lambda: resumed(folder),
            lambda: CheckpointStore.create(folder, PARAMETERS),
            lambda: clean_folder(folder),
        ):
            with pytest.raises(
                LockedError, match=rf"in use by process {os.getpid()} on \S+: wait until it has ended, or use"
            ):
                second()
        store.keep("root", {}, {})
        assert holder(folder / LOCK).startswith(f"process {os.getpid()} on ")
    assert holder(folder / LOCK) is None
    resumed(folder).close()


def test_a_lock_goes_with_its_process(folder, rng, tmp_path):
    make_checkpoint(folder, rng)
    code = f"""
import os
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.checkpoint.folder_lock import LockedError
store = CheckpointStore.resume({str(folder)!r}, {PARAMETERS!r})
child = os.fork()
if child == 0:
    try:
        CheckpointStore.resume({str(folder)!r}, {PARAMETERS!r})
    except LockedError as error:
        print(error, flush=True)
    os._exit(0)
os.waitpid(child, 0)
print(os.getpid(), flush=True)
os._exit(0)
"""
    message, number = python(code, environment_of(tmp_path)).splitlines()
    assert f"in use by process {number} on " in message
    resumed(folder).close()


def test_a_lock_without_words_and_one_that_is_no_file(quick_path):
    path = quick_path / LOCK
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    for words in (b"", b"x" * 10_000, b"process 5 on \x1b[31m\n", b"\xff\n"):
        os.pwrite(descriptor, words, 0)
        assert holder(path) == "another process"
        with pytest.raises(LockedError, match="in use by another process"):
            FolderLock(path)
        os.ftruncate(descriptor, 0)
    os.close(descriptor)
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to("pi.txt")):
        path.unlink()
        make(path)
        for look in (holder, FolderLock):
            with pytest.raises(CorruptFileError, match=r"checkpoint\.lock is not a regular file: remove it"):
                look(path)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            path.touch()


def test_a_lock_that_is_removed_under_way_is_taken_anew(quick_path):
    """Another process cleans up between opening the lock and locking it."""
    removed = []

    def before(_calls, name):
        if name == "flock" and not removed:
            removed.append((quick_path / LOCK).unlink())

    with counted(before):
        lock = FolderLock(quick_path / LOCK)
    assert removed and lock.is_there and holder(quick_path / LOCK)
    lock.release()
    lock.release()


def test_a_file_system_without_locks(folder, rng):
    make_checkpoint(folder, rng)
    with counted(failing(errno.ENOLCK, 1, lasting=True, names={"flock"})):
        with resumed(folder) as store:
            assert "without locks: see that no other run uses it" in store.notes[0]
            store.keep("root", {}, {})
        assert holder(folder / LOCK) is None


def test_cleaning_that_ends_early_can_be_done_again(folder, rng):
    for at in range(1, 8):
        make_checkpoint(folder, rng)
        with counted(failing(errno.EIO, at, lasting=True, names={"unlink"})) as calls:
            left = pytest.raises(
                OutputError, match=f"the checkpoint folder {folder} cannot be used: Input/output error"
            )
            with left if at <= 5 else nullcontext():
                clean_folder(folder)
        if list(folder.glob("*.limbs")):
            assert all((folder / name).exists() for name in MANIFESTS)  # what is left is a checkpoint
        if folder.exists():
            assert calls.names.count("unlink") >= at
            assert holder(folder / LOCK) is None
            if any((folder / name).exists() for name in MANIFESTS):
                clean_folder(folder)
            else:
                shutil.rmtree(folder)
        assert not folder.exists()
