"""Which folders and files can only be this user's or root's; and the form of files of machine code."""

import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from pi_engine.runtime.storage.trusted_files import UntrustedError, make_trusted, read_trusted, require_trusted

OTHER_USER = 54321
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners and modes on this system")


@pytest.fixture
def folder(tmp_path):
    """Three folders deep."""
    made = tmp_path / "one" / "two" / "three"
    made.mkdir(parents=True, mode=0o755)
    return made


def test_folders_are_made_for_their_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        make_trusted(tmp_path / "one" / "two" / "three")
    finally:
        os.umask(old)
    made = [tmp_path / "one", tmp_path / "one" / "two", tmp_path / "one" / "two" / "three"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700] * 3


def test_what_is_missing_can_be_trusted(folder):
    require_trusted(folder)
    require_trusted(folder / "and" / "more")


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o722, 0o1777, 0o3777])
def test_others_must_not_be_able_to_write(folder, level, mode):
    place = [folder, *folder.parents][level]
    place.chmod(mode)
    if mode & stat.S_ISVTX and level:  # as /tmp: others can add to it, but not replace this user's
        require_trusted(folder)
        return
    with pytest.raises(UntrustedError, match="other users can write to") as refused:
        require_trusted(folder)
    assert f"{place}: " in str(refused.value) and "chmod go-w" in str(refused.value)
    if not mode & stat.S_ISVTX:
        with pytest.raises(UntrustedError):
            make_trusted(folder / "new")
        assert not (folder / "new").exists()


@as_root
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("mode", [0o700, 0o777, 0o1777])
def test_folders_of_others_are_refused(folder, level, mode):
    place = [folder, *folder.parents][level]
    place.chmod(mode)
    os.chown(place, OTHER_USER, -1)
    with pytest.raises(UntrustedError, match=f"{place} belongs to another user"):
        require_trusted(folder)


@pytest.mark.parametrize("target", ["absolute", "../real/two", "../link/../real/two/./../two"])
def test_links_are_followed_and_looked_at(tmp_path, target):
    real = tmp_path / "real" / "two"
    (real / "three").mkdir(parents=True)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "to").symlink_to(real if target == "absolute" else target)
    require_trusted(tmp_path / "link" / "to" / "three")
    real.parent.chmod(0o777)
    with pytest.raises(UntrustedError, match=f"other users can write to {real.parent}"):
        require_trusted(tmp_path / "link" / "to" / "three")


@as_root
def test_links_of_others_are_refused(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    require_trusted(tmp_path / "link")
    os.chown(tmp_path / "link", OTHER_USER, -1, follow_symlinks=False)
    with pytest.raises(UntrustedError, match="link belongs to another user"):
        require_trusted(tmp_path / "link")


def test_links_that_lead_to_themselves_end(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(UntrustedError, match="too many symbolic links"):
        require_trusted(tmp_path / "a" / "c")


def test_a_file_in_the_way_is_no_folder(folder):
    (folder / "file").write_text("")
    for place in (folder / "file", folder / "file" / "more"):
        with pytest.raises(NotADirectoryError):
            require_trusted(place)


def given_away(file):
    os.chown(file, OTHER_USER, -1)


def fifo(file):
    file.unlink()
    os.mkfifo(file)


def link(file):
    file.rename(file.with_name("real"))
    file.symlink_to("real")


def dangling(file):
    file.unlink()
    file.symlink_to("nowhere")


def directory(file):
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (fifo, "is not a regular file"),
        (directory, "is not a regular file"),
        (link, "is a symbolic link"),
        (dangling, "is a symbolic link"),
        (lambda file: os.truncate(file, 1 << 40), "is too large"),
        (lambda file: file.write_bytes(bytes(101)), "is too large"),
        (lambda file: file.chmod(0o666), "other users can write to"),
        (lambda file: file.chmod(0o620), "other users can write to"),
        pytest.param(given_away, "belongs to another user", marks=as_root),
    ],
)
def test_files_that_cannot_be_trusted(folder, change, why):
    file = folder / "file"
    file.write_bytes(bytes(100))
    assert read_trusted(file, 100) == bytes(100)
    change(file)
    with pytest.raises(UntrustedError, match=why) as refused:
        read_trusted(file, 100)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there(folder):
    with pytest.raises(FileNotFoundError):
        read_trusted(folder / "none", 100)


def test_memory_follows_the_file_not_the_bound(folder):
    (folder / "file").write_bytes(bytes(1000))
    tracemalloc.start()
    assert read_trusted(folder / "file", 1 << 30) == bytes(1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


def test_endless_files_are_not_read(tmp_path):
    with pytest.raises(UntrustedError, match="not a regular file"):
        read_trusted(Path("/dev/zero"), 100)


DAMAGE = {
    "empty": lambda content: b"",
    "cut short": lambda content: content[:-1],
    "cut within the header": lambda content: content[:30],
    "longer": lambda content: content + b"\x00",
    "zeroed": lambda content: bytes(len(content)),
    "a bit of the code": lambda content: content[:-9] + bytes([content[-9] ^ 1]) + content[-8:],
    "a bit of the header": lambda content: content.replace(b"\n", b"\x0b", 1),
    "the form before": lambda content: content[content.index(b"sources") :],
    "another kernel": lambda content: content.replace(b"module.kernel\n", b"module.kernal\n"),
    "another signature": lambda content: content.replace(b"int64(int64)", b"int64(uint64)"),
    "another version": lambda content: content.replace(b"; llvmlite ", b"; llvmlite 1"),
    "other sources": lambda content: content.replace(b"sources ", b"sources 0"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_files_of_code_are_bound_to_kernel_and_content(folder, kind):
    pytest.importorskip("llvmlite")
    from pi_engine.runtime.compilation.stored_code import ObjectCode, read_code, write_code

    code = ObjectCode("symbol", "int64(int64)", b"\x7fELF\n" + bytes(range(256)) * 4)
    write_code(folder / "file", "module.kernel", code)
    assert read_code(folder / "file", "module.kernel") == code
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
    content = (folder / "file").read_bytes()
    changed = DAMAGE[kind](content)
    assert changed != content
    (folder / "file").write_bytes(changed)
    with pytest.raises(UntrustedError, match="is damaged"):
        read_code(folder / "file", "module.kernel")


def test_a_file_under_another_name_is_not_taken(folder):
    pytest.importorskip("llvmlite")
    from pi_engine.runtime.compilation.stored_code import ObjectCode, read_code, write_code

    write_code(folder / "file", "module.kernel", ObjectCode("symbol", "int64(int64)", b"code"))
    for name in ("module.other", "module.kernel\nint64"):
        with pytest.raises(UntrustedError, match="of another kernel"):
            read_code(folder / "file", name)


def test_the_code_follows_the_processor_and_the_sources(folder, monkeypatch):
    pytest.importorskip("llvmlite")
    from pi_engine.runtime.compilation import stored_code
    from pi_engine.runtime.compilation.kernel_folder import cpu, machine_code_key, source_digest

    assert cpu()[0] in machine_code_key() and source_digest() in machine_code_key()
    stored_code.write_code(folder / "file", "module.kernel", stored_code.ObjectCode("symbol", "int64(int64)", b"code"))
    monkeypatch.setattr(stored_code, "machine_code_key", lambda: "another machine")
    with pytest.raises(UntrustedError, match="processor or version"):
        stored_code.read_code(folder / "file", "module.kernel")
