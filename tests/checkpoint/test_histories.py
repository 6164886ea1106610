"""Histories of a checkpoint: killed at every system call and at random moments, and driven by hypothesis beside a model."""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import pi_engine
from pi_engine.checkpoint import record_file
from pi_engine.checkpoint.checkpoint_folder import LOCK, MANIFESTS, clean_folder
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.errors import CorruptFileError
from tests.checkpoint.conftest import MEMORY
from tests.checkpoint.kept_sequence import Sequence
from tests.checkpoint.stores import BLOCK, PARAMETERS, damage, numbers_of, plain, resumed
from tests.checkpoint.system_calls import Killed, counted, ending
from tests.conftest import MULTIPLIER
from tests.homes import environment_of, python

STEPS = 4

EVERY_POINT = """
import os, shutil, signal, sys
from pathlib import Path
from pi_engine.checkpoint import record_file
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from tests.checkpoint.kept_sequence import Sequence
from tests.checkpoint.stores import BLOCK, PARAMETERS, resumed
from tests.checkpoint.system_calls import counted, killing

record_file.BLOCK, record_file.SYNC_BYTES = BLOCK, 2 * BLOCK
folder, seed, steps = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sequence = Sequence(seed)
at, kills, names = 0, 0, set()
while True:
    at += 1
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with counted(killing(at, lambda name: os.write(writer, name.encode() + b"\\n"))):
            with CheckpointStore.create(folder, PARAMETERS) as store:
                for i in range(steps):
                    sequence.keep(store, i)
                    os.write(writer, b"kept\\n")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        words = said.read().split()
    done = words.count("kept")
    if os.waitpid(child, 0)[1] == 0:
        break
    kills += 1
    names |= set(words)
    if any(folder.glob("*.json")):
        with counted():
            with resumed(folder) as store:
                count = sequence.require_state(store, done, done + 1)
                for i in range(count, count + 2):
                    sequence.keep(store, i)
            with resumed(folder) as store:
                sequence.require_state(store, count + 2)
        assert not [path for path in folder.iterdir() if path.name.startswith(".")]
    else:
        assert done == 0
        with counted(), CheckpointStore.create(folder, PARAMETERS) as store:
            sequence.keep(store, 0)
    shutil.rmtree(folder)
assert done == steps
print(kills, " ".join(sorted(names - {"kept"})))
"""


def test_killed_before_every_system_call(folder, rng, tmp_path):
    """What had been kept is there, what was being kept is there or not, and the run goes on."""
    code = EVERY_POINT.replace("sys.argv[1]", repr(str(folder)))
    code = code.replace("sys.argv[2]", str(rng.randrange(2**32))).replace("sys.argv[3]", str(STEPS))
    kills, *names = python(code, environment_of(tmp_path)).split()
    assert int(kills) > 100
    assert {"write", "fsync", "link", "replace", "unlink", "preadv", "fallocate", "make", "mkdir", "flock"} <= set(
        names
    )


WRITING = """
import itertools, sys
from pathlib import Path
from pi_engine.checkpoint import record_file
from tests.checkpoint.kept_sequence import Sequence
from tests.checkpoint.stores import BLOCK, resumed

record_file.BLOCK, record_file.SYNC_BYTES = BLOCK, 4 * BLOCK
sequence, first = Sequence(int(sys.argv[2]), 40_000), int(sys.argv[3])
with resumed(Path(sys.argv[1])) as store:
    print(sequence.require_state(store, first, first + 1), flush=True)
    for i in itertools.count(sequence.require_state(store, first, first + 1)):
        sequence.keep(store, i)
        print(i + 1, flush=True)
"""


def test_killed_at_random_moments(folder, rng, tmp_path):
    """A process that keeps one record after another is killed, and the next one goes on; so again and again."""
    seed, kept, kills = rng.randrange(2**32), 0, max(1, round(4 * MULTIPLIER))
    sequence = Sequence(seed, 40_000)
    CheckpointStore.create(folder, PARAMETERS).close()
    for _ in range(kills):
        command = [sys.executable, "-c", WRITING, str(folder), str(seed), str(kept)]
        with subprocess.Popen(command, env=environment_of(tmp_path), stdout=subprocess.PIPE, text=True) as process:
            begun = int(process.stdout.readline())
            assert begun in {kept, kept + 1}
            time.sleep(rng.uniform(0, 0.15))
            process.send_signal(signal.SIGKILL)
            kept = int([str(begun), *process.stdout.read().split()][-1])
        assert process.returncode == -signal.SIGKILL
    with resumed(folder) as store:
        assert sequence.require_state(store, kept, kept + 1) > 0


