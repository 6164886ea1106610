"""The command line: what it prints, where, with which exit code; and what it leaves behind."""

import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

import pi_engine
from pi_engine.cli.main import COMMANDS, run
from pi_engine.cli.progress_bar import ProgressBar
from pi_engine.cli.quantities import parse_count, parse_size
from pi_engine.digits import atomic

COMMAND = [sys.executable, "-m", "pi_engine"]


def pi(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=120, **options)


# ---------------------------------------------------------------- results


def test_digits_go_to_stdout_and_one_line_to_stderr(capsys):
    assert run(["compute", "5"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "3.14159\n"
    assert captured.err.count("\n") == 1
    for word in ("5 digits", "sum", "root", "division", "conversion", "peak memory", "passed: shadow"):
        assert word in captured.err


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["0"], "3\n"),
        (["1"], "3.1\n"),
        (["2e1"], "3.14159265358979323846\n"),
        (["10", "--base", "16"], "3.243F6A8885\n"),
        (["5", "-o", "-"], "3.14159"),
        (["10", "--series", "Ramanujan", "--threads", "3", "--check", "none"], "3.1415926535\n"),
    ],
)
def test_compute_prints(capsys, arguments, output):
    assert run(["compute", *arguments, "--quiet"]) == 0
    assert capsys.readouterr() == (output, "")


def test_a_file_holds_the_digits_and_no_line_break(tmp_path, million, capsys):
    target = tmp_path / "pi.txt"
    assert run(["compute", "1e6", "-o", str(target), "--json", "-q"]) == 0
    assert target.read_text() == million.text()
    result = json.loads(capsys.readouterr().out)
    assert result["hash"] == "404089929205932130"
    assert result["output"] == str(target)
    assert [check["name"] for check in result["checks"]][-1] == "file"
    assert set(result["seconds"]) == {"sum", "check", "root", "division", "conversion", "write", "total"}


def test_json_has_the_fields_of_the_contract(capsys):
    assert run(["compute", "100", "--json"]) == 0
    captured = capsys.readouterr()
    result = json.loads(captured.out)
    assert list(result) == [
        "schema", "digits", "base", "series", "threads", "value_start", "value_end", "hash", "seconds",
        "peak_memory_bytes", "checks", "output", "versions",
    ]  # fmt: skip
    assert result["schema"] == 1
    assert result["value_start"] == "14159265358979323846264338327950288419716939937510"
    assert result["value_end"] == "58209749445923078164062862089986280348253421170679"
    assert result["output"] is None
    assert all(set(check) == {"name", "status", "detail"} for check in result["checks"])
    assert int(result["hash"]) == pi_engine.compute(100).value % (2**61 - 1)


