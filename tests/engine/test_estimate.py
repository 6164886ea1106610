"""What a computation will take, before it starts."""

import json

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.digits.file_sizes import file_size, required_size
from pi_engine.digits.text.text_file import text_size
from pi_engine.engine.estimate import estimate, format_seconds
from pi_engine.engine.planning import forecast
from pi_engine.engine.planning.fitting import make_plan_within
from pi_engine.runtime.limits import memory
from pi_engine.series import CHUDNOVSKY
from tests.backends import pretend
from tests.command import run_code

FIELDS = [
    "schema", "digits", "base", "series", "threads", "check", "path", "kernels", "seconds", "memory_bytes",
    "memory_limit_bytes", "fits", "refusal", "largest", "format", "disk_bytes", "scratch_bytes", "checkpoint_bytes",
]  # fmt: skip


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    """A machine of 16 GiB, as fast as the one of the tables, with the compiled path stored."""
    monkeypatch.setattr(memory, "memory_limit", lambda: 16 << 30)
    monkeypatch.setattr(forecast, "machine_factor", lambda: 1.0)
    pretend(monkeypatch, usable=True, kernels="stored")


def test_it_is_what_the_plan_and_the_forecast_say(monkeypatch):
    for pays in (False, True):
        pretend(monkeypatch, pays=pays)
        found = estimate(10**7, threads=2)
        chosen = make_plan_within(CHUDNOVSKY, 10**7, 10, threads=2)
        assert found.memory_bytes == chosen.memory_bytes
        assert found.path == chosen.path == ("compiled" if pays else "plain")
        assert found.seconds == forecast.seconds_by_phase(forecast.forecast(chosen, 2))
        assert found.fits and found.refusal is None and found.disk_bytes is None
        assert (found.kernels == "not used") != pays


@pytest.mark.parametrize("check", ["none", "fast", "full"])
@pytest.mark.parametrize(("base", "series"), [(10, "chudnovsky"), (16, "machin")])
def test_its_phases_are_those_of_the_run(base, series, check):
    found = estimate(20_000, base=base, series=series, check=check)
    run_phases = pi_engine.compute(20_000, base=base, series=series, check=check).seconds
    assert set(run_phases) == set(found.seconds)
    assert found.seconds["total"] == pytest.approx(sum(found.seconds.values()) - found.seconds["total"])


def test_the_kernels_are_stored_loaded_or_to_be_compiled(monkeypatch):
    pretend(monkeypatch, pays=True)
    for state in ("stored", "to be compiled", "loaded"):
        pretend(monkeypatch, kernels=state)
        found = estimate(10**8)
        assert found.kernels == state and (found.seconds.get("compilation", 0) > 10) == (state == "to be compiled")


def test_it_fits_where_the_computation_would_start():
    for limit in (1 << 20, 60 << 20, 6 << 30):
        for digits in (100, 10**6, 10**9, 10**12):
            found = estimate(digits, memory=limit, threads=2)
            if found.fits:
                make_plan_within(CHUDNOVSKY, digits, 10, threads=2, limit=limit)
                assert found.refusal is None
                assert found.largest >= digits
            else:
                with pytest.raises(pi_engine.CapacityError) as error:
                    make_plan_within(CHUDNOVSKY, digits, 10, threads=2, limit=limit)
                assert found.refusal == str(error.value)
                assert found.largest < digits
            assert found.memory_limit_bytes == limit
            assert f"{digits:_} digits" in found.result_text and "\n" not in found.result_text


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("form", ["text", "gz", "xz", "zst", "ycd"])
def test_disk_is_the_size_of_the_file(form, base, tmp_path):
    digits = 50_000
    found = estimate(digits, base=base, format=form)
    assert found.disk_bytes == file_size(digits, base, form)
    target = tmp_path / "pi"
    pi_engine.compute(digits, base=base).write(target, format=form)
    assert 0.7 * found.disk_bytes < target.stat().st_size <= found.disk_bytes
    assert [text_size(n) for n in (0, 1, 1000)] == [1, 3, 1002]


def test_disk_of_a_set_of_files(tmp_path):
    found = estimate(50_000, format="ycd", block_size=10_000)
    assert found.disk_bytes == required_size(50_000, 10, "ycd", 10_000)
    pi_engine.compute(50_000).write(tmp_path / "pi.ycd", block_size=10_000)
    written = sum(piece.stat().st_size for piece in (tmp_path / "pi").iterdir())
    assert 0.8 * found.disk_bytes < written <= found.disk_bytes


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0001, "less than 0.01 s"), (0.0354, "0.035 s"), (0.5, "0.5 s"), (1.04, "1 s"), (11.4, "11 s"), (59.4, "59 s"),
        (59.9, "1 min"), (64, "1 min"), (140, "2 min 20 s"), (599, "10 min"), (1234, "21 min"), (3590, "1 h"),
        (4300, "1 h 10 min"), (35_900, "10 h"), (40_000, "11 h"), (172_000, "48 h"), (300_000, "3.5 days"),
        (3e7, "350 days"), (1e8, "3.2 years"), (5e12, "160_000 years"),
    ],
)  # fmt: skip
def test_seconds_are_readable(seconds, text):
    assert format_seconds(seconds) == text


def test_bad_arguments_are_those_of_compute():
    for wrong in ({"digits": -1}, {"base": 7}, {"threads": 0}, {"memory": 0}, {"check": "some"}, {"series": "none"}):
        with pytest.raises(pi_engine.UsageError):
            estimate(**{"digits": 10, **wrong})


