import json

import pytest
from click.testing import CliRunner

from pi_engine import bench
from pi_engine.bench import measuring
from pi_engine.bench.child import timed_runs
from pi_engine.bench.programs import OURS, PROGRAMS, Program, Run
from pi_engine.cli.commands.bench import command
from pi_engine.errors import PiEngineError, VerificationError
from pi_engine.runtime.installation import command_to_install
from tests.command import pi


@pytest.mark.parametrize("program", [x for x in PROGRAMS.values() if x.version() is not None], ids=lambda x: x.name)
@pytest.mark.parametrize("digits", [50, 12_345])
def test_every_program_gives_the_digits(program, digits):
    assert program.prepare(digits, 1)().text == OURS.prepare(digits, 1)().text


def test_other_libraries_keep_their_precision():
    """Whoever calls the programs from Python may use mpmath and FLINT besides."""
    mp = pytest.importorskip("mpmath").mp
    context = pytest.importorskip("flint").ctx
    before = mp.dps, context.dps, context.threads
    for name in ("mpmath", "flint"):
        PROGRAMS[name].prepare(300, 2)()
    assert (mp.dps, context.dps, context.threads) == before


@pytest.mark.slow
def test_json_has_the_fields_of_the_contract():
    done = pi("bench", "--digits", "2000", "--digits", "3000", "--threads", "1", "--rounds", "2", "--peers", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["schema"] == 1 and answer["machine"]["processors"] >= 1
    assert [row["digits"] for row in answer["rows"]] == [2000, 3000]
    for row in answer["rows"]:
        assert (
            row["threads"] == 1 and row["rounds"] == 2 and row["peak_memory_bytes"] > row["resident_before_bytes"] / 2
        )
        phases = sum(row["seconds"][name] for name in ("sum", "root", "division", "conversion", "check"))
        assert 0 < phases <= row["seconds"]["total"] * 1.5
        assert set(row["peers"]) == {x.name for x in bench.installed_peers()}
        assert all(peer["seconds"] > 0 and peer["ratio"] > 0 for peer in row["peers"].values())


def test_the_table_has_a_line_a_size():
    done = pi("bench", "--digits", "1000", "--digits", "1e3", "--threads", "1", "--rounds", "1")
    assert done.returncode == 0 and done.stderr == ""
    header, *lines = done.stdout.splitlines()
    assert header.split("\t")[:3] == ["digits", "threads", "sum"]
    assert [line.split("\t")[0] for line in lines] == ["1000", "1000"]


def test_the_peers_are_named_and_what_is_missing(monkeypatch):
    monkeypatch.setitem(PROGRAMS, "x", Program("x", "X", lambda: None, OURS.prepare))
    peer = PROGRAMS["gmpy2"]
    monkeypatch.setattr(bench, "installed_peers", lambda: [peer])
    done = CliRunner().invoke(command, ["--digits", "100", "--threads", "1", "--rounds", "1", "--peers"])
    assert done.exit_code == 0, done.output
    header = done.stdout.splitlines()[3].split("\t")
    assert header == ["digits", "threads", "pi-engine", "20 lines of gmpy2", "20 lines of gmpy2 ratio"]
    said = done.stderr.splitlines()[0]
    assert said.startswith("pi-engine: ") and f"; 20 lines of gmpy2 {peer.version()}; not installed: " in said
    assert said.endswith("X") and "MPFR" not in said


def test_where_flint_is_missing_a_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(PROGRAMS, "flint", Program("flint", "FLINT", lambda: None, OURS.prepare))
    monkeypatch.setattr(bench, "installed_peers", lambda: [PROGRAMS["gmpy2"]])
    done = CliRunner().invoke(command, ["--digits", "100", "--threads", "1", "--rounds", "1", "--peers"])
    assert done.exit_code == 0, done.output
    first, second = done.stderr.splitlines()
    assert "; not installed: FLINT" in first
    assert second == f"pi-engine: to time FLINT, too, run {command_to_install('python-flint', 'peers')}"


def test_other_digits_are_an_error(monkeypatch):
    real = measuring._answer

    def answer(program, digits, threads):
        given = real(program, digits, threads)
        return {**given, "sha256": "0"} if program is not OURS else given

    monkeypatch.setattr(measuring, "_answer", answer)
    with pytest.raises(VerificationError, match="other digits"):
        bench.measure(100, (1,), 1, [PROGRAMS["gmpy2"]])


def test_a_program_without_threads_runs_once_a_round(monkeypatch):
    asked = []

    def answer(program, digits, threads):
        asked.append((program.name, threads))
        return {"sha256": "0", "seconds": float(len(asked)), "phases": {"sum": 1.0}}

    monkeypatch.setattr(measuring, "_answer", answer)
    one, two = bench.measure(100, (1, 2), 2, [PROGRAMS["flint"], PROGRAMS["mpmath"]])
    a_round = [("pi-engine", 1), ("pi-engine", 2), ("flint", 1), ("flint", 2), ("mpmath", 1)]
    assert asked == 2 * a_round
    assert (one.threads, two.threads) == (1, 2)
    assert [x["seconds"] for x in two.answers["flint"]] == [4, 9]
    assert one.answers["mpmath"] == two.answers["mpmath"] and one.ratio("mpmath") > two.ratio("mpmath")


def test_by_default_one_thread_and_all_are_timed(monkeypatch):
    from pi_engine.runtime import thread_count

    monkeypatch.setattr(thread_count, "available_threads", lambda: 2)
    monkeypatch.setattr(
        measuring,
        "_answer",
        lambda program, digits, threads: {
            "sha256": "0",
            "seconds": 1.0,
            "first_seconds": None,
            "peak_memory_bytes": 1e6,
            "resident_before_bytes": 1e6,
            "phases": dict.fromkeys(("sum", "root", "division", "conversion", "check", "total"), 0.1),
        },
    )
    answer = json.loads(CliRunner().invoke(command, ["--digits", "100", "--json"]).output)
    assert [(row["digits"], row["threads"]) for row in answer["rows"]] == [(100, 1), (100, 2)]
    assert answer["machine"]["kernel_target"]


def test_the_memory_of_another_process_is_not_known(monkeypatch):
    elsewhere = Program("x", "X", lambda: "1", lambda digits, _: lambda: Run("3." + "1" * digits, {}, elsewhere=True))
    answer = timed_runs(elsewhere, 10, 1)
    assert answer["peak_memory_bytes"] is None and answer["resident_before_bytes"] is None
    assert answer["characters"] == 12


def test_a_program_that_fails_is_named():
    with pytest.raises(PiEngineError, match=r"pi-engine failed at -5 digits: .*negative"):
        measuring._answer(OURS, -5, 1)


def test_without_peers_it_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(bench, "installed_peers", list)
    outcome = CliRunner().invoke(command, ["--peers", "--digits", "100"])
    assert outcome.exit_code == 2 and "pip install" in outcome.output
