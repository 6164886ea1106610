"""What a file system refuses for a moment is tried again, and what it cannot do is done without."""

import errno
import os

import pytest

from pi_engine.runtime.storage import durable
from tests.digits.digit_files import compute, require_digits


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.ETIMEDOUT])
@pytest.mark.parametrize("call", ["fsync", "link"])
@pytest.mark.parametrize("times", [1, 3])
def test_what_fails_once_is_tried_again(tmp_path, monkeypatch, number, call, times):
    left, real = [number] * times, getattr(os, call)

    def fails_at_first(*a, **k):
        if left:
            raise OSError(left.pop(), "for a moment")
        return real(*a, **k)

    monkeypatch.setattr(os, call, fails_at_first)
    assert compute(tmp_path / "pi.txt") == 0
    require_digits(tmp_path / "pi.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["pi.txt"]


def test_a_write_that_fails_once_or_takes_a_part():
    class Stream:
        def __init__(self):
            self.content, self.calls = b"", 0

        def write(self, piece):
            self.calls += 1
            if self.calls in {1, 3}:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self.content += bytes(piece[:3])
            return min(3, len(piece))

    stream = Stream()
    durable.write_all(stream, b"31415926")
    assert stream.content == b"31415926"


def test_a_file_system_that_can_do_little(tmp_path, monkeypatch):
    for name, number in (("posix_fallocate", errno.EOPNOTSUPP), ("fsync", errno.EINVAL), ("link", errno.EPERM)):

        def refuse(*a, number=number, **k):
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, name, refuse)
    assert compute(tmp_path / "pi.txt") == 0
    require_digits(tmp_path / "pi.txt")
    assert compute(tmp_path / "pi.txt") == 2
    monkeypatch.setattr(durable, "_rename_with", lambda *a, **k: False)
    with pytest.raises(FileExistsError):
        durable.rename_new(tmp_path / "pi.txt", tmp_path / "pi.txt")
