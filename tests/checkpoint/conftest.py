"""What several tests of checkpoints need."""

import os
import tempfile
from pathlib import Path

import pytest

from pi_engine.checkpoint import record_file
from tests.checkpoint.kept_sequence import Sequence
from tests.checkpoint.stores import BLOCK

MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_path(tmp_path):
    """A folder in memory, where there is one: hundreds of stores are made in it."""
    if not os.access(MEMORY, os.W_OK | os.X_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=MEMORY, prefix="pi-engine-test-") as name:
        yield Path(name)


@pytest.fixture
def folder(quick_path):
    return quick_path / "kept"


@pytest.fixture
def small_blocks(monkeypatch):
    """Records of kilobytes have several blocks, and are synced on the way."""
    monkeypatch.setattr(record_file, "BLOCK", BLOCK)
    monkeypatch.setattr(record_file, "SYNC_BYTES", 2 * BLOCK)


@pytest.fixture
def sequence(rng):
    return Sequence(rng.randrange(2**32))
