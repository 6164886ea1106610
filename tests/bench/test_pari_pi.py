import importlib.util
import shutil
import sys

import pytest

from pi_engine.bench import pari_pi
from pi_engine.errors import PiEngineError

PI = "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"

GP = f"""#!{sys.executable}
import sys
if "--version-short" in sys.argv:
    print("VERSION")
else:
    precision = 0
    for line in sys.stdin:
        assert line.startswith("default(realprecision, ") and line.endswith("); print(Pi)\\n"), line
        precision = int(line[len("default(realprecision, "):line.index(")")])
        print("{PI}"[:1 + precision], flush=True)
        if precision > 60:
            sys.exit("the PARI stack overflows !")
"""


@pytest.fixture
def gp(monkeypatch, tmp_path):
    """A stand-in for the program, which says the version that it is given, and no cypari."""
    monkeypatch.setattr(pari_pi.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(version):
        program = tmp_path / "gp"
        program.write_text(GP.replace("VERSION", version))
        program.chmod(0o755)
        pari_pi.pari_version.cache_clear()

    yield make
    pari_pi.pari_version.cache_clear()


def test_gp_is_asked_through_a_pipe(gp):
    gp("2.17.1")
    assert pari_pi.pari_version() == "2.17.1 of gp" and pari_pi.is_elsewhere()
    run = pari_pi.pari_pi(40)
    assert run() == run() == PI[:42]


def test_a_gp_that_ends_is_an_error(gp):
    gp("2.17.1")
    run = pari_pi.pari_pi(55)
    run()
    with pytest.raises(PiEngineError, match="gp has ended without an answer"):
        run()


def test_another_program_of_that_name_is_none(gp):
    gp("gp, the graph printer, version 3")
    assert pari_pi.pari_version() is None


def test_no_program_is_none(gp):
    pari_pi.pari_version.cache_clear()
    assert pari_pi.pari_version() is None


@pytest.mark.skipif(
    shutil.which("gp") is None and importlib.util.find_spec("cypari") is None, reason="PARI is not installed"
)
def test_pari_gives_the_digits():
    assert pari_pi.pari_pi(80)() == PI
