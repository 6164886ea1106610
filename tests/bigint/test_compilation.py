"""The compilation policy, each case in a process of its own: the cache folder is decided once in a process."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

MODULE = """
import numba
from pi_engine.runtime.compilation import kernel, routine
from numbers_of import THREE

@routine
def twice(x):
    return x + x

@kernel
def f(x):
    s = x
    for i in range(10):
        s += twice(s) % numba.uint64(THREE)
    return s
"""


COMPILING = """
import threading
from numba.core import event

class Compiling(event.Listener):
    # holds compilations back until `meanwhile` returns
    begun, going_on = threading.Event(), threading.Event()

    def on_start(self, what):
        self.begun.set()
        self.going_on.wait()

    def on_end(self, what):
        pass

def meanwhile(function, *arguments):
    event.register("numba:compile", Compiling())
    thread = threading.Thread(target=function, args=arguments)
    thread.start()
    Compiling.begun.wait()
    Compiling.going_on.set()
    return thread
"""


def run(code: str, tmp_path: Path, **environment: str) -> str:
    """Standard output of `code`, in a process whose caches lie in `tmp_path`."""
    (tmp_path / "mod").mkdir(exist_ok=True)
    if not (tmp_path / "mod" / "kernels_of.py").exists():
        (tmp_path / "mod" / "kernels_of.py").write_text(MODULE)
        (tmp_path / "mod" / "numbers_of.py").write_text("THREE = 3\n")
    env = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
    env |= {
        "PYTHONPATH": str(tmp_path / "mod"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
    }
    env |= environment
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


USE = "import numba, kernels_of; from pi_engine.runtime import compilation as c, kernel_folder as kf; sig=(numba.uint64,)\n"
WARM = (
    USE
    + "said=[]; c.warm([(kernels_of.f, sig)], said.append); print(len(said), sum(kernels_of.f.stats.cache_hits.values()))\n"
)


def folders(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache" / "pi-engine" / "numba").iterdir())


def test_second_process_loads_without_notice(tmp_path):
    assert run(WARM, tmp_path) == "1 0"
    assert run(WARM, tmp_path) == "0 1"
    assert len(folders(tmp_path)) == 1
    assert len(list(folders(tmp_path)[0].rglob("*.nbc"))) == 1  # the routine has no file of its own


def test_warm_twice_does_nothing(tmp_path):
    again = "c._between_processes = None; c.warm([(kernels_of.f, sig)], said.append); print(len(said))"
    assert run(WARM + again, tmp_path) == "1 0\n1"


def test_other_users_of_numba_keep_their_cache_folder(tmp_path):
    assert run(USE + "print(repr(numba.config.CACHE_DIR))", tmp_path) == "''"


def test_numba_cache_dir_is_respected(tmp_path):
    assert run(WARM, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "mine")) == "1 0"
    assert list((tmp_path / "mine" / "pi-engine").rglob("*.nbc"))
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("blocked", ["a file in the way", "read-only"])
def test_no_cache_where_it_cannot_be_written(tmp_path, blocked):
    if blocked == "read-only":
        if os.geteuid() == 0:
            pytest.skip("root writes everywhere")
        (tmp_path / "cache").mkdir(mode=0o500)
    else:
        (tmp_path / "cache").write_text("")
    assert run(WARM + "print(kf.cache_folder(), kernels_of.f(1))", tmp_path).startswith("1 0\nNone ")


def test_full_disk_or_vanished_folder_costs_time_only(tmp_path):
    vanish = "import shutil, pathlib; kernels_of; shutil.rmtree(kf.cache_folder()); pathlib.Path(kf.cache_folder()).write_text('')\n"
    assert run(USE + vanish + "print(kernels_of.f(1) > 0)", tmp_path) == "True"


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_damaged_cache_is_compiled_again(tmp_path, suffix):
    run(WARM, tmp_path)
    for path in folders(tmp_path)[0].rglob("*." + suffix):
        path.write_bytes(path.read_bytes()[: 10 if suffix == "nbi" else -100])
    assert run(WARM, tmp_path).split()[1] == "0"
    assert run(WARM, tmp_path).split()[1] == "1"


def test_one_thread_setting(tmp_path):
    assert run(WARM, tmp_path, NUMBA_NUM_THREADS="1") == "1 0"


def test_two_threads_at_once(tmp_path):
    code = USE + (
        "import threading; out=[]\n"
        "ts=[threading.Thread(target=lambda: (c.warm([(kernels_of.f, sig)]), out.append(kernels_of.f(5)))) for _ in range(4)]\n"
        "[t.start() for t in ts]; [t.join() for t in ts]; print(len(out), len(set(out)))"
    )
    assert run(code, tmp_path) == "4 1"


def test_two_processes_at_once(tmp_path):
    run("import kernels_of", tmp_path)
    shutil.rmtree(tmp_path / "cache")
    env = {
        **os.environ,
        "PYTHONPATH": str(tmp_path / "mod"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    both = [
        subprocess.Popen([sys.executable, "-c", WARM], env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    hits = sorted(p.communicate()[0].split()[1] for p in both)
    assert hits == ["0", "1"]  # the second waits for the lock and loads what the first has stored


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_fork_while_another_thread_compiles(tmp_path):
    code = COMPILING + USE + "import os; t = meanwhile(kernels_of.f, 1)\n"
    code += (
        "pid=os.fork()\n"
        "if not pid:\n    c.warm([(kernels_of.f, (numba.float64,))]); kernels_of.f(2.0); os._exit(7)\n"
        "t.join(); print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))"
    )
    assert run(code, tmp_path) == "7"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_fork_after_warming(tmp_path):
    code = WARM + "import os; pid=os.fork()\nif not pid: os._exit(7 if kernels_of.f(3) else 1)\n"
    assert run(code + "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))", tmp_path).endswith("7")


def test_key_follows_cpu(tmp_path):
    key = USE + "print(kf.cache_key(), kf.has_fma())"
    usual = run(key, tmp_path).split()
    plain = run(key, tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="").split()
    wide = run(key, tmp_path, NUMBA_CPU_NAME="haswell", NUMBA_CPU_FEATURES="+fma,+avx2,+avx").split()
    assert len({usual[0], plain[0], wide[0]}) == 3
    if not usual[0].startswith("aarch64"):
        assert (plain[1], wide[1]) == ("False", "True")


def test_features_switched_off_are_not_used(tmp_path):
    """An instruction that the kernels ask for by name would end the process."""
    key = USE + "print(kf.cache_key(), kf.has_avx512(), kf.has_ifma())"
    usual, switched_off = run(key, tmp_path).split(), run(key, tmp_path, NUMBA_ENABLE_AVX="0").split()
    assert usual[0] != switched_off[0]
    assert switched_off[1:] == ["False", "False"]
    named = {"NUMBA_CPU_NAME": "icelake-server", "NUMBA_CPU_FEATURES": "+avx512f,+avx512ifma"}
    assert run(key, tmp_path, **named).split()[1:] == ["True", "True"]


def test_digest_follows_imports_of_kernels(tmp_path):
    from pi_engine.runtime.kernel_folder import kernel_sources, source_digest

    root = tmp_path / "package"
    (root / "cli").mkdir(parents=True)
    files = {
        "kernels.py": "import numba\nfrom package import (\n    primes,\n)\n",
        "primes.py": "from .roots import ROOT\nP = 7\n",
        "roots.py": "ROOT = 3\n",
        "cli/main.py": "import click\n",
    }
    for name, text in files.items():
        (root / name).write_text(text)
    assert [p.name for p in kernel_sources(root)] == ["kernels.py", "primes.py", "roots.py"]
    before = source_digest(root)
    (root / "cli/main.py").write_text("import sys\n")
    assert source_digest(root) == before
    (root / "roots.py").write_text("ROOT = 5\n")
    assert source_digest(root) != before


def test_stale_folders_go_and_others_stay(tmp_path):
    root = tmp_path / "cache" / "pi-engine" / "numba"
    day = 86400
    ages = {"old": 40, "recent": 2, "foreign": None, **{f"new{i}": 0.5 for i in range(9)}}
    for name, age in ages.items():
        (root / name / "inner").mkdir(parents=True)
        if age is not None:
            stamp = root / name / "pi-engine-kernels"
            stamp.touch()
            os.utime(stamp, (time.time() - age * day,) * 2)
    run(WARM, tmp_path)
    left = {p.name for p in root.iterdir()}
    assert {"old", "recent"} & left == set()
    assert {"foreign", *(f"new{i}" for i in range(9))} <= left
