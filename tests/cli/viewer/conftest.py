"""The real terminal, for the tests of the viewer."""

import pytest

from tests.cli.viewer.terminal import Terminal
from tests.homes import environment_of


@pytest.fixture
def terminal(tmp_path):
    """A function that opens a window of so many columns and lines, with a shell in the test's folder."""
    opened = []

    def open_terminal(**size):
        opened.append(Terminal(tmp_path, environment_of(tmp_path), **size))
        return opened[-1]

    yield open_terminal
    for window in opened:
        window.close()
