"""Machine code that an installation brings along: which level is used, and that none is where anything differs."""

import json
import os
import shutil

import pytest

from pi_engine.runtime.compilation.provenance import shipped_code
from pi_engine.runtime.compilation.provenance.feature_levels import ARM_LEVELS, X86_LEVELS, host_features
from pi_engine.runtime.compilation.provenance.shipped_code import Shipped, shipped
from tests.command import run_code
from tests.homes import environment_of

LEVELS = {level.name: level for level in X86_LEVELS}
BUILT = {"numba": "0.0"}
SAYS = b"\x7fELF, as far as these tests look"


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Machine code of two levels that is none, made from these sources."""
    place = tmp_path_factory.mktemp("written")
    kernels = {"poly": ("symbol", "int64(int64)", SAYS), "other": ("s2", "void()", SAYS[::-1])}
    levels = {name: shipped_code.write_level(place, LEVELS[name], kernels) for name in ("avx512-ifma", "avx2")}
    shipped_code.write_manifest(place, levels, BUILT)
    return place


@pytest.fixture
def folder(written, tmp_path, monkeypatch):
    """A copy of it, on a processor that has what the newer level needs."""
    place = tmp_path / "machine_code"
    shutil.copytree(written, place)
    monkeypatch.setattr(shipped_code, "FOLDER", place)
    for variable in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX"):
        monkeypatch.delenv(variable, raising=False)
    has(monkeypatch, LEVELS["avx512-ifma"].needs | {"sha"})
    yield place
    forget()


def has(monkeypatch, features):
    forget()
    monkeypatch.setattr(shipped_code, "host_features", lambda: frozenset(features))


def forget():
    """What a process decides once."""
    for cached in (shipped_code.shipped, shipped_code._manifest):
        cached.cache_clear()


def test_an_installation_without_machine_code(tmp_path, monkeypatch):
    forget()
    monkeypatch.setattr(shipped_code, "FOLDER", tmp_path / "missing")
    assert shipped() == Shipped() and shipped_code.known_source_digest() is None
    forget()


def test_the_newest_level_that_the_processor_runs(folder, monkeypatch):
    assert shipped().level is LEVELS["avx512-ifma"]
    assert shipped().built == BUILT and shipped().reason == ""
    assert shipped().kernels == {"poly": ("symbol", "int64(int64)", SAYS), "other": ("s2", "void()", SAYS[::-1])}
    for lacking in ("avx512ifma", "avx512vl", "avx512f"):
        has(monkeypatch, LEVELS["avx512-ifma"].needs - {lacking})
        assert shipped().level is LEVELS["avx2"]


def test_a_platform_with_one_level_asks_nothing_of_its_processor(tmp_path, monkeypatch):
    """On 64-bit Arm, where an emulator tells of its host's processor."""
    monkeypatch.setattr(shipped_code, "platform_name", lambda: "linux-aarch64")
    monkeypatch.setattr(shipped_code, "FOLDER", tmp_path)
    kernels = {"poly": ("symbol", "int64(int64)", SAYS)}
    (neon,) = ARM_LEVELS
    shipped_code.write_manifest(tmp_path, {"neon": shipped_code.write_level(tmp_path, neon, kernels)}, BUILT)
    for variable in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_ENABLE_AVX"):
        monkeypatch.delenv(variable, raising=False)
    has(monkeypatch, LEVELS["avx2"].needs)
    assert shipped().level is neon and shipped().kernels == kernels
    monkeypatch.setenv("NUMBA_CPU_NAME", "cortex-a72")
    forget()
    assert shipped().level is None and "another processor" in shipped().reason
    monkeypatch.setattr(shipped_code, "platform_name", lambda: "linux-x86_64")
    forget()
    assert shipped().level is None and "it is for linux-aarch64" in shipped().reason
    forget()


def test_a_level_needs_all_of_its_instructions(folder, monkeypatch):
    assert len(LEVELS["avx2"].needs) > 20
    for lacking in LEVELS["avx2"].needs:
        has(monkeypatch, LEVELS["avx512-ifma"].needs - {lacking})
        assert shipped().level is None and not shipped().kernels
        assert shipped().reason == f"this processor lacks instructions that it needs: {lacking}"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"NUMBA_CPU_NAME": "x86-64-v3"}, "avx2"),
        ({"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "+avx2,+fma"}, "avx2"),
        ({"NUMBA_CPU_FEATURES": "+avx2,+fma"}, "avx2"),
        ({"NUMBA_CPU_NAME": "x86-64-v4"}, "avx512-ifma"),
        ({"NUMBA_CPU_NAME": "x86-64-v4", "NUMBA_CPU_FEATURES": "+fma,+avx2,+avx512f"}, None),
        ({"NUMBA_CPU_NAME": "znver3"}, None),
        ({"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}, None),
        ({"NUMBA_CPU_FEATURES": ""}, None),
        ({"NUMBA_ENABLE_AVX": "0"}, None),
    ],
)
def test_numbas_variables_choose_among_the_levels(folder, monkeypatch, variables, expected):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert getattr(shipped().level, "name", None) == expected
    assert expected or any(name in shipped().reason for name in variables)


def test_a_level_that_is_asked_for_is_not_used_where_the_processor_lacks_it(folder, monkeypatch):
    has(monkeypatch, LEVELS["avx2"].needs)
    monkeypatch.setenv("NUMBA_CPU_NAME", "x86-64-v4")
    assert shipped().level is None and "lacks" in shipped().reason


def changed(folder, **fields):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **fields}))
    forget()


