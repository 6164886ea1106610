"""A file that is being written, where an open file cannot be renamed or removed, as on Windows."""

import os

import pytest

from pi_engine.runtime.storage.pending_file import NameTakenError, PendingFile
from pi_engine.runtime.system import file_calls
from tests.other_systems import is_open


@pytest.fixture(autouse=True)
def _windows(monkeypatch):
    monkeypatch.setattr(file_calls, "names_open_files", lambda: False)
    for name in ("replace", "unlink"):

        def refusing(path, *arguments, real=getattr(os, name)):
            assert not is_open(path), f"{path} is open"
            return real(path, *arguments)

        monkeypatch.setattr(os, name, refusing)


def test_it_is_closed_before_it_gets_its_name(tmp_path):
    target = tmp_path / "digits"
    for overwrite, content in ((False, b"first"), (True, b"second")):
        with PendingFile(target, overwrite=overwrite, size=100) as pending:
            pending.write(content)
            pending.finish()
            pending.publish()
        assert target.read_bytes() == content
        assert list(tmp_path.iterdir()) == [target]


def test_another_name_can_be_had_when_the_first_is_taken(tmp_path):
    (tmp_path / "digits").write_bytes(b"others")
    with PendingFile(tmp_path / "digits", overwrite=False) as pending:
        pending.write(b"ours")
        pending.finish()
        with pytest.raises(NameTakenError):
            pending.publish()
        pending.publish(tmp_path / "digits-1")
    assert (tmp_path / "digits").read_bytes() == b"others"
    assert (tmp_path / "digits-1").read_bytes() == b"ours"
    assert len(list(tmp_path.iterdir())) == 2


def test_what_took_its_place_does_not_get_the_name(tmp_path):
    with PendingFile(tmp_path / "digits", overwrite=False) as pending:
        pending.write(b"ours")
        pending.finish()
        (tmp_path / "digits").write_bytes(b"others")
        with pytest.raises(NameTakenError):
            pending.publish()
        pending.path.write_bytes(b"of another length")
        with pytest.raises(FileNotFoundError):
            pending.publish(tmp_path / "digits-1")
    assert [path.name for path in tmp_path.iterdir()] == ["digits"]


def test_it_is_closed_before_it_is_removed(tmp_path):
    with PendingFile(tmp_path / "digits", overwrite=False, size=100) as pending:
        pending.write(b"half")
    assert list(tmp_path.iterdir()) == []
