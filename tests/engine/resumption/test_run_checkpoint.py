"""A run that ends after any of its steps goes on to the same digits, with what was kept; what is damaged is computed again."""

import shutil

import pytest

import pi_engine
from pi_engine import CorruptFileError, UsageError, series
from pi_engine.bigint.residues import moduli
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.engine import compute as engine
from pi_engine.engine import fraction_of_series
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.splitting.compiled import compiled_tree

DIGITS = 70_000


class StoppedError(BaseException):
    """What ends a run between two steps."""


@pytest.fixture(autouse=True)
def everything_kept(monkeypatch):
    """Every record is worth its time, and small sums have several chunks; the prime of this process stays its own."""
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", 1 << 16)
    yield
    moduli._adopted.clear()
    moduli.random_prime.cache_clear()


def opened(folder, digits=DIGITS, name="chudnovsky", *, check=True, resume=False, base=10):
    return RunCheckpoint.open(folder, digits, base, series.get(name), check=check, resume=resume)


def run_for(folder, steps, digits=DIGITS, name="chudnovsky", *, resume, check="fast", **options):
    """The result of a run that is asked to end after so many steps, None if it did; and what it did with its checkpoint."""
    with opened(folder, digits, name, check=check != "none", resume=resume, base=options.get("base", 10)) as kept:
        real, done = kept.step_done, []

        def step_done():
            done.append(1)
            if len(done) >= steps:
                kept.stop(StoppedError())
            real()

        kept.step_done = step_done
        try:
            result = pi_engine.compute(digits, series=name, checkpoint=kept, check=check, **options)
        except StoppedError:
            return None, kept.use
        use = kept.use
        kept.clean()
        return result, use


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
@pytest.mark.parametrize("name", ["chudnovsky", "machin", "ramanujan", "euler"])
def test_steps_of_several_runs_are_those_of_one(tmp_path, compiled_path, name, steps):
    digits = 6000 if name == "euler" else DIGITS
    expected, folder = pi_engine.compute(digits, series=name), tmp_path / "kept"
    result, rounds, loaded = None, 0, 0
    while result is None:
        result, use = run_for(folder, steps, digits, name, resume=rounds > 0, threads=1 + rounds % 3)
        rounds, loaded = rounds + 1, loaded + use.loaded
        assert rounds < 200
        assert use.notes == []
    assert result.text() == expected.text()
    assert [check.status for check in result.checks] == [check.status for check in expected.checks]
    assert loaded > 0
    assert not folder.exists()


@pytest.mark.parametrize("options", [{"base": 16}, {"check": "none"}, {"check": "full"}])
def test_options_of_a_run(tmp_path, compiled_path, options):
    expected = pi_engine.compute(5000, **options)
    result, rounds = None, 0
    while result is None:
        result, _ = run_for(tmp_path / "kept", 2, 5000, resume=rounds > 0, **options)
        rounds += 1
    assert rounds > 1
    assert result.text() == expected.text()


def test_the_plain_path_keeps_sum_and_fraction(tmp_path):
    expected = pi_engine.compute(3000)
    keys = []
    result, rounds = None, 0
    while result is None:
        result, _ = run_for(tmp_path / "kept", 1, 3000, resume=rounds > 0)
        rounds += 1
        if result is None:
            with opened(tmp_path / "kept", 3000, resume=True) as kept:
                keys.append([key.split("-", 1)[1] for key in kept.records])
    assert keys == [["sum-0"], ["sum-0", "root"], ["fraction"]]
    assert result.text() == expected.text()


def test_a_node_takes_the_place_of_its_halves(tmp_path, compiled_path):
    with opened(tmp_path / "kept") as kept:
        seen = []
        real = kept.step_done
        kept.step_done = lambda: (seen.append(len(kept.records)), real())[1]
        pi_engine.compute(DIGITS, checkpoint=kept)
        assert max(seen) <= 1 + DIGITS.bit_length()
        assert [key.split("-", 1)[1] for key in kept.records] == ["fraction"]