class Histories(RuleBasedStateMachine):
    """A store beside a model of what it holds.

    `kept` is every version that was ever kept under a key; `held` what the store must hold, but for what may have been lost.
    """

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed):
        self.place = Path(
            tempfile.mkdtemp(prefix="pi-engine-test-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
        )
        self.folder, self.rng = self.place / "kept", random.Random(seed)
        self.names = mock.patch("secrets.token_hex", lambda size: self.rng.randbytes(size).hex())
        self.names.start()  # the names of files are the same whenever a history is repeated
        self.usual = record_file.BLOCK, record_file.SYNC_BYTES
        record_file.BLOCK, record_file.SYNC_BYTES = BLOCK, 2 * BLOCK
        self.kept, self.held, self.unsure, self.saved = {}, {}, False, []
        self.create()

    def create(self):
        with counted():
            self.store = CheckpointStore.create(self.folder, PARAMETERS)
        self.held, self.unsure, self.saved = {}, False, []

    def made(self, key):
        numbers = numbers_of(self.rng, *(self.rng.choice([0, 3, 511, 512, 513, 1100]) for _ in range(2)))
        self.kept.setdefault(key, []).append(plain(numbers))
        return numbers

    def keep_as_held(self, key, drop):
        for other in {key, *drop}:
            self.held.pop(other, None)
        self.held[key] = self.kept[key][-1]

    @rule(key=st.integers(0, 3), drop=st.sets(st.integers(0, 3), max_size=2))
    def keep(self, key, drop):
        key, drop = f"node-{key}", {f"node-{other}" for other in drop} - {f"node-{key}"}
        numbers = self.made(key)
        with counted():
            self.store.keep(key, numbers, {}, drop=drop)
        self.keep_as_held(key, drop)

    @rule(key=st.integers(0, 3), drop=st.sets(st.integers(0, 3), max_size=2), at=st.integers(1, 45))
    def killed_while_keeping(self, key, drop, at):
        """The process ends before call `at`, and another one goes on."""
        key, drop = f"node-{key}", {f"node-{other}" for other in drop} - {f"node-{key}"}
        numbers, before = self.made(key), dict(self.held)
        try:
            with counted(ending(at)):
                self.store.keep(key, numbers, {}, drop=drop)
        except Killed:
            self.store.close()
            self.keep_as_held(key, drop)
            after, self.held = self.held, before
            self.go_on(after)
        else:
            self.keep_as_held(key, drop)

    def go_on(self, other=None):
        """Resume; what was held, or the other state, is there, unless something was damaged."""
        try:
            with counted():
                self.store = resumed(self.folder)
        except CorruptFileError:
            assert self.unsure
            with counted():
                clean_folder(self.folder)
            assert not self.folder.exists()
            self.create()
            return
        if not self.unsure:
            keys = self.store.keys()
            assert keys in (list(self.held), list(self.held if other is None else other))
            if other is not None and keys == list(other) and self.newest_is(other):
                self.held = other
        elif other is not None:
            self.held = {**other, **self.held}

    def newest_is(self, state):
        with counted():
            return all(plain(self.store.load(key).numbers) == value for key, value in state.items())

    @rule()
    def resume(self):
        self.store.close()
        self.go_on()

    @rule()
    def copy_files(self):
        """Keep a copy of all files, to be put back later."""
        self.saved = [(path.name, path.read_bytes()) for path in sorted(self.folder.iterdir()) if path.name != LOCK]

    @precondition(lambda self: self.saved)
    @rule(data=st.data(), of_manifests=st.booleans())
    def put_back(self, data, of_manifests):
        """A stale file, under its name or that of another of its kind."""
        self.store.close()
        self.unsure = True
        files = [(name, content) for name, content in self.saved if (name in MANIFESTS) == of_manifests]
        if files:
            name, content = data.draw(st.sampled_from(files))
            there = [
                path.name
                for path in self.folder.iterdir()
                if (path.name in MANIFESTS) == of_manifests and path.name != LOCK
            ]
            (self.folder / data.draw(st.sampled_from(sorted({name, *there})))).write_bytes(content)
        self.go_on()

    @rule(data=st.data(), kind=st.sampled_from(["flip", "cut", "longer", "empty", "gone", "swap"]))
    def corrupt(self, data, kind):
        self.store.close()
        self.unsure = True
        files = sorted(path.name for path in self.folder.iterdir() if path.name != LOCK)
        path = self.folder / data.draw(st.sampled_from(files))
        size = path.stat().st_size
        if kind == "flip" and size:
            damage(path, data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, 7)))
        elif kind == "cut":
            os.truncate(path, data.draw(st.integers(0, size)))
        elif kind == "longer":
            path.write_bytes(path.read_bytes() + b"\0")
        elif kind == "empty":
            path.write_bytes(b"")
        elif kind == "gone" and path.name not in MANIFESTS:
            path.unlink()
        elif kind == "swap":
            other, content = self.folder / data.draw(st.sampled_from(files)), path.read_bytes()
            path.write_bytes(other.read_bytes())
            other.write_bytes(content)
        self.go_on()

    @rule()
    def clean(self):
        with counted():
            self.store.clean()
        assert not self.folder.exists()
        self.create()

    @invariant()
    def what_is_loaded_was_kept(self):
        """Never anything else; and all of it, where nothing was damaged."""
        if not hasattr(self, "store"):
            return
        with counted():
            found = {key: self.store.load(key) for key in self.store.keys()}  # noqa: SIM118 (a store is no dict)
        for key, record in found.items():
            assert record is None or (record.key == key and plain(record.numbers) in self.kept[key])
        if not self.unsure:
            assert {key: plain(record.numbers) for key, record in found.items()} == self.held
            assert self.store.notes == []
        else:
            assert {key for key, record in found.items() if record is not None} <= set(self.store.keys())

    def teardown(self):
        if hasattr(self, "store"):
            self.names.stop()
            self.store.close()
            shutil.rmtree(self.place, ignore_errors=True)
            record_file.BLOCK, record_file.SYNC_BYTES = self.usual


TestHistories = Histories.TestCase
TestHistories.settings = settings(
    max_examples=max(1, round(30 * MULTIPLIER)), stateful_step_count=25, deadline=None, database=None
)


def test_the_package_under_test_is_the_one_of_the_processes(tmp_path):
    """The killed processes import what is tested here."""
    assert python("import pi_engine; print(pi_engine.__file__)", environment_of(tmp_path)) == pi_engine.__file__
