"""Other kernels are noted and refuse nothing: the digits are the same."""

import pi_engine
from pi_engine import series
from pi_engine.checkpoint.checkpoint_report import read_checkpoint
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from tests.backends import pretend

DIGITS = 5000


def run(folder, *, resume, end=False):
    """What a run has done with its checkpoint; with `end` it stops when its first record is kept."""
    with RunCheckpoint.open(folder, DIGITS, 10, series.get("chudnovsky"), check=True, resume=resume) as kept:
        if end:
            kept.stop(KeyboardInterrupt())
        try:
            result = pi_engine.compute(DIGITS, checkpoint=kept)
        except KeyboardInterrupt:
            return kept.use, None
        return kept.use, result.text()


def test_other_kernels_go_on_and_are_noted(tmp_path, compiled_path, monkeypatch):
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    folder, expected = tmp_path / "kept", pi_engine.compute(DIGITS).text()
    run(folder, resume=False, end=True)
    here = BACKEND.version()
    assert read_checkpoint(folder).manifest.versions["kernels"] == here
    use, _ = run(folder, resume=True, end=True)
    assert use.notes == [] and use.loaded
    monkeypatch.setattr(BACKEND, "version", lambda: "other-kernels")
    use, text = run(folder, resume=True)
    assert use.loaded and text == expected
    (note,) = use.notes
    assert note == (
        f"the kernels of the earlier run were {here}, and those of this one are other-kernels: its records are used, each "
        "compared with its residues"
    )
    assert read_checkpoint(folder).manifest.versions["kernels"] == "other-kernels"


def test_the_plain_path_has_none(tmp_path, compiled_path, monkeypatch):
    """It goes on with what kernels have made, and nothing is to be said of it."""
    folder, expected = tmp_path / "kept", pi_engine.compute(DIGITS).text()
    run(folder, resume=False, end=True)
    pretend(monkeypatch, pays=False)
    monkeypatch.setattr(writing_share, "SHARE", 1e12)
    use, text = run(folder, resume=True)
    assert use.loaded and use.notes == [] and text == expected
    versions = read_checkpoint(folder).manifest.versions
    assert versions["kernels"] == "none" and versions["pi_engine"] == pi_engine.__version__
