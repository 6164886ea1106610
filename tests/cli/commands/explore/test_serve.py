"""`serve` as a process: it says where it is, answers, and ends at once; and what it refuses."""

import contextlib
import gzip
import json
import signal
import subprocess
import sys
import urllib.request

import pytest

from pi_engine.cli.main import run
from tests.command import COMMAND
from tests.homes import environment_of

pytest.importorskip("uvicorn")
pytest.importorskip("starlette")


@pytest.fixture
def serve(tmp_path, mpfr_digits):
    """A function that starts the command on 3100 digits of π, and gives the process, whose output is read."""
    (tmp_path / "pi.txt").write_text(f"3.{mpfr_digits}")
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            process = stack.enter_context(
                subprocess.Popen(
                    [*COMMAND, "serve", "--port", "0", *arguments],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    cwd=tmp_path,
                    env=environment_of(tmp_path / "home"),
                )
            )
            stack.callback(process.kill)
            return process

        yield start


def get(address):
    with urllib.request.urlopen(address, timeout=60) as response:
        return json.loads(response.read())


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_the_address_is_said_and_a_signal_ends_it(serve, mpfr_digits, number, code, said):
    process = serve("pi.txt")
    url = process.stdout.readline().rstrip("\n")
    assert get(f"{url}v1/pi?start=3000") == {"content": mpfr_digits[2999:3099]}
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    first, last = err.splitlines()[-2:]
    assert first == "pi-engine: serving pi.txt, 3_100 digits; Ctrl-C stops"
    assert last == f"pi-engine: {said}"


def test_json_is_one_object_when_the_server_is_ready(serve):
    process = serve("pi.txt", "--json", "-q")
    lines = []
    while not lines or lines[-1] != "}\n":
        lines.append(process.stdout.readline())
    answer = json.loads("".join(lines))
    from tests.project.json_schema import require_valid  # skips where there is no schema

    require_valid("serve", answer)
    assert answer == {
        "schema": 1, "url": f"http://127.0.0.1:{answer['port']}/", "host": "127.0.0.1", "port": answer["port"],
        "file": "pi.txt", "base": 10, "digits": 3100,
    }  # fmt: skip
    assert get(f"{answer['url']}v1/info")["digits"] == 3100
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == ("", "pi-engine: interrupted\n")


def test_a_log_and_digits_put_aside(serve, tmp_path):
    (tmp_path / "pi.txt.gz").write_bytes(gzip.compress((tmp_path / "pi.txt").read_bytes() + b"0" * 2**21, 0))
    process = serve("pi.txt.gz", "--log", "--host", "0.0.0.0")
    url = process.stdout.readline().rstrip("\n")
    assert url.startswith("http://localhost:")
    assert get(f"{url.replace('localhost', '127.0.0.1')}find?q=999999&limit=1")["positions"] == [762]
    lines = []
    while "GET /find" not in "".join(lines[-1:]):
        lines.append(process.stderr.readline().rstrip("\n"))
    assert lines[0] == "pi-engine: pi.txt.gz: copying its digits to a temporary file, to read them at any position"
    assert "pi-engine: everybody who can reach this machine over the network can read these digits" in lines
    assert '127.0.0.1 "GET /find?q=999999&limit=1" 200 ' in lines[-1]


def test_digits_that_are_computed(serve, mpfr_digits):
    process = serve("--digits", "1000", "--no-cache")
    url = process.stdout.readline().rstrip("\n")
    assert get(f"{url}v1/pi?numberOfDigits=1000") == {"content": f"3{mpfr_digits[:999]}"}
    assert get(f"{url}v1/info")["name"] == "π, 1_000 digits"


def test_a_port_that_is_taken(serve, tmp_path, monkeypatch, capsys):
    process = serve("pi.txt")
    port = process.stdout.readline().rstrip("/\n").rpartition(":")[2]
    monkeypatch.chdir(tmp_path)
    assert run(["serve", "pi.txt", "--port", port]) == 1
    assert f"port {port} of 127.0.0.1 is not available: " in one_line(capsys)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["letters.txt"], 5, "letters.txt"),
        (["pi.txt", "--port", "http"], 2, "'http' is not a whole number"),
        (["pi.txt", "--host", "two words"], 2, "there is no host 'two words'"),
        (["pi.txt", "--rate", "-1"], 2, "--rate"),
        (["pi.txt", "more.txt"], 2, "one argument too many"),
    ],
)
def test_what_is_refused(tmp_path, monkeypatch, capsys, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pi.txt").write_text("3.14159265358979323846264338327950288419716939937510")
    (tmp_path / "letters.txt").write_text("no digits")
    assert run(["serve", "--port", "0", *arguments]) == code
    assert message in one_line(capsys)


@pytest.mark.parametrize(
    ("missing", "words"),
    [(("uvicorn",), "serve needs uvicorn, which is not installed: run "),
     (("starlette", "uvicorn"), "serve needs starlette and uvicorn, which are not installed: run ")],
)  # fmt: skip
def test_an_extra_that_is_not_installed(monkeypatch, capsys, missing, words):
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    assert run(["serve", "--digits", "100", "--port", "0"]) == 1
    line = one_line(capsys)
    assert words in line and line.rstrip().endswith((missing[-1], '"pi-engine[serve]"'))


def one_line(capsys):
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    return captured.err
