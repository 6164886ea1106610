"""Whole computations by the machine code that this installation brings, of each level that this processor runs."""

import pytest

from pi_engine.runtime.compilation.provenance import shipped_code
from pi_engine.runtime.compilation.provenance.feature_levels import LEVELS, host_features
from tests.homes import environment_of, python

SHA256 = {
    10: "46059c61a4de67d6c916fa958168789da324a03ee8a85c30e9ca292c3712eb25",
    16: "8f08fb6f1a7e2a4900ffb0a5c5e4ef8c05edb60aab22d15ae4398e5e4fd341f6",
}
"""Of "3." and 10^7 digits in a base, as GMP alone computes them."""

COMPUTE = """
import hashlib, sys
import pi_engine
from pi_engine.engine.planning.backend import ALL_KERNELS, BACKEND
from pi_engine.runtime.compilation.kernel_folder import cpu
assert ALL_KERNELS.stored() and BACKEND.pays(10**6)
for base in (10, 16):
    print(hashlib.sha256(pi_engine.compute(10**7, base=base).text().encode()).hexdigest())
print(cpu()[0], *{kernel.origin for kernel in BACKEND.kernels()}, "numba" in sys.modules)
ALL_KERNELS.load()
print(*{kernel.origin for kernel in ALL_KERNELS.kernels()}, "numba" in sys.modules)
"""


@pytest.fixture(scope="module")
def levels():
    """Those that this installation brings, by name."""
    manifest = shipped_code._manifest()
    if manifest is None:
        pytest.skip("this installation brings no machine code")
    return manifest["levels"]


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS.get(shipped_code.platform_name(), ()), ids=lambda level: level.name)
def test_ten_million_digits(levels, level, tmp_path):
    """In both bases, with a home in which nothing is, and nothing is written there."""
    if level.name not in levels:
        pytest.skip("this installation does not bring that level")
    if not level.needs <= host_features():
        pytest.skip("this processor lacks instructions of that level")
    chosen = {"NUMBA_CPU_NAME": level.processor, "NUMBA_CPU_FEATURES": level.features}
    said = python(COMPUTE, {**environment_of(tmp_path), **chosen}).splitlines()
    assert said == [SHA256[10], SHA256[16], f"{level.processor} shipped False", "shipped False"]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