def test_other_modules_may_differ_but_not_the_sources_of_kernels(folder):
    assert shipped_code.known_source_digest() == shipped_code._source_digest()
    changed(folder, package="0" * 64)
    assert shipped_code.known_source_digest() is None and shipped().level is not None
    changed(folder, sources="0" * 64)
    assert shipped().level is None
    assert "sources" in shipped().reason and "reinstall pi-engine" in shipped().reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("form", "form 0"),
        ("platform", "linux-aarch64"),
        ("levels", []),
        ("package", None),
        ("built", "x"),
        ("levels", {"avx2": 3}),
    ],
)
def test_a_manifest_that_says_something_else(folder, field, value):
    changed(folder, **{field: value})
    assert shipped().level is None and "install" in shipped().reason


def test_a_manifest_that_is_damaged(folder):
    content = (folder / "manifest.json").read_bytes()
    for damaged in (b"", b"[]", b"{}", content[:-20], b"\xff" + content):
        (folder / "manifest.json").write_bytes(damaged)
        forget()
        assert shipped().level is None and shipped_code.known_source_digest() is None
        assert "manifest.json is damaged" in shipped().reason


def test_every_byte_of_a_level_counts(folder):
    """Another level is not taken in its place: its file may be as bad."""
    file = folder / "avx512-ifma.kernels"
    content = file.read_bytes()
    assert len(content) < 1000
    for at in range(len(content)):
        file.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        forget()
        assert shipped().level is None, at
    for damaged in (b"", content[:-1], content + b"?", content.partition(b"\n")[0]):
        file.write_bytes(damaged)
        forget()
        assert shipped().level is None and "damaged" in shipped().reason
    file.unlink()
    forget()
    assert shipped().level is None and "reinstall pi-engine" in shipped().reason


MODULE = """
from pi_engine.runtime.compilation.routine import kernel

@kernel("int64(int64, int64)")
def poly(x, y):
    return 3 * x + y
"""
COMPILE = """
import json, os
from pathlib import Path
from pi_engine.runtime.compilation.provenance import shipped_code
from pi_engine.runtime.compilation.numba_compiler import CompiledKernel
from pi_engine.runtime.compilation.provenance.feature_levels import X86_LEVELS
level = next(level for level in X86_LEVELS if level.name == "avx2")
place = Path("machine_code")
place.mkdir()
code = tuple(CompiledKernel("shipped_of", "poly").object_code(""))
shipped_code.write_manifest(place, {level.name: shipped_code.write_level(place, level, {"shipped_of.poly": code})}, {})
"""
USE = """
import sys
from pathlib import Path
from pi_engine.runtime.compilation.provenance import shipped_code
shipped_code.FOLDER = Path("machine_code").absolute()
from pi_engine.report.measured.machine_facts import machine_facts
from pi_engine.runtime.compilation.kernel_folder import cpu, has_avx512
from pi_engine.runtime.compilation.object_code import StoredKernel
poly = StoredKernel("shipped_of", "poly")
print(poly.is_stored(), poly.is_in_folder(), poly(-5, 2), poly.origin, "numba" in sys.modules, cpu()[0], has_avx512())
print(machine_facts().facts["machine_code"])
"""

runs_avx2 = pytest.mark.skipif(not LEVELS["avx2"].needs <= host_features(), reason="needs AVX2")


@runs_avx2
@pytest.mark.slow
def test_kernels_are_used_without_numba_and_without_a_cache(tmp_path):
    """In an installation that cannot be written, by a user whose home cannot be. And where they are damaged, they are compiled."""
    (tmp_path / "shipped_of.py").write_text(MODULE)
    environment = {**environment_of(tmp_path / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTHONPATH"] += os.pathsep + str(tmp_path)
    environment.pop("NUMBA_CPU_NAME", None)
    target = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": LEVELS["avx2"].features}
    assert output(COMPILE, tmp_path, {**environment, **target}) == []
    (tmp_path / "home").write_text("in the way")
    (tmp_path / "machine_code").chmod(0o555)
    used, said = output(USE, tmp_path, environment)
    assert used == "True True -13 shipped False x86-64-v3 False"
    assert said.startswith("came with this installation, for AVX2 and FMA")
    assert sorted(path.name for path in (tmp_path / "machine_code").iterdir()) == ["avx2.kernels", "manifest.json"]
    (tmp_path / "machine_code").chmod(0o755)
    file = tmp_path / "machine_code" / "avx2.kernels"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    used, said = output(USE, tmp_path, environment)
    assert used.startswith("False False -13 compiled True ")
    assert said == f"not used: {file} is damaged or missing: reinstall pi-engine"


def output(code, folder, environment):
    done = run_code(code, env=environment, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