def test_a_folder_by_its_name(tmp_path):
    folder = tmp_path / "kept"
    assert pi_engine.compute(2000, checkpoint=folder).text() == pi_engine.compute(2000).text()
    assert not folder.exists()
    with pytest.raises(UsageError, match="resume=True needs the folder of a checkpoint"):
        pi_engine.compute(2000, resume=True)
    with pytest.raises(UsageError, match="holds no checkpoint"):
        pi_engine.compute(2000, checkpoint=folder, resume=True)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"digits": DIGITS + 1}, "with digits 70000, and this one has 70001"),
        ({"name": "ramanujan"}, "with series chudnovsky, and this one has ramanujan"),
        ({"base": 16}, "with base 10, and this one has 16"),
        ({"check": False}, "with checked True, and this one has False"),
    ],
)
def test_other_parameters_are_refused(tmp_path, changed, message):
    opened(tmp_path / "kept").store.close()
    with pytest.raises(UsageError, match=message):
        opened(tmp_path / "kept", resume=True, **changed)
    with pytest.raises(UsageError, match="holds a checkpoint"):
        opened(tmp_path / "kept")


def test_the_prime_is_that_of_the_first_run(tmp_path, monkeypatch):
    prime = moduli.random_prime()
    opened(tmp_path / "kept").store.close()
    moduli._adopted.clear()
    moduli.random_prime.cache_clear()
    other = 2**61 - 1
    while not moduli.is_random_prime(other) or other == prime:
        other -= 2
    monkeypatch.setattr(moduli, "_drawn_prime", lambda: other)
    assert moduli.random_prime() == other
    with opened(tmp_path / "kept", resume=True):
        assert moduli.random_prime() == prime


@pytest.mark.parametrize("prime", [2**61 - 1, 2**61 - 3, 2**60 + 33, 7])
def test_a_prime_that_nobody_has_drawn_is_refused(tmp_path, prime):
    assert not moduli.is_random_prime(prime)
    with pytest.raises(ValueError, match="is not a prime between"):
        moduli.adopt_prime(prime)


@pytest.mark.parametrize("steps", [2, 4, 6])
@pytest.mark.parametrize("damage", ["flip", "cut", "gone", "exchanged", "all"])
def test_damaged_files_are_computed_again(tmp_path, compiled_path, rng, steps, damage):
    folder = tmp_path / "kept"
    expected = pi_engine.compute(DIGITS).text()
    assert run_for(folder, steps, resume=False)[0] is None
    files = sorted(folder.glob("*.limbs"))
    chosen = files if damage == "all" else [rng.choice(files)]
    for path in chosen:
        content = bytearray(path.read_bytes())
        if damage == "gone":
            path.unlink()
        elif damage == "cut":
            path.write_bytes(content[: rng.randrange(len(content))])
        elif damage == "exchanged":
            shutil.copy(files[0] if path != files[0] else files[-1], path)
        else:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            path.write_bytes(content)
    result, use = run_for(folder, 1000, resume=True)
    assert result.text() == expected
    if damage == "all":
        assert use.notes


