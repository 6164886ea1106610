"""The types that users see: the wheel's, after its installation, with mypy --strict on programs of theirs."""

import os
import subprocess
import sys

import pytest

RIGHT = {
    "products": """
from gmpy2 import mpz
from pi_engine.bigint import multiply
print(multiply(mpz(3) ** 100, 7) + 1)
""",
    "arrays": """
import numpy as np, pi_engine
result = pi_engine.compute(np.int64(1000), threads=np.int32(2))
print(result[:10] + result[0], len(result), result.words[0], result.value + 1)
""",
    "text": """
from gmpy2 import mpz, isqrt, mpfr
from pi_engine import radix
x: mpz = radix.from_text(radix.to_text(isqrt(10**50) * 2)); y: mpfr = mpfr(x) / 3
""",
    "files": """
from pathlib import Path
import pi_engine
if pi_engine.verify_file(Path("pi.txt")): print(pi_engine.series.derive(163).series.closed_form)
""",
}

WRONG = {
    'from pi_engine.bigint import multiply\nmultiply("a", None)': [
        'Argument 1 to "multiply" has incompatible type "str"',
        'Argument 2 to "multiply" has incompatible type "None"',
    ],
    "import pi_engine\npi_engine.nonsense": ['Module has no attribute "nonsense"'],
    "import pi_engine\npi_engine.series.nonsense": ['Module has no attribute "nonsense"'],
    "import pi_engine\npi_engine.compute(10).nonsense": ['"ComputeResult" has no attribute "nonsense"'],
    "import pi_engine\npi_engine.compute(10.0)": ['Argument 1 to "compute" has incompatible type "float"'],
    "import pi_engine\nx: int = pi_engine.compute(10).text()": ['"str", variable has type "int"'],
    "from pi_engine.bigint import multiply\nx: str = multiply(2, 3)": ['type "mpz", variable has type "str"'],
    'from pi_engine.radix import from_text\nfrom_text(b"1")': ['incompatible type "bytes"; expected "str"'],
    "import gmpy2\ngmpy2.nonsense": ['Module has no attribute "nonsense"'],
    "from gmpy2 import mpz\nmpz(3) << 0.5": ["Unsupported operand types for <<"],
}

NOT_TO_BE_TYPED = """
gmpy2\\.gmpy2
gmpy2\\.mpz\\.__array__
gmpy2\\.x?mpz\\.bit_test
gmpy2\\.random_state
"""
"""The module behind the package; what only numpy calls; what has no signature; a function that users need as a type."""


@pytest.fixture(scope="module")
def installed(checkout, tmp_path_factory):
    """The wheel, alone in a folder."""
    folder = tmp_path_factory.mktemp("wheel")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    for command in (
        ["hatchling", "build", "-t", "wheel", "-d", folder],
        ["pip", "install", "-q", "--no-index", "--no-deps", "--target", folder / "site"],
    ):
        wheels = list(folder.glob("*.whl"))
        subprocess.run(
            [sys.executable, "-m", *command, *wheels], cwd=checkout, env=environment, check=True, capture_output=True
        )
    return folder / "site"


def mypy(installed, folder, *options):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(installed),
        "MYPY_CACHE_DIR": str(installed / "cache"),
    }
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_wheel_holds_types_of_gmpy2(installed):
    assert (installed / "gmpy2-stubs" / "__init__.pyi").is_file()
    assert (installed / "pi_engine" / "py.typed").is_file()


def test_programs_of_users_pass(installed, tmp_path):
    for name, text in RIGHT.items():
        (tmp_path / f"{name}.py").write_text(text)
    answer = mypy(installed, tmp_path, ".")
    assert answer.stdout == f"Success: no issues found in {len(RIGHT)} source files\n", answer.stdout + answer.stderr


def test_mistakes_of_users_are_seen(installed, tmp_path):
    for i, text in enumerate(WRONG):
        (tmp_path / f"wrong_{i}.py").write_text(text + "\n")
    lines = mypy(installed, tmp_path, "--show-error-codes", ".").stdout.splitlines()
    for i, messages in enumerate(WRONG.values()):
        found = [line for line in lines if line.startswith(f"wrong_{i}.py:2: error:")]
        assert len(found) == len(messages), (i, lines)
        for line, message in zip(found, messages, strict=True):
            assert message in line
    assert len(lines) == sum(map(len, WRONG.values())) + 1


def test_the_types_are_those_of_the_gmpy2_that_is_installed(checkout, tmp_path):
    """Every name, every method, every parameter; results are what `test_results_of_gmpy2` is for."""
    allowed = tmp_path / "allowed"
    allowed.write_text(NOT_TO_BE_TYPED)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "MYPY_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(checkout),
    }
    command = [sys.executable, "-m", "mypy.stubtest", "gmpy2", "--allowlist", allowed, "--ignore-unused-allowlist"]
    answer = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


EXPRESSIONS = {
    "mpz(7) + 2": "mpz",
    "2 - mpz(7)": "mpz",
    "mpz(7) * mpq(1, 2)": "mpq",
    "mpz(7) + 0.5": "mpfr",
    "0.5 * mpz(7)": "mpfr",
    "mpz(7) / 2": "mpfr",
    "mpq(7) / 2": "mpq",
    "mpq(7) // 2": "mpz",
    "mpz(7) % mpq(1, 2)": "mpq",
    "mpz(7) + 1j": "mpc",
    "mpfr(7) ** 2": "mpfr",
    "mpz(7) ** 2": "mpz",
    "2 ** mpz(7)": "mpz",
    "abs(mpc(1, 2))": "mpfr",
    "round(mpfr(1.5))": "mpz",
    "mpz(7) & 3": "mpz",
    "xmpz(7) + 3": "mpz",
    "gmpy2.sqrt(2)": "mpfr",
    "gmpy2.sqrt(1j)": "mpc",
    "gmpy2.floor(2.5)": "mpz",
    "gmpy2.square(mpq(1, 2))": "mpq",
    "gmpy2.gcd(4, 6)": "mpz",
    "gmpy2.add(1, 2)": "mpz",
    "gmpy2.add(1, 0.5)": "mpfr",
    "gmpy2.mul_2exp(1.5, 2)": "mpfr",
    "gmpy2.get_context().exp(1)": "mpfr",
    "mpz(7)[0]": "int",
    "mpz(7).bit_length()": "int",
    "gmpy2.digits(mpz(7))": "str",
    "mpq(7, 2).numerator": "mpz",
}


def test_results_of_gmpy2(installed, tmp_path):
    """What mypy says of an expression is what it gives."""
    start = "import gmpy2\nfrom gmpy2 import mpc, mpfr, mpq, mpz, xmpz\n"
    text = start + "".join(f"reveal_type({expression})\n" for expression in EXPRESSIONS)
    (tmp_path / "shown.py").write_text(text)
    lines = [line for line in mypy(installed, tmp_path, "shown.py").stdout.splitlines() if "Revealed type" in line]
    names = {}
    exec(start, names)
    for line, (expression, kind) in zip(lines, EXPRESSIONS.items(), strict=True):
        assert line.split('"')[1].rpartition(".")[2] == kind, (expression, line)
        assert type(eval(expression, names)).__name__ == kind, expression
