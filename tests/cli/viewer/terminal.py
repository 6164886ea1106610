"""A real terminal: a session of tmux with a server of its own, whose screen is read as a person sees it."""

import shlex
import shutil
import subprocess
import time

import pytest

from tests.command import COMMAND

SECONDS = 60
"""How long a screen is waited for: it comes within one on an idle machine."""

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

PROMPT = "ready:"


class Terminal:
    """A window of tmux in which a shell runs."""

    def __init__(self, folder, environment, *, columns=80, lines=24):
        self._socket = str(folder / "tmux")
        (folder / "tmux.conf").write_text(
            "set -g exit-empty on\nset -sg escape-time 0\nset -g default-terminal screen-256color\n"
        )
        variables = {name: value for name, value in environment.items() if name not in ("TMUX", "COLUMNS", "NO_COLOR")}
        self._environment = {**variables, "LC_ALL": "C.UTF-8"}
        self._tmux(
            "-f", str(folder / "tmux.conf"), "new-session", "-d", "-x", str(columns), "-y", str(lines), "-c", str(folder),
            "sh",
        )  # fmt: skip
        self.keys("PS1='rea'dy:; clear", "Enter")
        self.wait_for(lambda screen: screen.strip() == PROMPT)

    def _tmux(self, *arguments):
        done = subprocess.run(
            ["tmux", "-u", "-S", self._socket, *arguments], env=self._environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def keys(self, *names):
        """Press keys, each by tmux's name for it."""
        self._tmux("send-keys", "-t", "0", *names)

    def type(self, text):
        """Type text, and Enter."""
        self._tmux("send-keys", "-t", "0", "-l", text)
        self.keys("Enter")

    def run(self, *arguments, before="", behind=""):
        """Type a command line of pi-engine, and Enter."""
        self.type("clear; " + before + shlex.join([*COMMAND, *arguments]) + behind)

    def screen(self):
        """What is on the screen now, without blanks at the ends of lines."""
        return self._tmux("capture-pane", "-p", "-t", "0")

    def styled(self):
        """The same with the sequences that colour it."""
        return self._tmux("capture-pane", "-p", "-e", "-t", "0")

    def resize(self, columns, lines):
        self._tmux("resize-window", "-t", "0", "-x", str(columns), "-y", str(lines))

    def wait_for(self, seen):
        """Wait until the screen is as a function, or a text that it holds, says, and return it."""
        shows = seen if callable(seen) else lambda screen: seen in screen
        deadline = time.monotonic() + SECONDS
        while not shows(screen := self.screen()):
            assert time.monotonic() < deadline, f"{seen} has not come:\n{screen}"
            time.sleep(0.02)
        return screen

    def wait_for_shell(self):
        """Wait for the prompt; returns the exit code and the screen, if the terminal is as it was."""
        screen = self.wait_for(lambda screen: screen.rstrip().endswith(PROMPT))
        self.keys(
            "c=$?; clear; echo code $c; stty -a | tr ' ' '\\n' | grep -x -e '-*icanon;*' -e '-*echo;*' -e '-*icrnl;*'",
            "Enter",
        )
        shown = self.wait_for(lambda screen: screen.startswith("code") and screen.rstrip().endswith(f"\n{PROMPT}"))
        assert sorted(shown.split()[2:-1]) == ["echo", "icanon", "icrnl"]
        return int(shown.split()[1]), screen

    def processes(self):
        """The ids of the processes of pi-engine in this terminal, the one that was started first."""
        name = self._tmux("display-message", "-p", "-t", "0", "#{pane_tty}").strip().removeprefix("/dev/")
        listed = subprocess.run(["ps", "-t", name, "-o", "pid=,args="], capture_output=True, text=True).stdout
        return sorted(int(line.split()[0]) for line in listed.splitlines() if "pi_engine" in line)

    @staticmethod
    def wait_until(happened):
        deadline = time.monotonic() + SECONDS
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def close(self):
        subprocess.run(["tmux", "-S", self._socket, "kill-server"], env=self._environment, capture_output=True)