# ---------------------------------------------------------------- the command


def test_the_command_says_time_memory_disk_and_path(capsys):
    assert run(["estimate", "1e7", "--threads", "2"]) == 0
    captured = capsys.readouterr()
    labels = [line.split()[0] for line in captured.out.splitlines()]
    assert labels == ["digits", "path", "time", "memory", "disk", "largest"]
    assert "plain, 2 threads" in captured.out and "about 7" in captured.out and "9.5 MiB as text" in captured.out
    assert captured.err == ""


def test_what_does_not_fit_is_said_after_the_same_lines(capsys):
    assert run(["estimate", "1e9", "--memory", "1GiB"]) == 4
    captured = capsys.readouterr()
    assert len(captured.out.splitlines()) == 6
    assert captured.err.count("\n") == 1 and "not enough memory: 1_000_000_000 digits need about" in captured.err
    largest = captured.err.rpartition("at most ")[2].split()[0]
    assert run(["estimate", largest, "--memory", "1GiB"]) == 0
    assert run(["compute", largest, "--memory", "1GiB", "--dry-run"]) == 0


@pytest.mark.parametrize("digits", ["10**400", "1e15"])
def test_beyond_every_machine(digits, capsys):
    assert run(["estimate", digits]) == 4
    assert "too many for any machine" in capsys.readouterr().err


def test_json(capsys):
    for arguments, code in ((["1e6", "--base", "16", "--format", "xz"], 0), (["1e9", "--memory", "1GiB"], 4)):
        assert run(["estimate", *arguments, "--json"]) == code
        captured = capsys.readouterr()
        found = json.loads(captured.out)
        assert list(found) == FIELDS
        assert found["fits"] == (code == 0) == (found["refusal"] is None)
        assert captured.err.count("\n") == (code == 4)
        assert "total" in found["seconds"]


def test_a_dry_run_computes_nothing_and_says_the_same(capsys, monkeypatch):
    monkeypatch.setattr("pi_engine.engine.compute.compute", lambda *a, **k: pytest.fail("computed"))
    options = ["1e6", "--base", "16", "--series", "ramanujan", "--threads", "3", "--check", "full", "--memory", "2GiB"]
    assert run(["estimate", *options, "--format", "ycd"]) == 0
    estimated = capsys.readouterr().out
    assert run(["compute", *options, "--dry-run"]) == 0
    without_file = capsys.readouterr().out
    assert [line for line in estimated.splitlines() if not line.startswith("disk")] == without_file.splitlines()


def test_a_dry_run_looks_at_the_file_as_compute_does(capsys, tmp_path, monkeypatch):
    target = tmp_path / "pi.txt.gz"
    assert run(["compute", "1e6", "-o", str(target), "--dry-run", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["format"], found["disk_bytes"]) == ("gz", file_size(10**6, 10, "gz"))
    assert list(tmp_path.iterdir()) == []
    target.write_bytes(b"")
    for name, code in ((target, 2), (tmp_path / "missing" / "pi.txt", 2), (tmp_path / "pi.zip", 2)):
        assert run(["compute", "1e6", "-o", str(name), "--dry-run"]) == code
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.count("\n") == 1
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    assert run(["compute", "1e6", "-o", str(tmp_path / "pi.txt"), "--dry-run"]) == 4
    captured = capsys.readouterr()
    assert "976.6 KiB as text" in captured.out and "make room" in captured.err
    assert run(["compute", "1e6", "-o", str(tmp_path / "pi.txt"), "--dry-run", "--json"]) == 4
    assert not json.loads(capsys.readouterr().out)["fits"]


def test_an_estimate_imports_neither_numba_nor_numpy():
    code = (
        "import sys; from pi_engine.cli.main import run\n"
        "assert run(['estimate', '1e9']) == 0 and run(['compute', '1e5', '--dry-run']) == 0\n"
        "print([name for name in ('numba', 'numpy', 'rich') if name in sys.modules])"
    )
    assert run_code(code).stdout.splitlines()[-1] == "[]"


def test_what_compute_refuses_has_no_estimate(capsys):
    assert run(["estimate", "5", "--format", "ycd"]) == 2
    assert "no files of fewer than 50 digits" in capsys.readouterr().err


def test_a_dry_run_looks_at_the_disk_of_the_checkpoint(capsys, tmp_path, monkeypatch):
    folder = tmp_path / "kept"
    arguments = ["compute", "1e6", "--checkpoint", str(folder), "--dry-run"]
    assert run(arguments) == 0
    said = capsys.readouterr().out
    size = estimate(10**6).checkpoint_bytes
    assert f"checkpoint\tat most {memory.format_bytes(size)} in {folder}" in said
    assert not folder.exists()
    free = type("Usage", (), {"free": size - 1})
    monkeypatch.setattr("shutil.disk_usage", lambda place: free)
    for more in ([], ["--json"]):
        assert run([*arguments, *more]) == 4
        captured = capsys.readouterr()
        assert captured.err.count("\n") == 1
        assert f"not enough disk space: the checkpoint in {folder} may take another " in captured.err
    assert not json.loads(captured.out)["fits"]
    assert run(["compute", "1e6", "--checkpoint", str(folder / "kept"), "--dry-run"]) == 2
    assert f"the folder {folder} does not exist: make it first" in capsys.readouterr().err
    folder.write_text("")
    assert run(arguments) == 2
    assert f"{folder} is not a folder: choose another name" in capsys.readouterr().err
