"""Whether a folder is seen by all is found out by what they read and write there, and by nothing else."""

import pytest

from pi_engine.distributed.nodes import shared_folder
from pi_engine.distributed.nodes.shared_folder import SharedFolder, answer


class Workers:
    """A client whose workers see a folder where `seen` says."""

    def __init__(self, seen):
        self.seen = seen

    def run(self, function, folder, *, workers, on_error):
        assert on_error == "return"
        return {address: self._call(function, self.seen(address, folder)) for address in workers}

    @staticmethod
    def _call(function, folder):
        try:
            return function(folder)
        except OSError as error:
            return error


def test_all_see_it_and_it_is_empty_again(tmp_path):
    shared = SharedFolder(tmp_path)
    assert shared.unseen_by(Workers(lambda address, folder: folder), ["a", "b", "c"]) == []
    assert shared.unseen_by(None, []) == []
    assert [path.name for path in shared.path.iterdir()] == ["question"]
    assert shared.path.stat().st_mode & 0o77 == 0
    (shared.path / "node").write_bytes(b"x")
    shared.close()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_the_same_name_elsewhere_is_another_one(tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    shared = SharedFolder(here)
    there.mkdir()
    (there / "question").write_text("0" * 32)
    workers = Workers(lambda address, folder: str(there) if address == "b" else folder)
    assert shared.unseen_by(workers, ["a", "b"]) == ["b"]
    workers = Workers(lambda address, folder: str(tmp_path / "nowhere") if address == "a" else folder)
    assert shared.unseen_by(workers, ["a", "b"]) == ["a"]


@pytest.mark.parametrize("lies", ["content", "place"])
def test_what_a_worker_has_written_must_be_here(tmp_path, monkeypatch, lies):
    def other(folder):
        found, name, word = answer(folder)
        return (found, name, "other") if lies == "content" else (found, "no-such-file", word)

    shared = SharedFolder(tmp_path)
    monkeypatch.setattr(shared_folder, "answer", other)
    assert shared.unseen_by(Workers(lambda address, folder: folder), ["a"]) == ["a"]


def test_a_folder_that_was_made_for_it_goes_with_it(tmp_path):
    shared = SharedFolder(tmp_path / "new")
    assert shared.path.parent == tmp_path / "new"
    shared.close()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="No such file"):
        SharedFolder(tmp_path / "neither" / "new")
