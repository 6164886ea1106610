"""What a person at a prompt, or a loop in a program, asks for most often: few digits, and the start of the command."""

import subprocess

import pytest

import pi_engine
from benchmarks.suite.right_digits import HEXADECIMAL, is_pi
from pi_engine.runtime.child_process import command_of

IN_PROCESS, COMMANDS = "small jobs in a process", "small jobs as commands"


def output(*arguments):
    return subprocess.run(command_of("pi_engine", *arguments), check=True, capture_output=True, text=True).stdout


@pytest.mark.sizes("digits", 10, 100, 1000, 10_000)
def test_compute(timed, digits):
    timed(lambda: pi_engine.compute(digits).text(), lambda text: is_pi(text, digits), group=IN_PROCESS)


def test_help(timed):
    timed(lambda: output("--help"), lambda said: "compute" in said and "verify" in said, group=COMMANDS)


@pytest.mark.sizes("digits", 1000, 1_000_000)
def test_command_compute(timed, digits):
    timed(lambda: output("compute", str(digits), "-q"), lambda said: is_pi(said.strip(), digits), group=COMMANDS)


@pytest.mark.sizes("position", 10_000, 1_000_000)
def test_command_hex(timed, position):
    timed(
        lambda: output("hex", str(position), "-q"), lambda said: said.strip() == HEXADECIMAL[position], group=COMMANDS
    )
