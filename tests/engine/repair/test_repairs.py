"""A step whose result fails its check is made again: right digits after a fault of the machine, and an end where the program is wrong."""

import json

import numpy as np
import pytest

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint.ntt import tables
from pi_engine.bigint.residues import moduli
from pi_engine.engine import fraction_of_series, summation
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.errors import MiscalculationError, ProgramFaultError
from pi_engine.runtime import repairs
from pi_engine.runtime.progress import WorkMeter
from pi_engine.series import get
from pi_engine.splitting.compiled import compiled_tree, upper_tree
from tests.backends import pretend
from tests.conftest import part_of
from tests.engine.repair.faulty_steps import FAULTS, of_number, plant
from tests.engine.test_custody import flip

DIGITS = 70_000


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch, _plain_path):
    """Small sums have several chunks, and the prime of this process stays its own."""
    monkeypatch.setattr(compiled_tree, "CHUNK_BITS", 1 << 16)
    yield
    moduli._adopted.clear()
    moduli.random_prime.cache_clear()


@pytest.fixture(scope="module")
def expected():
    return pi_engine.compute(DIGITS).text()


@pytest.mark.parametrize(("path", "step"), part_of(FAULTS, 1 / 3, "once"))
def test_a_step_that_the_machine_gets_wrong_is_made_again(monkeypatch, expected, rng, path, step):
    plant(monkeypatch, path, step, [rng.randrange(1, 50)])
    seen = []
    result = pi_engine.compute(DIGITS, threads=2, progress=lambda *report: seen.append(report))
    assert result.text() == expected
    (repair,) = result.repairs
    assert repair.step == step.partition(":")[0]
    assert repair.kind == "machine"
    assert repair.sides is None or repair.sides[0] != repair.sides[1]
    assert (repair.terms is None) == ("sum" not in step)
    shares = [done / total for phase, done, total in seen if phase == "sum" and total]
    assert step != "the sum" or path == "plain" or (shares == sorted(shares) and shares[-1] <= 1)


@pytest.mark.parametrize(("path", "step"), part_of(FAULTS, 1 / 4, "the same twice"))
def test_the_same_wrong_number_twice_is_an_error_of_the_program(monkeypatch, tmp_path, path, step):
    plant(monkeypatch, path, step, [7] * 100)
    expects_operands = (path, step) == ("compiled", "the sum")
    if step == "the shadow of the sum":
        step = "the sum"  # a shadow that is always wrong is not told from a sum that is
    with pytest.raises(
        ProgramFaultError, match="and in the same way when it was made again: pi-engine has an error in " + step[:7]
    ) as error:
        pi_engine.compute(DIGITS, threads=2, error_folder=tmp_path)
    (written,) = tmp_path.iterdir()
    assert str(written) in str(error.value)
    found = json.loads(written.read_text("utf-8"))
    assert found == error.value.reproducer
    assert found["run"] == {"digits": DIGITS, "base": 10, "series": "chudnovsky", "threads": 2, "check": "fast"}
    assert found["command"] == f"pi-engine compute {DIGITS} --base 10 --series chudnovsky --threads 2 --check fast"
    assert found["moduli"] == [str(modulus) for modulus in moduli.moduli()]
    assert found["failure"]["step"] == step.partition(":")[0]
    if expects_operands:
        operands = found["failure"]["operands"]
        assert operands.keys() <= {"P₁", "Q₁", "T₁", "P₂", "Q₂", "T₂"}
        assert operands and all(known["sound"] and known["limbs"] for known in operands.values())


@pytest.mark.parametrize(("path", "step"), part_of(FAULTS, 1 / 4, "too often"))
def test_a_machine_that_errs_too_often_ends_the_run(monkeypatch, path, step):
    plant(monkeypatch, path, step, range(1, 200))
    with pytest.raises(VerificationError, match=r"4 times .* test the machine with 'pi-engine selftest") as error:
        pi_engine.compute(DIGITS, threads=2)
    assert not isinstance(error.value, ProgramFaultError)


