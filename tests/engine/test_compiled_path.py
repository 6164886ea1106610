"""The compiled path gives the same digits and makes the same checks; and it is taken when it pays."""

import hashlib
import json
from types import SimpleNamespace

import pytest
from gmpy2 import mpz

import pi_engine
from pi_engine import VerificationError
from pi_engine.bigint import product
from pi_engine.bigint.buffers import workspace
from pi_engine.bigint.fft.fourier_plans import fourier_plan_for
from pi_engine.cli.main import run
from pi_engine.cli.output.kernel_advice import advise_kernels
from pi_engine.convergence import measure
from pi_engine.engine import compute, fraction_of_series, summation
from pi_engine.engine.planning import backend, fitting, footprint, plan
from pi_engine.engine.planning.forecast import reference_seconds
from pi_engine.series import CHUDNOVSKY
from pi_engine.splitting.levels import level_runs
from pi_engine.splitting.shadow import shadow
from tests.backends import pretend
from tests.command import run_code
from tests.conftest import MULTIPLIER


@pytest.mark.parametrize("series", ["chudnovsky", "ramanujan"])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_digits_are_the_same(compiled_path, million, rng, series, threads):
    for digits in [1, 18, 19, 20, 1000, *(rng.randrange(1000, 200_000) for _ in range(int(4 * MULTIPLIER)))]:
        result = pi_engine.compute(digits, series=series, threads=threads)
        assert result.text() == million.text()[: digits + 2], digits
        assert (result.path, million.path) == ("compiled", "plain")
        assert result.hash == result.value % (2**61 - 1)


def test_a_million_digits_of_either_series(compiled_path):
    for series in ("chudnovsky", "ramanujan"):
        result = pi_engine.compute(10**6, series=series)
        assert result.hash == 404089929205932130
        assert {check.status for check in result.checks} == {"passed"}
        assert hashlib.sha256(result.text().encode()).hexdigest().startswith("dd382ef6a0c1e8d9")


def test_the_workspace_is_released_after_an_error_too(compiled_path, monkeypatch):
    monkeypatch.setattr(compute, "_KEPT_BYTES", 0)
    monkeypatch.setattr(workspace, "LEAST_KEPT", 0)
    monkeypatch.setattr(compute, "convert_fraction", failing)
    with pytest.raises(VerificationError, match="on purpose"):
        pi_engine.compute(300_000)
    assert workspace.pool.held() == 0


def test_a_long_run_gives_its_tables_back_between_its_steps(compiled_path, monkeypatch):
    """Those of the sum are not held while root and quotient are made, nor those of the root in the division."""
    monkeypatch.setattr(summation, "_LONG_BITS", 2**20)
    monkeypatch.setattr(level_runs, "LONG_BITS", 2**22)
    held = []
    for module, name in ((fraction_of_series, "root_of_radicand"), (fraction_of_series, "pi_fraction")):
        real = getattr(module, name)

        def noted(*arguments, real=real, **options):
            held.append(fourier_plan_for.cache_info().currsize)
            return real(*arguments, **options)

        monkeypatch.setattr(module, name, noted)
    pi_engine.compute(300_000)
    assert min(held) > 0
    held.clear()
    assert pi_engine.compute(320_000).hash == pi_engine.compute(320_000, series="ramanujan").hash
    assert held == [0, 0] * 2


def failing(*_, **__):
    workspace.pool.give(workspace.pool.take(1 << 24))
    raise VerificationError("on purpose")


def flip_the_sum(monkeypatch):
    real = summation.split

    def split(*a, **k):
        root = real(*a, **k)
        return root._replace(Q=root.Q + (mpz(1) << 777))

    monkeypatch.setattr(summation, "split", split)


def flip_the_text(monkeypatch):
    import pi_engine.radix.word_text as module

    real = module.word_text

    def word_text(*arguments):
        text = real(*arguments)
        text[5000] ^= 1
        return text

    monkeypatch.setattr(module, "word_text", word_text)


def flip_a_word(monkeypatch):
    import pi_engine.radix.words_of_fraction as module

    real = module.words_of

    def words_of(*a, **k):
        words, tails, right_edge = real(*a, **k)
        words[1000] ^= 1
        return words, tails, right_edge

    monkeypatch.setattr(module, "words_of", words_of)


