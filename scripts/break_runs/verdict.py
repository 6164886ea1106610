"""What came of a run that was broken: found, repaired, harmless, loud, killed; or wrong or unseen, which must not be."""

from __future__ import annotations

import shutil
import signal
from typing import TYPE_CHECKING, NamedTuple

from pi_engine.checkpoint.checkpoint_folder import MANIFESTS
from scripts.break_runs.ends import AWAY
from scripts.break_runs.scenario import KEPT, OUTPUT

if TYPE_CHECKING:
    from scripts.break_runs.child import End
    from scripts.break_runs.ends import Attack
    from scripts.break_runs.scenario import Lab

OUTCOMES = ("not met", "harmless", "repaired", "found", "loud", "killed", "unseen", "wrong")
BAD = {"unseen", "wrong"}

_DOCUMENTED = {1, 2, 4, 5}
_VERIFICATION = 3


class Verdict(NamedTuple):
    """Attributes: outcome, one of OUTCOMES; detail, for whoever looks at it."""

    outcome: str
    detail: str = ""


def after_damage(lab: Lab) -> Verdict:
    """Go on with a damaged checkpoint.

    harmless: the digits are right, and nothing is said, because nothing that was damaged was used.
    repaired: they are right, and notes say what was damaged, which was computed again.
    found: the run is refused, and says what to do; after that the digits are right.
    unseen: something that was damaged was used without a word.
    wrong: other digits, an exit code that is not documented, or no way on.
    """
    altered, forged = lab.altered(), lab.has_forged_manifest()
    end = lab.command(lab.scenario.arguments(resume=True))
    if end.code == 0:
        verdict, used = _finished(lab, end), sorted(altered & end.loaded)
        unseen = verdict.outcome == "harmless" and (used or forged)
        return Verdict("unseen", f"used {used}") if unseen else verdict
    fault = _fault_of(end, _DOCUMENTED)
    return Verdict("wrong", fault) if fault else _as_told(lab, end)


def is_loud(end: End) -> bool:
    """Whether a run has ended with a documented exit code and one line that says why."""
    return not _fault_of(end, _DOCUMENTED)


def _fault_of(end: End, codes: set[int]) -> str:
    """What is wrong with the way in which a run has ended; empty if nothing is."""
    if end.code not in codes:
        return f"exit code {end.code}: {end.said[-500:]}"
    if "(a bug:" in end.said or "Traceback" in end.said or not end.error:
        return f"not one clear line: {end.said[-500:]}"
    return ""


def _as_told(lab: Lab, end: End) -> Verdict:
    """Do what the message says; then the digits must come out."""
    if "checkpoint clean" in end.error:
        cleaned = lab.command(["checkpoint", "clean", KEPT])
        if cleaned.code:
            return Verdict("wrong", f"{end.error}; then {cleaned.said}")
    elif "manifests of two runs" in end.error:
        own = {manifest.run for manifest in lab.manifests}
        for name in MANIFESTS:
            path = lab.kept / name
            if path.is_file() and not any(run.encode() in path.read_bytes() for run in own):
                path.unlink()
    again = lab.run()
    if again.code or not is_right(lab):
        return Verdict("wrong", f"{end.error}; then {again.code} {again.said[-300:]}")
    return Verdict("found", end.error)


def after_attack(lab: Lab, attack: Attack) -> Verdict:
    """Start or go on with a run that is attacked, and then go on with it undisturbed.

    not met: what was to happen did not.
    harmless, repaired: the run ends with the right digits all the same, without or with notes.
    loud: it ends with a documented exit code and one line that says why; the next one gives the right digits.
    killed: it is killed; the next one gives the right digits, and finds nothing damaged.
    """
    end = lab.run(attack.before, attack.during)
    _put_back(lab)
    killed = (end.code == -signal.SIGKILL and attack.kills) or (end.code == -signal.SIGABRT and attack.aborts)
    if not (end.met or killed):
        return Verdict("not met")
    wrong = [path.name for path in lab.folder.glob("pi*.txt") if path.read_bytes().strip() != lab.expected]
    if wrong:
        return Verdict("wrong", f"{wrong} hold other digits: {end.said[-300:]}")
    if end.code == 0:
        return _finished(lab, end)
    # What has ended while it took its checkpoint away has written its digits, and part of the checkpoint is gone.
    spotless = not (attack.reading or (lab.folder / OUTPUT).exists())
    fault = "" if killed else _fault_of(end, _DOCUMENTED | ({_VERIFICATION} if attack.reading else set()))
    fault = fault or _fault_of_next(lab, spotless=spotless)
    if fault:
        return Verdict("wrong", f"{end.code} {end.error}; then {fault}")
    return Verdict("killed" if killed else "loud", end.error)


def _finished(lab: Lab, end: End) -> Verdict:
    if not is_right(lab):
        return Verdict("wrong", "other digits, or none")
    return Verdict("repaired", end.notes[0]) if end.notes else Verdict("harmless")


def _fault_of_next(lab: Lab, *, spotless: bool) -> str:
    """What is wrong with the run after one that has ended early: nothing is damaged, and it leaves nothing, if `spotless`."""
    again = lab.run()
    if again.code or not is_right(lab):
        return f"{again.code} {again.said[-300:]}"
    # A temporary that may hold digits stays, and is named.
    left = sorted(
        path.name for path in lab.folder.iterdir() if not path.match("pi*.txt") and path.name not in again.said
    )
    if spotless and (again.notes or left):
        return f"damaged: {again.notes}, left: {left}"
    return ""


def _put_back(lab: Lab) -> None:
    """A folder that had vanished is back."""
    away = lab.folder / AWAY
    if away.exists():
        if lab.kept.exists():
            shutil.rmtree(lab.kept)
        away.rename(lab.kept)


def is_right(lab: Lab) -> bool:
    """Whether the file holds the digits, and is new."""
    path = lab.folder / OUTPUT
    right = path.is_file() and path.read_bytes().strip() == lab.expected
    path.unlink(missing_ok=True)
    return right
