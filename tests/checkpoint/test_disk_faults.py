"""Each system call that a store makes is made to fail in each way: the last state stays good, and the error says how to go on."""

import errno
import os
import shutil

import pytest

from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CapacityError, OutputError, PiEngineError, UsageError
from pi_engine.runtime.storage import durable
from tests.checkpoint.stores import BLOCK, PARAMETERS, loaded, numbers_of, resumed
from tests.checkpoint.system_calls import OTHERS, WRITING, counted, failing, short_writes
from tests.homes import environment_of, python

STEPS = 3


pytestmark = pytest.mark.usefixtures("small_blocks")


def run(folder, sequence, before, *, resumed=False):
    """Create or resume, then keep some records; gives the steps that were kept, the error that ended it, and the names of the calls."""
    done = 0
    with counted(before) as calls:
        try:
            with (CheckpointStore.resume if resumed else CheckpointStore.create)(folder, PARAMETERS) as store:
                for i in range(STEPS):
                    sequence.keep(store, i)
                    done += 1
        except PiEngineError as error:
            return done, error, calls.names
    return done, None, calls.names


def require_kept(folder, sequence, done):
    """After a failure in the step after `done`: the state before it, or the one that it was to make, and going on works."""
    with counted(), CheckpointStore.resume(folder, PARAMETERS) as store:
        count = sequence.require_state(store, done, done + 1)
        for i in range(count, count + 2):
            sequence.keep(store, i)
        sequence.require_state(store, count + 2)
    left = {path.name for path in folder.iterdir()}
    assert not [name for name in left if name.startswith(".")]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
@pytest.mark.parametrize("lasting", [False, True])
def test_every_call_that_writes_fails(quick_path, sequence, number, lasting):
    _, _, names = run(quick_path / "tried", sequence, None)
    points = sum(name in WRITING for name in names)
    assert points > 40
    ended = 0
    for at in range(1, points + 1):
        folder = quick_path / f"{at}"
        done, error, _ = run(folder, sequence, failing(number, at, lasting=lasting))
        if error is None:
            assert done == STEPS
        else:
            ended += 1
            expected = CapacityError if number == errno.ENOSPC else OutputError
            assert type(error) is expected, (at, error)
            assert error.exit_code == (4 if number == errno.ENOSPC else 1)
            assert str(folder) in str(error) and "\n" not in str(error)
            assert os.strerror(number) in str(error), error
        if any(folder.glob("*.json")):
            if done or error is None:
                assert error is None or "--resume" in str(error)
            require_kept(folder, sequence, done)
        shutil.rmtree(folder, ignore_errors=True)
    assert ended > (10 if lasting or number == errno.EROFS else -1)


@pytest.mark.parametrize("name", sorted(OTHERS))
@pytest.mark.parametrize("lasting", [False, True])
def test_every_other_call_fails(quick_path, sequence, name, lasting):
    """What cannot be read back is not kept; what cannot be removed costs disk only."""
    _, _, names = run(quick_path / "tried", sequence, None)
    for at in range(1, names.count(name) + 1):
        folder = quick_path / f"{at}"
        done, error, _ = run(folder, sequence, failing(errno.EIO, at, lasting=lasting, names={name}))
        assert error is None or str(folder) in str(error)
        assert error is None or name == "preadv", (name, error)
        if any(folder.glob("*.json")):
            require_kept(folder, sequence, done)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("full", [False, True])
def test_short_writes(quick_path, sequence, full):
    _, _, names = run(quick_path / "tried", sequence, None)
    for at in range(1, names.count("write") + 1):
        folder = quick_path / f"{at}"
        done, error, _ = run(folder, sequence, short_writes(at, full=full))
        assert (error is None) == (not full)
        if full:
            assert type(error) is CapacityError and "make room" in str(error)
        if any(folder.glob("*.json")):
            require_kept(folder, sequence, done)


def test_a_run_may_go_on_with_the_same_store(quick_path, sequence):
    """Whichever call has failed, the store is what it was, and the next record is kept."""
    _, _, names = run(quick_path / "tried", sequence, None)
    points = sum(name in WRITING for name in names)
    for at in range(1, points + 1):
        with CheckpointStore.create(quick_path / f"{at}", PARAMETERS) as store:
            sequence.keep(store, 0)
            with counted(failing(errno.ENOSPC, at, lasting=True)):
                try:
                    sequence.keep(store, 1)
                except CapacityError:
                    kept = 1
                else:
                    kept = 2
            sequence.require_state(store, kept)
            sequence.keep(store, 1)
            sequence.keep(store, 2)
            sequence.require_state(store, 3)
        with CheckpointStore.resume(quick_path / f"{at}", PARAMETERS) as store:
            sequence.require_state(store, 3)