@pytest.mark.parametrize("fault", ["limb", "residues", "names", "errors", "no residues"])
def test_a_record_that_is_not_what_it_should_be_is_computed_again(tmp_path, compiled_path, fault):
    """Its hashes agree, because it was wrong when it was written: the residues tell."""
    folder = tmp_path / "kept"
    expected = pi_engine.compute(DIGITS).text()
    assert run_for(folder, 3, resume=False)[0] is None
    with opened(folder, resume=True) as kept:
        store: CheckpointStore = kept.store
        for key in kept.records:
            record = store.load(key)
            numbers, fields = dict(record.numbers), dict(record.fields)
            name = list(numbers)[-1]
            if fault == "limb":
                limbs = numbers[name][0].copy()
                limbs[len(limbs) // 2] ^= 1 << 17
                numbers[name] = limbs, numbers[name][1]
            elif fault == "names":
                numbers["X"] = numbers.pop(name)
            elif fault == "errors":
                fields["errors"] = ["nan", 3]
            elif fault == "residues":
                fields["residues"] = {name: [["1", "2"], ["3", "4"]] for name in numbers}
            else:
                del fields["residues"]
            store.keep(key, numbers, fields)
    result, use = run_for(folder, 1000, resume=True)
    assert result.text() == expected
    assert all("is not used" in note for note in use.notes)
    assert use.notes
    assert not folder.exists() or list(folder.glob("*.bad"))


def test_guard_bits_of_the_attempt_that_was_going_on(tmp_path, compiled_path, monkeypatch):
    real, attempts = engine._attempt, []

    def attempt(plan, *arguments, **options):
        attempts.append(plan.guard_bits)
        found = real(plan, *arguments, **options)
        return None if plan.guard_bits == engine.GUARD_BITS else found

    monkeypatch.setattr(engine, "_attempt", attempt)
    expected = pi_engine.compute(DIGITS).text()
    attempts.clear()
    result, rounds = None, 0
    while result is None:
        result, _ = run_for(tmp_path / "kept", 4, resume=rounds > 0)
        rounds += 1
    assert result.text() == expected
    assert attempts == sorted(attempts)
    assert attempts[-1] == 2 * engine.GUARD_BITS


def test_only_what_is_worth_its_time_is_kept(tmp_path, compiled_path, monkeypatch):
    monkeypatch.setattr(writing_share, "SHARE", 0.0)
    with opened(tmp_path / "kept") as kept:
        pi_engine.compute(DIGITS, checkpoint=kept)
        assert kept.use.kept == 0
        kept.stop(StoppedError())
        with pytest.raises(StoppedError):
            pi_engine.compute(DIGITS, checkpoint=kept)
        assert kept.use.kept == 1


def test_the_left_halves_of_a_run_that_ends_are_kept(tmp_path, compiled_path, monkeypatch):
    monkeypatch.setattr(writing_share, "SHARE", 0.0)
    expected = pi_engine.compute(DIGITS).text()
    assert run_for(tmp_path / "kept", 5, resume=False)[0] is None
    with opened(tmp_path / "kept", resume=True) as kept:
        assert len(kept.records) > 1
    result, use = run_for(tmp_path / "kept", 1000, resume=True)
    assert use.loaded > 1
    assert result.text() == expected


def test_a_manifest_without_a_prime(tmp_path):
    store = CheckpointStore.create(tmp_path / "kept", {}, prime=(1 << 61) - (1 << 20) + 1)
    with store, pytest.raises(CorruptFileError, match="names a prime that no run has drawn"):
        RunCheckpoint(store)


@pytest.mark.parametrize("when", ["root", "division"])
@pytest.mark.parametrize("name", ["chudnovsky", "ramanujan", "machin"])
def test_what_is_in_hand_is_kept_as_the_run_ends(tmp_path, compiled_path, monkeypatch, name, when):
    """Records that were not worth their time are written when the run is asked to end, as long as their numbers are there."""
    monkeypatch.setattr(writing_share, "SHARE", 0.0)
    expected = pi_engine.compute(DIGITS, series=name).text()
    with opened(tmp_path / "kept", name=name) as kept:
        place = "root_of_radicand" if when == "root" else "pi_fraction"
        real = getattr(fraction_of_series, place)

        def asked(*arguments, **options):
            kept.stop(StoppedError())
            return real(*arguments, **options)

        monkeypatch.setattr(fraction_of_series, place, asked)
        with pytest.raises(StoppedError):
            pi_engine.compute(DIGITS, series=name, checkpoint=kept)
        found = {key.split("-", 1)[1] for key in kept.records}
    if when == "division" or name == "machin":  # which has no root
        assert found == {"fraction"}
    else:
        assert found == {"sum-0", "inverse-root"}
    monkeypatch.undo()
    result, use = run_for(tmp_path / "kept", 1000, name=name, resume=True)
    assert use.loaded == len(found)
    assert result.text() == expected


def test_the_last_step_is_said(tmp_path):
    with opened(tmp_path / "kept", 2000) as kept:
        said = []
        kept.before_last_step(lambda: said.append(list(kept.records)))
        pi_engine.compute(2000, checkpoint=kept)
        pi_engine.compute(2000, checkpoint=kept)
    assert [[key.split("-", 1)[1] for key in keys] for keys in said] == [["fraction"]] * 2
