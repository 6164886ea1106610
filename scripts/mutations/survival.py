"""Mutations of what lets a run go on: records, their checks, and what is said of a run that ends."""

from __future__ import annotations

from scripts.mutations.mutation import Mutation

RUNS = "tests/engine/resumption/test_run_checkpoint.py"
STORE = "tests/checkpoint/test_checkpoint_store.py tests/checkpoint/test_damage.py"
COMMAND = "tests/cli/commands/compute/test_kept_runs.py"
NUMBERS = "pi_engine/engine/resumption/kept_numbers.py"
NODES = "pi_engine/engine/resumption/kept_nodes.py"
KEPT = "pi_engine/engine/resumption/run_checkpoint.py"

SURVIVAL = [
    Mutation(
        "residues of what is loaded not compared",
        NUMBERS,
        "if expected is not None and find() != expected:",
        "if False:",
        RUNS,
    ),
    Mutation("a node's errors not read", NODES, "    if math.isnan(T) or math.isnan(P):\n", "    if False:\n", RUNS),
    Mutation(
        "a record with other numbers taken",
        NUMBERS,
        "not known.keys() == signs.keys() == names",
        "known.keys() != known.keys()",
        RUNS,
    ),
    Mutation(
        "halves not kept as the run ends", NODES, "        if self._run.stopping and", "        if False and", RUNS
    ),
    Mutation(
        "cuts of the earlier run not taken", NODES, "                cuts = earlier\n", "                pass\n", RUNS
    ),
    Mutation("a node beside its halves", NODES, "            drop=self._within(lo, hi),", "            drop=(),", RUNS),
    Mutation("another prime", KEPT, "        adopt_prime(store.prime)\n", "", RUNS),
    Mutation(
        "everything kept",
        "pi_engine/engine/resumption/writing_share.py",
        "        return SHARE * saved",
        "        return True or SHARE * saved",
        RUNS,
    ),
    Mutation("the run not ended", KEPT, "            raise self._end\n", "            pass\n", RUNS),
    Mutation(
        "the digits of another run taken",
        "pi_engine/engine/resumption/equal_parameters.py",
        '        "digits": digits,\n',
        "",
        RUNS,
    ),
    Mutation(
        "the child killed at the first signal",
        "pi_engine/cli/process/supervision.py",
        "math.inf if self.finishes else now",
        "now",
        COMMAND,
    ),
    Mutation(
        "the second signal not heard",
        "pi_engine/cli/process/supervision.py",
        "elif self.finishes and now > heard_at",
        "elif False and now > heard_at",
        COMMAND,
    ),
    Mutation(
        "the checkpoint left behind",
        "pi_engine/cli/commands/compute/kept_run.py",
        "        kept.clean()\n",
        "",
        COMMAND,
    ),
]
