"""The digest of the kernels' sources: it follows imports, and what is remembered of it never outlives a change."""

import os
import sys

import pytest

from pi_engine.runtime.compilation.provenance import kernel_sources
from pi_engine.runtime.compilation.provenance.kernel_sources import MEMORY, digest_of, package_files, source_digest

FILES = {
    "kernels.py": "import numba\nfrom pi_engine import (\n    primes,\n)\n",
    "primes.py": "from .roots import ROOT\nP = 7\n",
    "roots.py": "ROOT = 3\n",
    "cli/main.py": "import click\n",
}


@pytest.fixture
def root(tmp_path):
    place = tmp_path / "package"
    (place / "cli").mkdir(parents=True)
    for name, text in FILES.items():
        (place / name).write_text(text)
    return place


def found_anew(root):
    return digest_of(kernel_sources.kernel_sources(package_files(root)))


def test_the_digest_follows_imports_of_kernels(root):
    assert [*kernel_sources.kernel_sources(package_files(root))] == ["kernels.py", "primes.py", "roots.py"]
    before = found_anew(root)
    (root / "cli/main.py").write_text("import sys\n")
    assert found_anew(root) == before
    (root / "roots.py").write_text("ROOT = 5\n")
    assert found_anew(root) != before


def test_every_way_to_import_is_followed():
    """From a package's own folder, by a dotted name, and in brackets over several lines."""
    files = {
        "apart.py": b"",
        "kernels/__init__.py": b"import numba\nfrom . import rows\n",
        "kernels/rows.py": b"import pi_engine.errors\n",
        "places.py": b"",
        "errors.py": b"from .places import (\n    FIRST,\n)\n",
    }
    assert {*kernel_sources.kernel_sources(files)} == files.keys() - {"apart.py"}


def test_where_a_file_ends_counts():
    assert digest_of({"a": b"x", "b": b"y"}) != digest_of({"a": b"xby"})


def test_all_modules_of_the_package_are_read():
    expected = {x.relative_to(kernel_sources.PACKAGE).as_posix() for x in kernel_sources.PACKAGE.rglob("*.py")}
    assert {*package_files()} == expected
    assert [*package_files()] == sorted(expected)
    assert {"bigint/ntt/kernels/rows.py", "runtime/compilation/routine.py"} <= {
        *kernel_sources.kernel_sources(package_files())
    }


def test_what_is_remembered_is_found_without_following_imports(root, tmp_path, monkeypatch):
    memory = tmp_path / "cache"
    expected = found_anew(root)
    assert source_digest(memory, root) == expected
    monkeypatch.delattr(kernel_sources, "kernel_sources")
    assert source_digest(memory, root) == expected
    os.utime(root / "roots.py", (1, 1))  # times do not count
    assert source_digest(memory, root) == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "roots.py").write_text("ROOT = 4\n"),
        lambda root: (root / "cli" / "new.py").write_text("import numba\n"),
        lambda root: (root / "primes.py").unlink(),
        lambda root: (root / "primes.py").rename(root / "cli" / "primes.py"),
    ],
    ids=["a byte", "a new file", "a file less", "another place"],
)
def test_no_change_goes_unnoticed_whatever_its_time(root, tmp_path, change):
    memory = tmp_path / "cache"
    before = source_digest(memory, root)
    times = (root / "roots.py").stat()
    change(root)
    os.utime(root / "roots.py", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert source_digest(memory, root) == found_anew(root) != before
    assert source_digest(memory, root) == found_anew(root)


def test_a_damaged_memory_does_not_count(root, tmp_path, rng):
    memory = tmp_path / "cache"
    expected = source_digest(memory, root)
    content = (memory / MEMORY).read_bytes()
    for _ in range(50):
        damaged = bytearray(content)
        damaged[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        (memory / MEMORY).write_bytes(damaged[: rng.choice([len(content), rng.randrange(len(content))])])
        assert source_digest(memory, root) == expected
        assert (memory / MEMORY).read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no modes of this kind")
def test_a_memory_that_others_can_write_is_neither_read_nor_written(root, tmp_path):
    memory = tmp_path / "cache"
    expected = source_digest(memory, root)
    lie = kernel_sources._content_of_memory(digest_of(package_files(root)), "0" * 64)
    (memory / MEMORY).write_bytes(lie)
    assert source_digest(memory, root) == "0" * 64  # what is remembered is what counts, so it must be trusted
    memory.chmod(0o777)
    assert source_digest(memory, root) == expected
    assert (memory / MEMORY).read_bytes() == lie
