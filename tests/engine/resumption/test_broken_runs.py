"""Whole runs that are killed, refused what they need and resumed with damaged files: they end in the same digits, or loudly."""

import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.checkpoint.conftest import MEMORY
from tests.conftest import MULTIPLIER

OWN_PROCESS = "PI_ENGINE_TEST_BROKEN_RUNS"

in_own_process = pytest.mark.skipif(OWN_PROCESS not in os.environ, reason=f"by name: with {OWN_PROCESS}=1")


@pytest.mark.slow
@pytest.mark.skipif(OWN_PROCESS in os.environ, reason="this is that process")
def test_all_of_this_module_in_a_process_of_its_own(checkout):
    """Its runs are forks, which must not have the locks of threads that other tests have begun."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(Path(__file__))]
    done = subprocess.run(command, cwd=checkout, env={**environment, OWN_PROCESS: "1"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.fixture(scope="module")
def tools(checkout):
    """The modules of `scripts.break_runs`."""
    from scripts.break_runs import child, damages, disks, ends, scenario, verdict

    return {module.__name__.rpartition(".")[2]: module for module in (child, damages, disks, ends, scenario, verdict)}


@pytest.fixture(scope="module")
def place():
    """A folder in memory, where there is one."""
    with tempfile.TemporaryDirectory(
        dir=MEMORY if os.access(MEMORY, os.W_OK) else None, prefix="pi-engine-test-"
    ) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def labs(tools, place):
    """A laboratory for each scenario."""
    return [tools["scenario"].Lab(one, place / f"{i}") for i, one in enumerate(tools["scenario"].SCENARIOS)]


@pytest.mark.slow
@in_own_process
def test_broken_runs_go_on_to_the_same_digits(checkout, rng):
    """For more of them: `python -m scripts.break_runs 20000 --kills 300 --disks 3`."""
    count, kills = round(25 * MULTIPLIER), round(5 * MULTIPLIER)
    words = [f"{count}", "--kills", f"{kills}", "--seed", f"{rng.getrandbits(32)}"]
    done = subprocess.run(
        [sys.executable, "-m", "scripts.break_runs", *words], cwd=checkout, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    met, killed, bad = re.search(
        r"(\d+) faults in \d+ s, (\d+) of them kills; (\d+) wrong or unseen\n$", done.stdout
    ).groups()
    assert int(met) >= 0.9 * (count + kills) and int(killed) >= kills > 0 and bad == "0"


@in_own_process
def test_states_have_nodes_sums_and_a_fraction(labs):
    """What is broken is what a long run keeps."""
    kinds = [{re.sub(r"^b\d+-([a-z]+).*", r"\1", name) for name in lab.known} for lab in labs]
    assert kinds[0] == {"node", "sum", "inverse", "fraction"}
    assert kinds[2] == {"node", "sum", "root", "fraction"}
    assert kinds[1] == {"node", "sum", "fraction"} and len({name[:12] for name in labs[1].known if "sum" in name}) == 2
    assert kinds[3] == {"sum", "root", "fraction"}
    assert any(len(text) > 3 * 4096 for text in labs[0].known.values())  # of several blocks


@pytest.mark.slow
@in_own_process
def test_killed_at_every_named_point(tools, labs, rng):
    """Before or after a call, from nothing or from a state with nodes, where it is made; all of these with a multiplier of 4."""
    lab, met = labs[2], set()
    for place, name in tools["ends"].POINTS:
        ways = [(state, after) for state in (None, lab.states[len(lab.states) // 2]) for after in (False, True)]
        rng.shuffle(ways)
        left = max(1, round(MULTIPLIER))
        for state, after in ways:
            lab.put(state)
            verdict = tools["verdict"].after_attack(lab, tools["ends"].at_point(place, name, 1, after=after))
            assert verdict.outcome in {"killed", "not met"}, (name, after, verdict)
            left -= verdict.outcome == "killed"
            met |= {name} if verdict.outcome == "killed" else set()
            if not left:
                break
    assert {name for _, name in tools["ends"].POINTS} - met <= {"refuse"}  # which only a damaged record meets


@in_own_process
@pytest.mark.parametrize("state", [None, 3])
def test_a_disk_that_is_too_small_or_read_only(tools, labs, rng, state):
    """As the system itself answers, where this user may mount one."""
    disks, lab = tools["disks"], labs[0]
    if not disks.may_mount(lab.folder):
        pytest.skip("no disk may be mounted here")
    files = None if state is None else lab.states[state]
    outcomes = [disks.on_small_disk(lab, files, rng) for _ in range(4)]
    assert {found.outcome for found in outcomes} <= {"loud", "harmless"}, outcomes
    assert disks.on_small_disk(lab, files, rng, room=4096).outcome == "loud"
    assert disks.on_small_disk(lab, files, rng, room=1 << 24).outcome == "harmless"
    read_only = disks.on_read_only_disk(lab, files)
    assert read_only.outcome == "loud" and "Read-only file system; make the file system writable" in read_only.detail


@in_own_process
@pytest.mark.parametrize("broken", ["digits", "unseen", "code"])
def test_what_must_not_be_is_told(tools, labs, monkeypatch, broken):
    """The tool is blind to nothing: a run with other digits, a damaged record that is used, an exit code that is not documented."""
    lab, verdict = labs[3], tools["verdict"]
    lab.put(lab.states[0])
    (record,) = lab.kept.glob("*.limbs")
    content = record.read_bytes()
    if broken == "digits":
        monkeypatch.setattr(lab, "expected", b"3.15")
    elif broken == "unseen":  # as if the file had been something else when it was kept
        monkeypatch.setitem(lab.known, record.name, content[:-1])
    else:
        monkeypatch.setattr(verdict, "_DOCUMENTED", {1})
        lab.put(dict.fromkeys(lab.states[0], b""))
    found = verdict.after_damage(lab)
    assert found.outcome == ("unseen" if broken == "unseen" else "wrong"), found


class Histories(RuleBasedStateMachine):
    """One run after another in the same folder: started, killed, refused, its files damaged; each that ends well has the digits."""

    lab = None
    tools: dict = {}  # noqa: RUF012 (set once, before any history)

    @initialize(seed=st.integers(0, 2**32), scenario=st.integers(0, 3))
    def begin(self, seed, scenario):
        self.lab, self.rng = self.labs[scenario], random.Random(seed)
        self.lab.put(None)
        self.damaged = False

    def judge(self, end, *, killed=False):
        """Every end is right, loud or a kill; and what nobody has damaged is never said to be damaged."""
        if end.code == 0:
            assert self.tools["verdict"].is_right(self.lab)
            assert self.damaged or end.notes == []
            assert not list(self.lab.kept.glob("*.limbs"))
            self.damaged = False
        elif not killed:
            assert self.tools["verdict"].is_loud(end), end
        for path in self.lab.folder.glob("pi*.txt"):
            assert path.read_bytes().strip() == self.lab.expected
            path.unlink()

    @rule()
    def go_on(self):
        end = self.lab.run()
        self.judge(end)
        if end.code:  # only what was damaged can refuse it
            assert self.damaged and end.code in {2, 5}, end
            self.lab.put(None)
            self.damaged = False

    @rule(data=st.data())
    def kill(self, data):
        ends = self.tools["ends"]
        place, name = data.draw(st.sampled_from(ends.POINTS))
        attack = ends.at_point(place, name, data.draw(st.integers(1, 4)), after=data.draw(st.booleans()))
        end = self.lab.run(attack.before)
        self.judge(end, killed=end.code == -9)

    @rule(
        data=st.data(),
        kind=st.sampled_from(["kill -9 before a system call", "disk full", "failing fsync", "short writes"]),
    )
    def refuse(self, data, kind):
        attack = self.tools["ends"].ATTACKS[kind](self.rng, data.draw(st.integers(1, 400)))
        end = self.lab.run(attack.before)
        self.judge(end, killed=end.code == -9 and attack.kills)

    @precondition(lambda self: self.lab is not None and self.lab.files())
    @rule(data=st.data())
    def corrupt(self, data):
        names = [name for name in self.tools["damages"].DAMAGES if "right hashes" not in name and "link" not in name]
        self.tools["damages"].DAMAGES[data.draw(st.sampled_from(names))](self.lab, self.rng)
        self.damaged = True

    def teardown(self):
        if self.lab is not None:
            self.go_on()
            self.lab.clear()


@pytest.mark.slow
@in_own_process
def test_histories(tools, labs):
    from hypothesis.stateful import run_state_machine_as_test

    class Now(Histories):
        pass

    Now.labs, Now.tools = labs, tools
    run_state_machine_as_test(
        Now,
        settings=settings(
            max_examples=max(1, round(4 * MULTIPLIER)), stateful_step_count=8, deadline=None, database=None
        ),
    )