@pytest.mark.parametrize("sabotage", [flip_the_sum, flip_the_text, flip_a_word], ids=lambda f: f.__name__)
def test_sabotage_is_seen(compiled_path, monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(VerificationError):
        pi_engine.compute(60_000)


@pytest.mark.parametrize(
    ("kernels", "least"),
    [
        ("loaded", backend.LOADED_DIGITS),
        ("stored", backend.STORED_DIGITS),
        ("to be compiled", 31_000_000),
    ],
)
def test_when_it_pays(monkeypatch, kernels, least):
    here = backend.Backend()
    monkeypatch.setattr(product, "transform_is_usable", lambda: True)
    monkeypatch.setattr(here, "loaded", lambda: kernels == "loaded")
    monkeypatch.setattr(here, "stored", lambda: kernels != "to be compiled")
    monkeypatch.setattr(here, "missing_seconds", lambda: 23.9)
    assert (here.state(), here.least_digits()) == (kernels, least)
    assert here.pays(least) and not here.pays(least - 1)
    assert plan.make_plan(CHUDNOVSKY, least + 100, 10, backend=here).kernels == kernels
    assert plan.make_plan(CHUDNOVSKY, least - 100, 10, backend=here).kernels == "not used"
    monkeypatch.setattr(product, "transform_is_usable", lambda: False)
    assert here.least_digits() is None and not here.pays(10**9)


@pytest.mark.parametrize(
    ("usable", "kernels", "least", "path"),
    [
        (True, "stored", 800_000, "compiled from 800_000 digits on, plain below"),
        (True, "to be compiled", 65_000_000, "compiled from 65_000_000 digits on, plain below"),
        (False, "not used", None, "plain"),
    ],
)
def test_info_says_which_path_is_taken(monkeypatch, capsys, usable, kernels, least, path):
    pretend(monkeypatch, usable=usable, kernels=kernels)
    assert run(["info", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["kernels"], found["compiled_from_digits"]) == (kernels, least)
    assert run(["info"]) == 0
    assert {f"kernels\t{kernels}", f"path\t{path}"} <= set(capsys.readouterr().out.splitlines())


def test_small_computations_ask_for_no_kernel(monkeypatch):
    here = backend.Backend()
    monkeypatch.setattr(product, "transform_is_usable", lambda: pytest.fail("imports LLVM"))
    monkeypatch.setattr(here, "loaded", lambda: False)
    assert not here.pays(backend.STORED_DIGITS - 1)
    monkeypatch.setattr(here, "loaded", lambda: pytest.fail("for so few digits?"))
    assert not here.pays(backend.LOADED_DIGITS - 1)


@pytest.mark.parametrize("seconds", [10, 24, 35, 56])
def test_compiling_waits_for_work_that_it_saves_as_much_time_of(monkeypatch, seconds):
    """By the forecast, which was measured on the machine whose seconds the kernels know."""
    here = backend.Backend()
    monkeypatch.setattr(here, "missing_seconds", lambda: seconds)
    digits = here._digits_worth_compiling()
    plain, compiled = (sum(reference_seconds(digits, 2, compiled=path).values()) for path in (False, True))
    assert abs(plain - compiled - seconds) < 0.05 * seconds
    monkeypatch.setattr(here, "missing_seconds", lambda: 0.1)
    assert here._digits_worth_compiling() == backend.STORED_DIGITS


@pytest.mark.parametrize("kernels", ["loaded", "stored", "to be compiled"])
def test_what_takes_the_compiled_path_loads_it(compiled_path, monkeypatch, kernels):
    loadings = []
    pretend(monkeypatch, kernels=kernels)
    monkeypatch.setattr(backend.BACKEND, "load", lambda *progress: loadings.append(progress))
    result = pi_engine.compute(100)
    assert ("compilation" in result.seconds) == (kernels == "to be compiled")
    assert (result.path, result.kernels) == ("compiled", kernels) and len(loadings) == 1
    measure._time_sums([], [100], 1, 1, lambda *step: None)
    assert len(loadings) == 2


def test_stored_kernels_need_no_numba():
    backend.prepare()
    assert backend.BACKEND.stored()
    code = (
        "import sys, pi_engine; from pi_engine.engine.planning import backend; backend.STORED_DIGITS = 0\n"
        "result = pi_engine.compute(50_000)\n"
        "print(result.hash, result.path, result.kernels, backend.BACKEND.state(), 'numba' in sys.modules)"
    )
    assert run_code(code).stdout.split() == [
        str(pi_engine.compute(50_000).hash),
        "compiled",
        "stored",
        "loaded",
        "False",
    ]


def test_where_it_does_not_fit_the_plain_path_is_taken(compiled_path, monkeypatch):
    monkeypatch.setattr(footprint, "_COMPILED_BYTES_PER_BIT", 20)
    large = plan.make_plan(CHUDNOVSKY, 10**7, 10)
    plain = plan.make_plan(CHUDNOVSKY, 10**7, 10, compiled=False)
    assert plain.memory_bytes < large.memory_bytes
    assert fitting.make_plan_within(CHUDNOVSKY, 10**7, 10, limit=large.memory_bytes).compiled
    assert not fitting.make_plan_within(CHUDNOVSKY, 10**7, 10, limit=large.memory_bytes - 1).compiled


def test_the_shadow_is_the_same_compiled():
    assert shadow.shadow_residues(CHUDNOVSKY, 500, compiled=True) == shadow.shadow_residues(CHUDNOVSKY, 500)


@pytest.mark.parametrize("damage", ["", "x.o is damaged"])
def test_a_long_run_by_gmp_says_why(monkeypatch, capsys, damage):
    pretend(monkeypatch, pays=False, usable=True, kernels="to be compiled")
    monkeypatch.setattr(backend.BACKEND, "kernels", lambda: [SimpleNamespace(damage=damage)])
    advise_kernels(10**7)
    messages = capsys.readouterr().err
    assert ("a stored kernel is not used (x.o is damaged)" in messages) == bool(damage)
    assert "pi-engine tune" in messages and messages.count("\n") == 1