def test_series_list_and_show(capsys):
    assert run(["series", "list"]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == ["name", *(row.name for row in pi_engine.series.catalogue())]
    assert run(["series", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["series"]
    assert len(rows) >= 25
    assert {frozenset(row) for row in rows} == {
        frozenset({"name", "title", "family", "digits_per_term", "cost", "source"})
    }
    assert run(["series", "show", "chudnovsky"]) == 0
    shown = capsys.readouterr().out
    assert "426880·√10005·Q / T" in shown
    assert "−(6k − 5)(2k − 1)(6k − 1)" in shown
    assert run(["series", "show", "ramanujan", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["q"], shown["level"], shown["discriminant"]) == ("3073907232 k³", 2, -232)
    assert run(["series", "show", "machin"]) == 0
    shown = capsys.readouterr().out
    for text in ("arctan(1/239): c = −239/57122", "28561 (2k + 1)", "4·S", "cost         1.5929"):
        assert text in shown
    assert run(["series", "show", "machin", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [part["coefficient"] for part in shown["components"]] == ["10/13", "-239/57122"]
    assert "p" not in shown


def test_info(capsys):
    assert run(["info", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["versions"]["pi_engine"] == pi_engine.__version__
    assert 0 < facts["memory_limit_bytes"] <= facts["physical_memory_bytes"]
    assert facts["threads"] >= 1
    assert run(["info"]) == 0
    assert "memory limit" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(capsys, shell):
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("click asks the installed bash for its version")
    assert run(["completion", shell]) == 0
    assert "_PI_ENGINE_COMPLETE" in capsys.readouterr().out


def test_completion_completes():
    environment = {
        **os.environ,
        "_PI_ENGINE_COMPLETE": "bash_complete",
        "COMP_WORDS": "pi-engine co",
        "COMP_CWORD": "1",
    }
    answer = subprocess.run(
        COMMAND,
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert answer.stdout.split() == [f"plain,{name}" for name in ("compute", "convert", "convergence", "completion")]


def test_help_and_version(capsys):
    for arguments in ([], ["-h"], ["--help"]):
        assert run(arguments) == 0
        assert "compute" in capsys.readouterr().out
    assert run(["series"]) == 0
    assert "show" in capsys.readouterr().out
    for name in COMMANDS:
        assert run([name, "--help"]) == 0
        assert capsys.readouterr().out.startswith(f"Usage: pi-engine {name}")
    assert run(["--version"]) == 0
    assert pi_engine.__version__ in capsys.readouterr().out


def test_a_line_says_how_to_be_faster_where_it_would_be(tmp_path):
    """With nothing compiled yet, and only where it matters."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for digits, told in (("1e6", False), ("5e6", True)):
        answer = pi("compute", digits, "--json", env=environment)
        assert ("'pi-engine tune'" in answer.stderr) == told


# ---------------------------------------------------------------- small jobs stay instant


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["numba", "numpy", "rich", "psutil", "platformdirs", "gmpy2", "concurrent.futures"]),
        (["compute", "1000"], ["numba", "llvmlite", "numpy", "rich", "psutil", "platformdirs"]),
        (["series", "list"], ["numba", "numpy", "rich", "psutil"]),
    ],
)
def test_small_jobs_import_only_what_they_need(arguments, absent):
    code = (
        f"import sys; from pi_engine.cli.main import run; run({arguments!r}); "
        f"print([name for name in {absent!r} if name in sys.modules], file=sys.stderr)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stderr.splitlines()[-1] == "[]"


def test_importing_the_package_imports_nothing_large():
    code = "import sys, pi_engine; print([m for m in ('gmpy2', 'numba', 'numpy', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
    assert {"compute", "series", "PiEngineError"} <= set(dir(pi_engine))
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        _ = pi_engine.pie


# ---------------------------------------------------------------- counts and sizes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("1000000", 10**6), ("1_000_000", 10**6), ("1,000,000", 10**6), ("1e6", 10**6), ("1E6", 10**6),
        ("1.5e6", 1_500_000), ("10**6", 10**6), ("2**20", 1 << 20), ("2^20", 1 << 20), ("10M", 10**7), ("1G", 10**9),
        ("1b", 10**9), ("3k", 3000), ("2T", 2 * 10**12), ("1.25k", 1250), ("0.5M", 500_000), (" 7 ", 7),
        ("1e400", 10**400), ("123456789012345678901234567890", 123456789012345678901234567890), ("2.0", 2),
    ],
)  # fmt: skip
def test_counts(text, value):
    assert parse_count(text) == value


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1.5", "1e-3", "-5", "−5", "1,00,000", "1,5", "1__0", "_1", "0x10", "1e", "e6", "1 000", "9**9**9",
     "9**99999", "1e99999999", "1.0000001k", "k", "10MB", "nan", "inf", "1" * 1001, "½", "٣"],
)  # fmt: skip
def test_what_is_no_count(text):
    with pytest.raises(ValueError, match=r"not a|too large|negative"):
        parse_count(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("8GiB", 8 << 30), ("8GB", 8 * 10**9), ("8G", 8 << 30), ("1.5m", 3 << 19), ("512", 512), ("512B", 512),
     ("1tib", 1 << 40)],
)  # fmt: skip
def test_sizes(text, value):
    assert parse_size(text) == value


@pytest.mark.parametrize("text", ["", "x", "8i", "8iB", "-1G", "0", "0.1", "1e9", "8 G B"])
def test_what_is_no_size(text):
    with pytest.raises(ValueError, match="not a size"):
        parse_size(text)


# ---------------------------------------------------------------- bad input: one line, the right code


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["compute", "-5"], 2, "'-5' is negative"),
        (["compute", "abc"], 2, "'abc' is not a count"),
        (["compute", "1.5"], 2, "not a whole number"),
        (["compute", ""], 2, "not a count"),
        (["compute"], 2, "Missing argument"),
        (["compute", "5", "6"], 2, "unexpected extra argument"),
        (["compute", "1e400"], 4, "digits would fit|at most"),
        (["compute", "1e5000"], 2, "too large"),
        (["compute", "1e13"], 4, "at most"),
        (["compute", "1e9", "--memory", "1GB"], 4, "at most"),
        (["compute", "10", "--memory", "1k"], 4, "not even one would fit"),
        (["compute", "5", "--memory", "lots"], 2, "not a size"),
        (["compute", "5", "--series", "leibniz"], 2, "unknown series 'leibniz'"),
        (["compute", "5", "--base", "7"], 2, "'7' is not one of"),
        (["compute", "5", "--threads", "0"], 2, "threads"),
        (["compute", "5", "--check", "most"], 2, "'most' is not one of"),
        (["compute", "5", "--treads", "2"], 2, "No such option"),
        (["compute", "5", "--json", "-o", "-"], 2, "choose one"),
        (["compute", "5", "-o", "missing/pi.txt"], 2, "does not exist"),
        (["compute", "5", "-o", "."], 2, "is a folder"),
        (["compute", "5", "-o", "pi.ycd"], 2, "fewer than 50 digits"),
        (["compute", "99", "-o", "pi.ycd", "--block-size", "49"], 2, "no blocks of fewer than 50"),
        (["compute", "5", "-o", "pi.txt.bz2"], 2, "bzip2 is not written"),
        (["compute", "5", "-o", "pi.txt", "--block-size", "100"], 2, "only the ycd format"),
        (["compute", "5", "--format", "gz"], 2, "name one with '-o FILE'"),
        (["compute", "5", "-o", "pi", "--format", "zip"], 2, "'zip' is not one of"),
        (["compute", "5", "-o", "x" * 300], 2, "File name too long"),
        (["series", "show", "chudnovky"], 2, "did you mean chudnovsky"),
        (["compute", "5", "-o", ""], 2, "is empty"),
        (["compute", "5", "-o", "/dev/null/x"], 2, "not a folder|Not a directory"),
        (["compute", "-1e6"], 2, "'-1e6' is negative"),
        (["compute", "1e400", "-o", "pi.txt"], 4, "at most"),
        (["series", "shew"], 2, "No such command"),
        (["completion", "tcsh"], 2, "'tcsh' is not one of"),
        (["frobnicate"], 2, "No such command"),
        (["--frobnicate"], 2, "No such option"),
    ],
)
def test_bad_input(capsys, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("pi-engine: error: ")
    assert captured.err.count("\n") == 1
    assert click.unstyle(captured.err) == captured.err
    assert __import__("re").search(message, captured.err)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_kept_without_force(capsys, tmp_path):
    target = tmp_path / "pi.txt"
    target.write_text("precious")
    target.chmod(0o640)
    assert run(["compute", "5", "-o", str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert target.read_text() == "precious"
    assert run(["compute", "5", "-o", str(target), "--force"]) == 0
    assert target.read_text() == "3.14159"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    target = tmp_path / "pi.txt"
    with pytest.raises(pi_engine.UsageError, match="exists: replace it"):  # noqa: PT012
        with atomic.atomic_writer(target, overwrite=False) as stream:
            stream.write(b"3")
            target.write_text("precious")
    assert target.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path, monkeypatch):
    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt"), "-q"]) == 0
    assert (tmp_path / "pi.txt").read_text() == "3.14159"


def test_the_order_of_what_makes_a_file_last(tmp_path, monkeypatch):
    """The file is synced, then named, then the temporary goes, then the folder is synced."""
    events = []
    for name in ("fsync", "link", "unlink"):
        real = getattr(os, name)

        def record(first, *rest, name=name, real=real, **options):
            folder = name == "fsync" and stat.S_ISDIR(os.fstat(first).st_mode)
            events.append("fsync folder" if folder else name)
            return real(first, *rest, **options)

        monkeypatch.setattr(os, name, record)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt"), "-q"]) == 0
    assert events[-4:] == ["fsync", "link", "unlink", "fsync folder"]


def test_a_long_name_is_found_out_before_the_start_or_written(tmp_path):
    name = "π" * 122 + ".txt"  # 248 bytes
    assert run(["compute", "5", "-o", str(tmp_path / name), "-q"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_symbolic_link_is_followed(tmp_path):
    folder = tmp_path / "real"
    folder.mkdir()
    link = tmp_path / "link.txt"
    link.symlink_to(folder / "pi.txt")
    assert run(["compute", "5", "-o", str(link), "-q"]) == 0
    assert link.is_symlink()
    assert (folder / "pi.txt").read_text() == "3.14159"


def test_a_device_is_written_to_and_not_replaced(capsys):
    assert run(["compute", "1000", "-o", "/dev/null", "-q"]) == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    assert run(["compute", "1000", "-o", "/dev/full"]) == 4
    assert "No space left on device" in capsys.readouterr().err


def test_a_named_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([*COMMAND, "compute", "5", "-q", "-o", str(pipe)])
    assert pipe.read_bytes() == b"3.14159"
    assert process.wait(30) == 0


def test_too_little_disk_is_refused_before_the_start(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 5, 5))
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == 4
    assert "has 5 free" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 4), (errno.EDQUOT, 4), (errno.EIO, 1)])
def test_a_failing_disk_leaves_nothing(capsys, tmp_path, monkeypatch, number, code):
    def fail(descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == code
    captured = capsys.readouterr().err
    assert os.strerror(number) in captured
    assert captured.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_permission(capsys, tmp_path, monkeypatch):
    """As root everything is permitted, so the system's answer is replaced."""
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert run(["compute", "5", "-o", str(tmp_path / "pi.txt")]) == 2
    assert "may not be written to" in capsys.readouterr().err


# ---------------------------------------------------------------- pipes, signals, debug


def test_a_closed_pipe_ends_quietly():
    with subprocess.Popen([*COMMAND, "compute", "1e6"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.read(10) == b"3.14159265"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 1


def test_a_full_or_closed_stdout():
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run([*COMMAND, "compute", "5"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (answer.returncode, answer.stderr.count("\n")) == (4, 1)
    answer = subprocess.run(f"{sys.executable} -m pi_engine compute 5 >&-", shell=True, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "closed" in answer.stderr


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8:strict"])
def test_any_encoding_of_the_terminal(encoding, tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    odd = os.fsencode(tmp_path) + b"/\xff.txt"
    for arguments in (["--help"], ["series", "list"], ["series", "show", "chudnovsky", "--json"],
                      ["compute", "5", "--json", "-o", odd]):  # fmt: skip
        answer = subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True)
        assert answer.returncode == 0, answer.stderr


def test_a_loop_of_links_is_one_line(tmp_path, capsys):
    (tmp_path / "loop").symlink_to("loop")
    assert run(["compute", "5", "-o", str(tmp_path / "loop")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_modules_of_the_current_folder_are_not_imported(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit('shadowed')")
    answer = subprocess.run([sys.executable, "-P", *COMMAND[1:], "compute", "5", "--json"], cwd=tmp_path)
    assert answer.returncode == 0


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "terminated")],
)
def test_an_interrupt_is_one_line_and_leaves_nothing(tmp_path, number, code, word):
    with subprocess.Popen(
        [*COMMAND, "compute", "1e8", "-q", "-o", str(tmp_path / "pi.txt")], stderr=subprocess.PIPE, text=True
    ) as process:
        time.sleep(1.5)
        process.send_signal(number)
        start = time.perf_counter()
        assert process.stderr.read() == f"pi-engine: {word}\n"
        assert process.wait(60) == code
        assert time.perf_counter() - start < 30
    assert list(tmp_path.iterdir()) == []


def test_an_early_interrupt_is_no_traceback():
    """While modules are still being imported, at any moment of it.

    Python, as it starts, may lose an interrupt; then the digits must have somewhere to go.
    """
    for delay in (0.02, 0.04, 0.06, 0.08, 0.1, 0.12):
        with subprocess.Popen(
            [*COMMAND, "compute", "5e6"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            time.sleep(delay)
            process.send_signal(signal.SIGINT)
            errors = process.stderr.read()
            code = process.wait(60)
        if b"pi_engine" in errors:  # Python itself was interrupted before it came to us
            assert b"Traceback" not in errors, errors
            assert code in (130, -signal.SIGINT)


def test_an_interrupt_while_writing_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012
        with atomic.atomic_writer(tmp_path / "pi.txt", overwrite=False) as stream:
            stream.write(b"3.14")
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_traceback_only_with_debug():
    answer = pi("compute", "5", "--series", "leibniz", "--debug")
    assert "Traceback" in answer.stderr
    assert answer.returncode == 2
    assert "Traceback" not in pi("compute", "5", "--series", "leibniz").stderr


def test_a_bug_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr("pi_engine.engine.compute", lambda *a, **k: 1 // 0)
    assert run(["compute", "5"]) == 1
    captured = capsys.readouterr().err
    assert captured.count("\n") == 1
    assert "ZeroDivisionError" in captured


# ---------------------------------------------------------------- progress


class Terminal:
    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self):
        pass


def test_the_bar_shows_only_after_a_second_and_only_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    with ProgressBar(enabled=True) as bar:
        bar("sum", 1, 10)
        assert sys.stderr.text == ""
        bar._start -= 2
        bar("sum", 5, 10)
        bar("root", 0, 0)
    assert "sum" in sys.stderr.text
    assert "root" in sys.stderr.text
    for options in ({"enabled": False}, {"enabled": True}):
        monkeypatch.setattr(sys.stderr, "isatty", lambda enabled=options["enabled"]: not enabled)
        sys.stderr.text = ""
        with ProgressBar(**options) as bar:
            bar._start -= 2
            bar("sum", 5, 10)
        assert sys.stderr.text == ""
