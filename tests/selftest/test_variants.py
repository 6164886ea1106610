"""The variants that a processor can run, and that their environment chooses them."""

import json
import os
import subprocess

import pytest

from pi_engine.bigint import product
from pi_engine.proof.bbp.bbp_kernels import BBP_KERNELS
from pi_engine.selftest import variants as module
from pi_engine.selftest.variants import variants
from tests.command import run_code
from tests.homes import environment_of, python

V2 = {
    "cmov",
    "cx8",
    "fxsr",
    "mmx",
    "sse",
    "sse2",
    "crc32",
    "cx16",
    "popcnt",
    "sahf",
    "sse3",
    "sse4.1",
    "sse4.2",
    "ssse3",
}
V3 = V2 | {"avx", "avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe", "xsave"}
V4 = V3 | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
ASKED = """
import json
from pi_engine.runtime.compilation.kernel_folder import cpu, has_avx512, has_fma, has_ifma
from pi_engine.bigint.product import transform_is_usable
print(json.dumps([cpu()[0], has_ifma(), has_avx512(), has_fma(), transform_is_usable()]))
"""


def on_processor(monkeypatch, features, *, x86=True, usable=True):
    monkeypatch.setattr(module, "is_x86", lambda: x86)
    monkeypatch.setattr(module, "host_features", lambda: frozenset(features))
    monkeypatch.setattr(module, "cpu", lambda: ("this", ",".join(f"+{name}" for name in features)))
    monkeypatch.setattr(product, "transform_is_usable", lambda: usable)


@pytest.mark.parametrize(
    ("features", "names"),
    [
        (V4 | {"avx512ifma"}, ["avx512-ifma", "avx512-ifma, one thread", "avx512", "avx2", "no-fma"]),
        (V4, ["avx512", "avx512, one thread", "avx2", "no-fma"]),
        (V3, ["avx2", "avx2, one thread", "no-fma"]),
    ],
)
def test_a_processor_runs_its_own_kernels_and_those_for_older_ones(monkeypatch, features, names):
    on_processor(monkeypatch, features)
    found = variants(2)
    assert [variant.name for variant in found] == names
    assert [variant.threads for variant in found[:3]] == [None, 1, None]
    assert not found[0].environment and not found[1].environment and all(x.environment for x in found[2:])
    assert [variant.name for variant in variants(1)] == [names[0], *names[2:]]


def test_a_processor_that_leaves_all_to_gmp_can_run_kernels(monkeypatch):
    on_processor(monkeypatch, {"avx"}, usable=False)
    assert [variant.name for variant in variants(1)] == ["gmp", "no-fma"]


def test_another_kind_of_processor_has_one_variant(monkeypatch):
    on_processor(monkeypatch, {"neon"}, x86=False)
    assert [variant.name for variant in variants(2)] == ["own", "own, one thread"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("avx512", ["x86-64-v4", False, True, True, True]),
        ("avx2", ["x86-64-v3", False, False, True, True]),
        ("no-fma", ["x86-64", False, False, False, True]),
    ],
)
def test_the_environment_chooses_what_the_name_says(monkeypatch, name, expected):
    """Looking needs no such processor."""
    with monkeypatch.context() as patch:
        on_processor(patch, V4 | {"avx512ifma"})
        variant = next(variant for variant in variants(1) if variant.name == name)
    answer = run_code(ASKED, env={**os.environ, **variant.environment})
    assert json.loads(answer.stdout) == expected, answer.stderr


def test_a_shell_takes_the_command(monkeypatch):
    on_processor(monkeypatch, V3)
    variant = variants(1)[-1]
    line = variant.command(["--case", "products:5:5"])
    assert line.endswith(" pi-engine selftest --case products:5:5")
    shown = subprocess.run(
        ["sh", "-c", line.partition("pi-engine")[0] + "env"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {f"{key}={value}" for key, value in variant.environment.items()} <= set(shown)


@pytest.mark.slow
@pytest.mark.skipif(not module.is_x86(), reason="only x86 has variants")
def test_kernels_of_a_variant_are_compiled_beside_the_own_ones_and_are_right(tmp_path):
    """The smallest kernel that multiplies and adds in one step."""
    variant = variants(1)[-1]
    assert [kernel.name for kernel in BBP_KERNELS] == ["sum_fractions"]
    code = """
from pi_engine.proof.bbp.bbp_kernels import BBP_KERNEL
from pi_engine.proof.bbp.hex_digits import hex_digits
BBP_KERNEL.ready()
print(BBP_KERNEL.origin, hex_digits(10_000, count=8, threads=1))
"""
    environment = environment_of(tmp_path) | variant.environment
    assert python(code, environment).split() == ["compiled", "68AC8FCF"]
    assert python(code, environment).split() == ["stored", "68AC8FCF"]
