"""Commands where what Windows or macOS lack is taken away (`tests.other_systems`): the same digits, and nothing is left behind."""

import subprocess
import sys

import pytest

from tests.homes import environment_of

COMMANDS = (
    "compute 1000 -o pi.txt",
    "verify pi.txt",
    "compute 1000 -o pi.txt --force",
    "convert pi.txt pi.ycd",
    "convert pi.ycd pi.txt.gz --force",
    "compute 200 -o set.ycd --block-size 50",
    "compute 1000 --checkpoint kept -o kept.txt",
    "view pi.ycd --at 991 --plain",
    "hex 10",
    "info",
)

CODE = """
import asyncio, bz2, concurrent.futures, gzip, logging, lzma, multiprocessing, os, platform, shutil, subprocess, sys, tempfile, zipfile
import click, llvmlite.binding, numpy, platformdirs, rich, xxhash, zstandard  # those that choose by system when they are imported
from tests import other_systems
other_systems.become_{system}()
import pi_engine
from pi_engine.cli.main import run
assert pi_engine.compute(1000).text().endswith("1989")
for line in {commands}:
    code = run(line.split())
    if code:
        sys.exit(f"{{line}}: {{code}}")
"""


@pytest.mark.parametrize("system", ["windows", "macos"])
@pytest.mark.skipif(sys.platform != "linux", reason="the others are what Linux passes for")
def test_commands_need_nothing_that_the_system_lacks(system, tmp_path):
    environment = environment_of(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-P", "-c", CODE.format(system=system, commands=COMMANDS)],
        cwd=make(tmp_path / "work"), env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\n2164201989\n" in done.stdout and "5A308D31" in done.stdout
    found = sorted(path.relative_to(tmp_path / "work").as_posix() for path in (tmp_path / "work").rglob("*"))
    pieces = [f"set/set - {number}.ycd" for number in range(4)]
    assert found == ["kept.txt", "pi.txt", "pi.txt.gz", "pi.ycd", "set", *pieces]
    assert (tmp_path / "work/kept.txt").read_bytes() == (tmp_path / "work/pi.txt").read_bytes()


def make(folder):
    folder.mkdir()
    return folder
