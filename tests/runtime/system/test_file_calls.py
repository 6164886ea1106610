"""Calls on files where the system has none of its own: the same bytes, and the same errors."""

import builtins
import errno
import os
import sys
import types

import pytest

from pi_engine.runtime.system import file_calls, open_flags

LACKING = ("preadv", "pread", "pwrite", "posix_fallocate", "posix_fadvise", "fdatasync", "pathconf")


@pytest.fixture(params=["as it is", "without such calls"])
def descriptor(request, tmp_path, monkeypatch):
    """A file of ten bytes, its position at 3."""
    if request.param != "as it is":
        for name in LACKING:
            monkeypatch.delattr(os, name, raising=False)
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    opened = os.open(path, os.O_RDWR | open_flags.AS_BYTES)
    os.lseek(opened, 3, os.SEEK_SET)
    yield opened
    os.close(opened)


def test_a_place_is_read_and_written_without_moving(descriptor):
    target = bytearray(4)
    assert file_calls.read_into(descriptor, memoryview(target), 5) == 4 and target == b"5678"
    assert file_calls.read_into(descriptor, memoryview(target), 8) == 2 and target[:2] == b"89"
    assert file_calls.read_into(descriptor, memoryview(target), 10) == 0
    assert file_calls.read_piece(descriptor, 100, 7) == b"789"
    assert file_calls.write_from(descriptor, b"xy", 1) == 2
    assert file_calls.read_piece(descriptor, 4, 0) == b"0xy3"
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 3


def test_a_file_gets_its_length_and_reaches_the_device(descriptor):
    file_calls.allocate(descriptor, 5000)
    assert os.fstat(descriptor).st_size == 5000
    file_calls.sync_content(descriptor)
    file_calls.forget_pages(descriptor)
    assert file_calls.can_forget_pages() == hasattr(os, "posix_fadvise")


def test_a_name_has_a_longest_length_everywhere(descriptor, tmp_path):
    assert 100 < file_calls.longest_name(tmp_path) <= 255
    assert file_calls.longest_name(tmp_path / "missing") == 255


@pytest.fixture
def without_fcntl(monkeypatch):
    real = builtins.__import__

    def without(name, *arguments, **options):
        if name == "fcntl":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)


def test_a_second_lock_is_refused_at_once(tmp_path):
    with (tmp_path / "file").open("xb") as first, (tmp_path / "file").open("rb") as second:
        file_calls.lock(first.fileno())
        for shared in (False, True):
            with pytest.raises(BlockingIOError):
                file_calls.lock(second.fileno(), shared=shared)


def test_without_any_locks_the_error_says_so(descriptor, without_fcntl):
    with pytest.raises(OSError, match=os.strerror(errno.ENOTSUP)) as failure:
        file_calls.lock(descriptor)
    assert failure.value.errno == errno.ENOTSUP


def test_windows_locks_a_byte_that_nobody_reads(descriptor, without_fcntl, monkeypatch):
    asked = []

    def locking(number, mode, size):
        asked.append((number, mode, size, os.lseek(number, 0, os.SEEK_CUR)))
        if len(asked) > 1:
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(LK_NBLCK=2, locking=locking))
    file_calls.lock(descriptor)
    assert asked == [(descriptor, 2, 1, 0x7FFFFFFE)]
    with pytest.raises(BlockingIOError):
        file_calls.lock(descriptor)
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == 3


def test_a_passing_file_has_no_name(tmp_path):
    descriptor = file_calls.open_passing(tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    os.write(descriptor, b"kept until it is closed")
    assert file_calls.read_piece(descriptor, 4, 0) == b"kept"
    os.close(descriptor)


def test_where_open_files_keep_their_names_the_system_removes_a_passing_file(tmp_path, monkeypatch):
    opened, real = [], os.open
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(open_flags, "GONE_WHEN_CLOSED", 1 << 40)
    monkeypatch.setattr(
        os, "open", lambda path, flags, mode: opened.append(flags) or real(path, flags & ~(1 << 40), mode)
    )
    os.close(file_calls.open_passing(tmp_path / "file"))
    assert opened[0] & 1 << 40 and (tmp_path / "file").exists()
    with pytest.raises(FileExistsError):
        file_calls.open_passing(tmp_path / "file")
    assert file_calls.open_folder(tmp_path) is None
