"""Break whole runs with a checkpoint, and count by kind what came of it.

    python -m scripts.break_runs COUNT [--kills N] [--disks N] [--seed N] [--seconds S] [--only TEXT] [--show]

COUNT faults are shared out over damages of the files between two runs, and over kills and refusals of the system within one. --kills is
how many kills at random moments come besides; --disks how many small disks for each state of each run, which only root may mount.

Every run goes on to identical digits, or ends loudly and goes on to them after that; exits with 1 if one of them did not.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.break_runs import disks
from scripts.break_runs.damages import BYTES, DAMAGES, SPECIAL
from scripts.break_runs.ends import ATTACKS, RANDOM_KILL, calls_of, random_kill
from scripts.break_runs.scenario import SCENARIOS, Lab
from scripts.break_runs.verdict import BAD, OUTCOMES, Verdict, after_attack, after_damage

if TYPE_CHECKING:
    from collections.abc import Sequence

Table = Counter[tuple[str, str]]

_PATIENCE = 6
"""How often a fault is drawn again that was not met."""

_DAMAGES_OF_TEN = 7
_SEVERAL = 0.1
"""Of the faults, those that are damages, in tenths; the part of these that two come together with."""


class Breaker:
    """Breaks runs of all scenarios."""

    def __init__(self, place: Path, rng: random.Random) -> None:
        """Prepare them in a folder."""
        self.rng, self.labs = rng, [Lab(scenario, place / f"{i}") for i, scenario in enumerate(SCENARIOS)]
        self.seconds, self.calls = {}, {}
        for lab in self.labs:
            begin = time.perf_counter()
            lab.put(None)
            lab.run()
            self.seconds[lab] = time.perf_counter() - begin
            self.calls[lab] = calls_of(lab)

    def damage(self, kind: str) -> Verdict:
        """One damage, or two."""
        lab = self.rng.choice(self.labs)
        lab.put(self.rng.choice(lab.states))
        before = _everything(lab.kept)
        DAMAGES[kind](lab, self.rng)
        if self.rng.random() < _SEVERAL and kind != SPECIAL and lab.files():
            self.rng.choice(BYTES)(lab, self.rng)
        return Verdict("not met") if _everything(lab.kept) == before else after_damage(lab)

    def attack(self, kind: str) -> Verdict:
        """One attack on a run that begins, or goes on."""
        lab = self.rng.choice(self.labs)
        lab.put(self.rng.choice([None, *lab.states]))
        if kind == RANDOM_KILL:
            return after_attack(lab, random_kill(self.rng, self.seconds[lab]))
        return after_attack(lab, ATTACKS[kind](self.rng, self.calls[lab]))

    def until_met(self, kind: str) -> Verdict:
        """A fault of a kind, drawn again until it is met."""
        for _ in range(_PATIENCE):
            verdict = self.damage(kind) if kind in DAMAGES else self.attack(kind)
            if verdict.outcome != "not met":
                break
        return verdict


def _everything(folder: Path) -> dict[str, object]:
    """The files of a folder, and what else has a name there."""
    return {
        p.name: p.read_bytes() if p.is_file() and not p.is_symlink() else p.lstat().st_mode for p in folder.iterdir()
    }


def _kinds(count: int, kills: int, only: str, rng: random.Random) -> list[str]:
    """The kind of each fault."""
    found = [rng.choice(list(DAMAGES if rng.randrange(10) < _DAMAGES_OF_TEN else ATTACKS)) for _ in range(count)]
    found += [RANDOM_KILL] * kills
    rng.shuffle(found)
    return [kind for kind in found if only in kind]


def break_runs(seed: str, kinds: Sequence[str], rounds: int, end: float, *, show: bool) -> Table:
    """Break runs in each of these ways, then on so many disks of their own for each state, and count what comes of it.

    No fault begins after `end`, by `time.monotonic`.
    """
    rng, table = random.Random(seed), Table()  # noqa: S311 (no secret)
    memory = Path("/dev/shm")  # noqa: S108 (a folder of our own in it)
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None, prefix="break-runs-") as place:
        breaker = Breaker(Path(place), rng)
        for i, kind in enumerate(kinds):
            if time.monotonic() > end:
                print(f"the time is over: {len(kinds) - i} faults are left out", flush=True)
                break
            verdict = breaker.until_met(kind)
            table[kind, verdict.outcome] += 1
            if show or verdict.outcome in BAD:
                print(f"{i} {kind}: {verdict.outcome}: {verdict.detail}", flush=True)
        table.update(disks.broken(breaker.labs, rng, rounds))
    return table


def main() -> int:
    """Run it."""
    assert __doc__
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many faults")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    parser.add_argument("--kills", type=int, default=0, metavar="N", help="kills at random moments besides")
    parser.add_argument(
        "--disks", type=int, default=0, metavar="N", help="small disks for each state of each run, and a read-only one"
    )
    parser.add_argument(
        "--seconds", type=float, default=math.inf, metavar="S", help="after which no further fault begins"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="only kinds whose name contains this")
    parser.add_argument("--show", action="store_true", help="print what came of each fault")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng = random.Random(options.seed)  # noqa: S311 (no secret)
    begin = time.perf_counter()
    kinds, end = _kinds(options.count, options.kills, options.only, rng), time.monotonic() + options.seconds
    table = break_runs(f"{options.seed}", kinds, options.disks, end, show=options.show)
    _print(table)
    bad = sum(count for (_, outcome), count in table.items() if outcome in BAD)
    kills = sum(count for (_, outcome), count in table.items() if outcome == "killed")
    met = sum(count for (_, outcome), count in table.items() if outcome != "not met")
    print(f"{met} faults in {time.perf_counter() - begin:.0f} s, {kills} of them kills; {bad} wrong or unseen")
    return bool(bad)


def _print(table: Table) -> None:
    print(f"{'kind':30} " + " ".join(f"{outcome:>8}" for outcome in OUTCOMES))
    for kind in dict.fromkeys([*DAMAGES, *ATTACKS, RANDOM_KILL, *disks.KINDS]):
        row = [table[kind, outcome] for outcome in OUTCOMES]
        if any(row):
            print(f"{kind:30} " + " ".join(f"{count:8}" for count in row))
    total = [sum(count for (_, found), count in table.items() if found == outcome) for outcome in OUTCOMES]
    print(f"{'all':30} " + " ".join(f"{count:8}" for count in total))


if __name__ == "__main__":
    sys.exit(main())