def test_three_faults_are_repaired(monkeypatch, expected):
    plant(monkeypatch, "compiled", "the square root", [1, 2, 3])
    result = pi_engine.compute(DIGITS)
    assert (result.text(), len(result.repairs)) == (expected, repairs.MOST)


@pytest.mark.parametrize("name", ["P₁", "P₂"])
def test_an_operand_that_had_gone_bad_is_named(monkeypatch, compiled_path, expected, name):
    real, merges = compiled_tree.merge_with_diagnosis, []

    def merge(left, right, threads):
        merges.append((left, right))
        number = (left if name == "P₁" else right).P
        if len(merges) == 1:
            assert number is not None
            number.limbs[0] ^= np.uint64(4)
        return real(left, right, threads)

    monkeypatch.setattr(compiled_tree, "merge_with_diagnosis", merge)
    result = pi_engine.compute(DIGITS)
    assert result.text() == expected
    (repair,) = result.repairs
    assert repair.changed == [name]
    assert str(repair).endswith(f"; {name} had changed before")


def test_a_root_that_had_gone_bad_is_made_again(monkeypatch, compiled_path, expected):
    real, roots = fraction_of_series.pi_fraction, []

    def pi_fraction(form, sums, root, *arguments, **options):
        roots.append(root)
        if len(roots) == 1:
            flip(root.X, 77)
        return real(form, sums, root, *arguments, **options)

    monkeypatch.setattr(fraction_of_series, "pi_fraction", pi_fraction)
    result = pi_engine.compute(DIGITS)
    assert result.text() == expected
    assert [repair.changed for repair in result.repairs] == [["the root"]]
    assert len(roots) == 2 and roots[0] is not roots[1]


def test_an_operand_that_goes_bad_twice_alike_is_no_error_of_the_program(monkeypatch, compiled_path, expected):
    real, calls = fraction_of_series.pi_fraction, []

    def pi_fraction(form, sums, root, *arguments, **options):
        calls.append(1)
        if len(calls) <= 2:
            flip(root.X, 77)
        return real(form, sums, root, *arguments, **options)

    monkeypatch.setattr(fraction_of_series, "pi_fraction", pi_fraction)
    result = pi_engine.compute(DIGITS)
    assert result.text() == expected
    first, second = result.repairs
    assert (first.reason, first.sides) == (second.reason, second.sides)


def test_failures_without_residues_are_the_programs_only_if_all_are_alike():
    def fails(reasons):
        left = iter(reasons)

        def work():
            reason = next(left, None)
            if reason is not None:
                raise MiscalculationError(reason)
            return "done"

        return work

    for reasons in (["a"], ["a", "a"], ["a", "b", "a"], ["a", "a", "a"]):
        run = repairs.Repairs()
        assert run.repeat("a step", fails(reasons)) == "done"
        assert [repair.reason for repair in run.made] == reasons
    with pytest.raises(
        ProgramFaultError, match="a, and in the same way when it was made again: pi-engine has an error in a step"
    ):
        repairs.Repairs().repeat("a step", fails(["a"] * 4))
    with pytest.raises(
        VerificationError, match="4 times in a run, last in a step, because a; repeated before: a step, because b"
    ):
        repairs.Repairs().repeat("a step", fails(["b", "a", "a", "a"]))


def test_work_that_is_done_again_is_counted_once():
    seen = []
    meter = WorkMeter("sum", 100, lambda *report: seen.append(report))
    for part in (10, 20, 30):
        meter(part)
    meter.back_to(10)
    for part in (20, 30, 40):
        meter(part)
    assert [done for _, done, _ in seen] == [10, 30, 60, 60, 60, 100]
    assert {(phase, total) for phase, _, total in seen} == {("sum", 100)}


def test_a_table_that_had_gone_bad_is_no_error_of_the_program(monkeypatch, compiled_path, expected):
    """The transforms of the repetition read new tables; with the old ones they would make the same wrong number again."""
    tables.plan_for.cache_clear()
    make, made = tables.make_transform_plan, []

    def damaging(size):
        plan = make(size)
        if not made:
            plan.cofactors[:] += 1
        made.append(size)
        return plan

    monkeypatch.setattr(tables, "make_transform_plan", damaging)
    result = pi_engine.compute(DIGITS)
    tables.plan_for.cache_clear()
    assert result.text() == expected
    assert [repair.step for repair in result.repairs] == ["the sum"]


