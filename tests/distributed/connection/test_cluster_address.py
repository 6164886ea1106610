"""What --cluster takes, and what it refuses: one line that says what to give."""

import json

import pytest

from pi_engine.distributed.connection.cluster_address import parse_address
from pi_engine.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "tcp://host:8786",
        "tcp://10.0.0.1:1",
        "tls://scheduler.example:65535",
        "tcp://[::1]:8786",
        "ws://host:80",
        "wss://host:443",
    ],
)
def test_addresses_of_schedulers(text):
    assert parse_address(text) == (text, text, None)


def test_worker_processes_here():
    assert parse_address("local:4") == ("local:4", None, 4)
    assert parse_address("local:1024").local == 1024


def test_the_file_of_a_scheduler(tmp_path):
    """As `dask scheduler --scheduler-file` writes it, by any name that ends in .json, or that is there."""
    for name in ("scheduler.json", "scheduler"):
        path = tmp_path / name
        path.write_text(json.dumps({"type": "Scheduler", "id": "x", "address": "tcp://10.0.0.1:8786", "workers": {}}))
        assert parse_address(str(path)).scheduler == "tcp://10.0.0.1:8786"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "--cluster is empty: give tcp://HOST:PORT, a scheduler's JSON file, or local:N"),
        (" ", "--cluster is empty: give"),
        ("host", "--cluster host names no cluster: give tcp://HOST:PORT, a scheduler's JSON file, or local:N"),
        ("local", "give the number of worker processes, as in local:4"),
        ("local:0", "give the number of worker processes"),
        ("local:1025", "give the number of worker processes"),
        ("local:-1", "names no cluster"),
        ("local:x", "names no cluster"),
        ("host:8786", "has no scheme: write tcp://host:8786"),
        ("tcp://host", "is not the address of a scheduler: write it like tcp://HOST:8786"),
        ("tcp://host:0", "is not the address"),
        ("tcp://host:65536", "is not the address"),
        ("tcp://:8786", "is not the address"),
        ("tcp://a b:8786", "is not the address"),
        ("http://host:8787", "is not the address"),
        ("nothere.json", "nothere.json: No such file or directory: give tcp://HOST:PORT"),
    ],
)
def test_what_names_no_cluster(text, said):
    with pytest.raises(UsageError) as error:
        parse_address(text)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize("text", ["", "{}", "[]", "3", '{"address": 5}', "\xff", '{"address": '])
def test_a_file_of_another_kind(tmp_path, text):
    path = tmp_path / "s.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(
        UsageError, match="is not a scheduler's file: 'dask scheduler --scheduler-file FILE' writes one"
    ):
        parse_address(str(path))


def test_a_file_with_an_address_that_is_none(tmp_path):
    path = tmp_path / "s.json"
    path.write_text('{"address": "inproc://1/2/3"}')
    with pytest.raises(UsageError, match=r"the address inproc://1/2/3 in .*s.json is not the address of a scheduler"):
        parse_address(str(path))