def test_what_an_fsync_loses_is_seen(quick_path, sequence, monkeypatch, rng):
    """The device takes the pages of the first fsync and keeps none of them: the file is written again; else it is refused."""
    for losses, refused in ((1, False), (99, True)):
        folder, left = quick_path / f"{losses}", [losses]
        with CheckpointStore.create(folder, PARAMETERS) as store:
            sequence.keep(store, 0)
            real = durable.drop_pages

            def lose(stream, left=left, real=real):
                real(stream)
                if left[0]:
                    left[0] -= 1
                    os.pwrite(stream.fileno(), bytes(100), 4200)

            numbers = numbers_of(rng, 4 * BLOCK // 8)
            monkeypatch.setattr(durable, "drop_pages", lose)
            if refused:
                with pytest.raises(OutputError, match=r"reads back differently.*go on with --resume"):
                    store.keep("root", numbers, {})
                assert store.keys() == list(sequence.state(1))
            else:
                store.keep("root", numbers, {})
            monkeypatch.setattr(durable, "drop_pages", real)
        with CheckpointStore.resume(folder, PARAMETERS) as store:
            assert store.keys()[-1] == (*sequence.state(1), *(["root"] * (not refused)))[-1]
            assert (store.load("root") is None) == refused and store.notes == []


def test_the_folder_vanishes(quick_path, sequence):
    folder = quick_path / "kept"
    with CheckpointStore.create(folder, PARAMETERS) as store:
        sequence.keep(store, 0)
        folder.rename(quick_path / "away")
        with pytest.raises(OutputError, match="was removed or replaced while it was in use: put it back"):
            sequence.keep(store, 1)
        with CheckpointStore.create(folder, PARAMETERS) as other:  # another run takes its place
            sequence.keep(other, 0)
            with pytest.raises(OutputError, match="was removed or replaced"):
                sequence.keep(store, 1)
            sequence.require_state(other, 1)
        shutil.rmtree(folder)
        (quick_path / "away").rename(folder)
        sequence.keep(store, 1)
        sequence.require_state(store, 2)


def test_the_folder_vanishes_at_every_call(quick_path, sequence):
    """After the last state is renamed, nothing of the next is needed, and the run goes on."""
    _, _, names = run(quick_path / "tried", sequence, None)
    for at in range(1, len(names) + 1):
        folder, away = quick_path / f"{at}", quick_path / f"{at} away"

        def before(calls, _name, folder=folder, away=away, at=at):
            if len(calls.names) == at and folder.exists():
                folder.rename(away)

        done, error, _ = run(folder, sequence, before)
        if away.exists():
            if error is not None and done:
                assert "was removed or replaced" in str(error), (at, error)
            if any(away.glob("*.json")):
                require_kept(away, sequence, done)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_only_be_read(quick_path, sequence):
    folder = quick_path / "kept"
    with CheckpointStore.create(folder, PARAMETERS) as store:
        sequence.keep(store, 0)
    folder.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="make the folder writable"):
            CheckpointStore.resume(folder, PARAMETERS).keep("root", {}, {})
    finally:
        folder.chmod(0o700)
    require_kept(folder, sequence, 1)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_file_system_that_may_only_be_read(quick_path, sequence, number):
    """As the system answers there: also where the tests run as root, who may write anywhere."""
    folder = quick_path / "kept"
    with CheckpointStore.create(folder, PARAMETERS) as store:
        sequence.keep(store, 0)
    for again, place in ((True, folder), (False, quick_path / "new")):
        done, error, _ = run(place, sequence, failing(number, 1, lasting=True), resumed=again)
        assert done == 0 and isinstance(error, OutputError) and not isinstance(error, UsageError)
        assert "writable" in str(error) and str(place) in str(error)
    require_kept(folder, sequence, 1)


def test_a_limit_of_the_size_of_files(folder, tmp_path):
    """As the system itself keeps it, in a process of its own."""
    code = f"""
import resource, numpy as np
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CapacityError
with CheckpointStore.create({str(folder)!r}, {PARAMETERS!r}) as store:
    store.keep("small", {{"P": (np.arange(1000, dtype=np.uint64), False)}}, {{}})
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        store.keep("large", {{"P": (np.arange(100_000, dtype=np.uint64), False)}}, {{}})
    except CapacityError as error:
        print(error)
    store.keep("small-too", {{"P": (np.arange(1000, dtype=np.uint64), False)}}, {{}})
"""
    said = python(code, environment_of(tmp_path))
    assert "File too large; its last state is kept: make room on its disk, then go on with --resume" in said
    with resumed(folder) as store:
        assert list(loaded(store)) == ["small", "small-too"]
    assert not list(folder.glob(".*")) and not list(folder.glob("large.*"))