def kept_run(folder, *, resume=False):
    return RunCheckpoint.open(folder, DIGITS, 10, get("chudnovsky"), check=True, resume=resume)


@pytest.mark.parametrize("step", ["the sum", "the division", "the conversion to digits"])
def test_what_is_kept_is_read_and_not_computed_again(monkeypatch, tmp_path, expected, step):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    counts = {"split": 0, "pi_fraction": 0, "chunk": 0}
    for module, name in (
        (summation, "split"),
        (fraction_of_series, "pi_fraction"),
        (compiled_tree.CompiledTree, "chunk"),
    ):

        def counted(*arguments, _real=getattr(module, name), _name=name, **options):
            counts[_name] += 1
            return _real(*arguments, **options)

        monkeypatch.setattr(module, name, counted)
    pretend(monkeypatch, pays=True)
    pi_engine.compute(DIGITS)
    without = dict(counts)
    counts.update(dict.fromkeys(counts, 0))
    if step == "the sum":  # the last merge, whose operands are on the disk
        real, merges = compiled_tree.merge_with_diagnosis, []

        def merge(left, right, threads):
            node = real(left, right, threads)
            if right.P is None and node.Q.limbs.size > 3000 and not merges:
                merges.append(1)
                raise moduli._failed("the product", ((1, 2), (3, 4)))
            return node

        monkeypatch.setattr(compiled_tree, "merge_with_diagnosis", merge)
    else:
        plant(monkeypatch, "compiled", step, [5])
    with kept_run(tmp_path / "kept") as kept:
        result = pi_engine.compute(DIGITS, checkpoint=kept)
        assert kept.store.notes == []
    assert result.text() == expected
    assert [repair.step for repair in result.repairs] == [step]
    assert counts["split"] == counts["pi_fraction"] - (step == "the division") == 1
    assert counts["chunk"] == without["chunk"]


def test_nodes_of_a_sum_that_is_wrong_are_not_read_again(monkeypatch, tmp_path, expected):
    """Where the sum differs from its shadow, its nodes may be wrong though they have their residues."""
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    chunks, real = [], compiled_tree.CompiledTree.chunk

    def chunk(tree, lo, hi):
        chunks.append(lo)
        return real(tree, lo, hi)

    monkeypatch.setattr(compiled_tree.CompiledTree, "chunk", chunk)
    build = compiled_tree.build_subtrees

    def build_subtrees(*arguments, **options):
        level = build(*arguments, **options)
        if len(chunks) == 3:  # before there are residues
            of_number(upper_tree.LargeNode.of(level, 0).T, 3)
        return level

    monkeypatch.setattr(compiled_tree, "build_subtrees", build_subtrees)
    pretend(monkeypatch, pays=True)
    with kept_run(tmp_path / "kept") as kept:
        result = pi_engine.compute(DIGITS, checkpoint=kept)
    assert result.text() == expected
    (repair,) = result.repairs
    assert "shadow" in repair.reason
    assert sorted(chunks) == sorted([*set(chunks), *set(chunks)])


def test_a_damaged_record_is_counted_apart(monkeypatch, tmp_path, compiled_path, expected):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    with kept_run(tmp_path / "kept") as kept:
        pi_engine.compute(DIGITS, checkpoint=kept)
        (record,) = [path for path in (tmp_path / "kept").iterdir() if "fraction" in path.name]
    content = bytearray(record.read_bytes())
    content[len(content) // 2] ^= 1
    record.write_bytes(content)
    with kept_run(tmp_path / "kept", resume=True) as kept:
        result = pi_engine.compute(DIGITS, checkpoint=kept)
    assert result.text() == expected
    (repair,) = result.repairs
    assert repair.kind == "file"
    assert "fraction" in repair.step


def test_without_checks_there_is_nothing_to_repair(monkeypatch, expected):
    plant(monkeypatch, "plain", "the square root", [100_000])
    result = pi_engine.compute(DIGITS, check="none")
    assert result.text() != expected
    assert result.repairs == []
