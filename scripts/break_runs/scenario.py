"""Short runs whose trees have nodes on disk, and what each of them has kept at every step."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, NamedTuple

import pi_engine
from pi_engine.bigint import product
from pi_engine.checkpoint import record_file
from pi_engine.checkpoint.checkpoint_folder import LOCK, MANIFESTS
from pi_engine.checkpoint.manifest import Manifest, parse_manifest
from pi_engine.engine import result_file
from pi_engine.engine.evaluation import pi_fraction
from pi_engine.engine.planning.backend import BACKEND
from pi_engine.engine.resumption import writing_share
from pi_engine.engine.resumption.run_checkpoint import RunCheckpoint
from pi_engine.runtime import tuning
from pi_engine.splitting.compiled import compiled_tree
from scripts.break_runs.child import End, run_in_child

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

KEPT, OUTPUT = "kept", "pi.txt"

Files = dict[str, bytes]


class Scenario(NamedTuple):
    """A run, by its parameters."""

    name: str
    digits: int
    series: str
    base: int = 10
    compiled: bool = True

    def arguments(self, *, resume: bool) -> list[str]:
        """The command."""
        words = ["compute", str(self.digits), "--series", self.series, "--base", str(self.base), "--threads", "1"]
        words += ["-o", OUTPUT, "--force", "--json", "--checkpoint", KEPT]
        return [*words, "--resume"] if resume else words

    def configure(self) -> None:
        """Make this process one in which such runs keep every node of a small tree, and each record has several blocks."""
        writing_share.SHARE = 1e12
        tuning.stored = lambda path=None: None  # noqa: ARG005 (as what it stands for): what `tune` has measured does not count
        product.thresholds.cache_clear()
        compiled_tree.CHUNK_BITS, compiled_tree.SUBTREE_BITS = 1 << 13, 4000
        pi_fraction.FUSED_FROM_BITS = 20_000
        record_file.BLOCK, record_file.SYNC_BYTES = 4096, 8192
        result_file._SCRATCH = "."  # noqa: SLF001 (what is saved elsewhere must be found)
        os.environ["TMPDIR"] = "."
        compiled = self.compiled
        BACKEND.pays = lambda digits: compiled  # type: ignore[method-assign] # noqa: ARG005 (named as what it stands for)


SCENARIOS = (
    Scenario("chudnovsky", 10_000, "chudnovsky"),
    Scenario("machin", 2000, "machin"),
    Scenario("ramanujan, base 16", 2000, "ramanujan", 16),
    Scenario("chudnovsky, plain path", 3000, "chudnovsky", compiled=False),
)
"""Many nodes; several sums; another series and base; and the path without nodes."""


class Lab:
    """A folder in which runs of one scenario are broken.

    Attributes:
        scenario: the run.
        folder: where the command is run.
        expected: the digits, as the plain path gives them.
        states: the files of the checkpoint after each step of one run.
        strangers: those of another run with the same parameters at its end.
        known: every record file of that run, by name.
        manifests: every manifest of it.
    """

    def __init__(self, scenario: Scenario, place: Path) -> None:
        """Run it twice, and copy its files at every step."""
        self.scenario, self.folder = scenario, place
        place.mkdir()
        if scenario.compiled:
            BACKEND.load()
        self.expected = pi_engine.compute(scenario.digits, base=scenario.base, threads=1).text().encode()
        self.states = self._states()
        self.strangers = self._states()[-1]
        self.known: Files = {
            name: text for files in self.states for name, text in files.items() if name not in MANIFESTS
        }
        self.manifests = [m for files in self.states for m in _manifests(files).values()]

    @property
    def kept(self) -> Path:
        """The checkpoint's folder."""
        return self.folder / KEPT

    def run(self, before: Callable[[], None] | None = None, during: Callable[[int], None] | None = None) -> End:
        """Start the command, or go on with what is there."""
        resume = any(os.path.lexists(self.kept / name) for name in MANIFESTS)
        return self.command(self.scenario.arguments(resume=resume), before, during)

    def command(
        self, words: list[str], before: Callable[[], None] | None = None, during: Callable[[int], None] | None = None
    ) -> End:
        """A command in a process of its own."""

        def prepare() -> None:
            os.chdir(self.folder)
            self.scenario.configure()
            if before is not None:
                before()

        return run_in_child(words, prepare, during)

    def put(self, files: Mapping[str, bytes] | None) -> None:
        """Have the folder hold a checkpoint of these files and nothing else; None for no checkpoint."""
        self.clear()
        if files is not None:
            self.kept.mkdir()
            for name, content in files.items():
                (self.kept / name).write_bytes(content)

    def clear(self) -> None:
        """Empty the folder."""
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()

    def files(self) -> Files:
        """The regular files of the checkpoint."""
        if not self.kept.is_dir():
            return {}
        return {
            path.name: path.read_bytes()
            for path in sorted(self.kept.iterdir())
            if path.is_file() and not path.is_symlink() and path.name != LOCK
        }

    def altered(self) -> set[str]:
        """Records that are not what the run has kept under that name."""
        return {
            name
            for name, content in self.files().items()
            if name.endswith(".limbs") and self.known.get(name) != content
        }

    def has_forged_manifest(self) -> bool:
        """Whether a manifest would be taken for one that no run has written."""
        strange = list(_manifests(self.strangers).values())
        return any(found not in self.manifests and found not in strange for found in _manifests(self.files()).values())

    def _states(self) -> list[Files]:
        """The files of a run at each step, in the order of the steps."""
        snaps = self.folder.with_name(f"{self.folder.name} steps")

        def copy_at_steps() -> None:
            real, count = RunCheckpoint.step_done, [0]

            def step_done(kept: RunCheckpoint) -> None:
                shutil.copytree(KEPT, snaps / f"{count[0]:04}")
                count[0] += 1
                real(kept)

            RunCheckpoint.step_done = step_done  # type: ignore[method-assign, assignment]

        snaps.mkdir()
        self.put(None)
        end = self.command(self.scenario.arguments(resume=False), copy_at_steps)
        assert end.code == 0, end
        assert (self.folder / OUTPUT).read_bytes().strip() == self.expected
        found = [
            {path.name: path.read_bytes() for path in sorted(step.iterdir()) if path.name != LOCK}
            for step in sorted(snaps.iterdir())
        ]
        shutil.rmtree(snaps)
        return found


def _manifests(files: Files) -> dict[str, Manifest]:
    """Those that can be read."""
    found = {}
    for name in MANIFESTS:
        try:
            found[name] = parse_manifest(files[name], name)
        except (KeyError, pi_engine.CorruptFileError):
            continue
    return found
