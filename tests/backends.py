"""The process's backend as a test wants it, whatever this machine has stored and the process loaded."""

from pi_engine.engine.planning.backend import BACKEND


def pretend(monkeypatch, *, pays=None, kernels=None, usable=None):
    """Say whether the compiled path pays, at every size or by a function of the digits; where its kernels are; whether they run here."""
    if pays is not None:
        monkeypatch.setattr(BACKEND, "pays", pays if callable(pays) else lambda digits: pays)
    if kernels is not None:
        monkeypatch.setattr(BACKEND, "loaded", lambda: kernels == "loaded")
        monkeypatch.setattr(BACKEND, "stored", lambda: kernels != "to be compiled")
        monkeypatch.setattr(BACKEND, "missing_seconds", lambda: 56.0 if kernels == "to be compiled" else 0.0)
    if usable is not None:
        monkeypatch.setattr(BACKEND, "usable", lambda: usable)
