"""Worker processes of this machine end with the command, however that ends, and leave nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import COMMAND
from tests.distributed.clusters import wait_for

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="what becomes of the processes is read from /proc"),
]


def marked(mark):
    """Processes whose environment has the mark, and their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes()
        except OSError:  # it has just ended, or is another user's
            continue
    return found


def test_the_environment_stays_the_callers(monkeypatch):
    """Dask's variable that has the C library give freed pages back reaches no worker, and none of its others stay here."""
    from pi_engine.distributed.connection.local_cluster import started

    for name in ("MALLOC_TRIM_THRESHOLD_", "OMP_NUM_THREADS", "PYTHONHASHSEED"):
        monkeypatch.delenv(name, raising=False)
    before = set(os.environ)
    with started(1, None) as client:
        (variables,) = client.run(lambda: dict(os.environ)).values()
    assert variables["OMP_NUM_THREADS"] == "1"  # so these are Dask's
    assert "MALLOC_TRIM_THRESHOLD_" not in variables
    assert set(os.environ) == before


SLOW_TO_ORDER = """
import sys, time
from multiprocessing import util
spawn = util.spawnv_passfds

def slow(*arguments):
    number = spawn(*arguments)
    time.sleep(0.3)
    return number

util.spawnv_passfds = slow
from pi_engine.cli.entry import main
sys.exit(main())
"""
"""The command, in which a new process waits for what it is to do."""


@pytest.mark.parametrize("how", ["Ctrl-C before their orders", "Ctrl-C at once", "Ctrl-C", "kill -9"])
def test_the_end_of_the_command_is_theirs(tmp_path, how):
    command = [sys.executable, "-P", "-c", SLOW_TO_ORDER] if how == "Ctrl-C before their orders" else COMMAND
    mark = f"PI_ENGINE_TEST_MARK={tmp_path}".encode()
    environment = {**os.environ, "PI_ENGINE_TEST_MARK": str(tmp_path), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [*command, "hex", "1e11", "--cluster", "local:2"],
        env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: sum(b"spawn_main" in line for line in marked(mark).values()) == 2)
    if how in {"Ctrl-C", "kill -9"}:
        wait_for(lambda: len(list(tmp_path.glob("pi-engine-workers-*/dask-scratch-space/worker-*"))) >= 2)
    if how == "kill -9":
        process.kill()
    else:  # a terminal sends it to all processes of the command
        os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    wait_for(lambda: not marked(mark))
    assert out == "" and list(tmp_path.iterdir()) == []
    if how == "kill -9":
        assert process.returncode == -signal.SIGKILL
        assert err in ("", "pi-engine: terminated\n")  # the one that works is told by the one that is killed
    else:
        assert (process.returncode, set(err.splitlines())) == (130, {"pi-engine: interrupted"})
