"""The store of digits as a user meets it."""

import json
import subprocess
import time
from pathlib import Path

from pi_engine.cli.main import run
from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.sequence.digit_store import DigitStore
from tests.command import COMMAND
from tests.homes import environment_of


def test_the_command_keeps_digits_and_says_nothing_of_it(tmp_path):
    """With the usual limits, in a process; a file may not grow beyond 8 kB in the second one, as on a full disk."""
    environment = environment_of(tmp_path) | {"PI_ENGINE_DIGIT_STORE": "1MiB"}
    command = [*COMMAND, "view", "--digits", "1e5", "--at", "end", "--count", "5", "--plain"]
    limited = ["sh", "-c", 'ulimit -f 16; exec "$@"', "sh", *command]
    for line, kept in ((limited, 0), (command, 1), (command, 1)):
        done = subprocess.run(line, env=environment, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "24646\n", "")
        folder = tmp_path / "cache" / "pi-engine" / "digits"
        assert len(list(folder.iterdir())) == kept
    assert time.time() - Path(next(folder.iterdir())).stat().st_atime < 3600


def test_info_shows_the_store(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PI_ENGINE_DIGIT_STORE", raising=False)
    DigitSequence.computed(100_000).close()
    store = DigitStore()
    assert store.size > 42_000
    assert run(["info", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["digit_store"], answer["digit_store_bytes"]) == (str(store.folder), store.size)
    assert answer["digit_store_limit_bytes"] == 1 << 30
    assert run(["info"]) == 0
    assert "1.0 GiB" in capsys.readouterr().out
    monkeypatch.setenv("PI_ENGINE_DIGIT_STORE", "lots")
    assert run(["info", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digit_store_limit_bytes"] is None
    assert run(["info"]) == 0
    assert "PI_ENGINE_DIGIT_STORE holds no size" in capsys.readouterr().out
