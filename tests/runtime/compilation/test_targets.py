"""Kernels compiled for other processors are exact there too."""

import os
import platform

import pytest

from tests.conftest import part_of
from tests.homes import python

pytestmark = pytest.mark.slow

CODE = """
import random, gmpy2
from pi_engine.bigint import multiply
from pi_engine.bigint.product import TRANSFORM, transform_is_usable
from pi_engine.bigint.ntt.transform_kernels import TRANSFORM_KERNELS
from pi_engine.runtime.compilation.kernel_folder import cpu, has_fma

if transform_is_usable():  # products that are as small as these do not wait for a compiler
    TRANSFORM.load()

rng = random.Random(5)
for bits in (80_000, 300_000, 1_000_000):
    for a in (gmpy2.mpz(rng.getrandbits(bits)), (gmpy2.mpz(1) << bits) - 1):
        b = gmpy2.mpz(rng.getrandbits(bits + 77))
        assert multiply(a, b, threads=2) == a * b
        assert multiply(b, b, threads=1) == b * b
print(cpu()[0], has_fma(), all(kernel.origin for kernel in TRANSFORM_KERNELS))
"""


def run(tmp_path, **environment):
    return python(
        CODE, {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), **environment}
    )


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names a processor of that architecture")
@pytest.mark.parametrize(
    ("name", "features", "fma"),
    part_of([("haswell", "+avx,+avx2,+fma,+bmi,+bmi2", True), ("generic", "", False)], 1 / 2, "targets"),
)
def test_products_are_exact(tmp_path, name, features, fma):
    """With AVX2 and FMA; and without either, where PI_ENGINE_TRANSFORM insists on the transform."""
    said = run(tmp_path, NUMBA_CPU_NAME=name, NUMBA_CPU_FEATURES=features, PI_ENGINE_TRANSFORM="1")
    assert said == f"{name} {fma} True"


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names a processor of that architecture")
def test_without_fused_multiply_add_gmp_serves(tmp_path):
    assert run(tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="") == "generic False False"


WITHOUT_A_FOLDER = """
from gmpy2 import mpz
from pi_engine.bigint.residues.stored_residues import RESIDUE_KERNELS
from pi_engine.bigint.residues.limb_residues import is_product

for kernel in RESIDUE_KERNELS:
    kernel.ready()
    print(kernel.origin, kernel.is_in_folder())
x = mpz(3) ** 40_000
assert is_product(x, x, x * x) and not is_product(x, x, x * x + 1)
"""


def test_a_folder_that_cannot_be_written(tmp_path):
    """Nothing is cached then, and all else is as ever."""
    (tmp_path / "file").touch()
    places = {"XDG_CACHE_HOME": str(tmp_path / "file"), "XDG_CONFIG_HOME": str(tmp_path), "NUMBA_NUM_THREADS": "1"}
    said = python(WITHOUT_A_FOLDER, {**os.environ, **places})
    assert set(said.splitlines()) == {"compiled False"}
