"""Mutations of what lets a run go on: records, their checks, and what is said of a run that ends."""

from __future__ import annotations

from scripts.mutations.mutation import Mutation

RUNS = "tests/engine/resumption/test_run_checkpoint.py"
COMMAND = "tests/cli/commands/compute/test_kept_runs.py"
REPAIRS = "tests/engine/repair/test_repairs.py"
NUMBERS = "pi_engine/engine/resumption/kept_numbers.py"
RESIDUES = "pi_engine/bigint/residues/written_residues.py"
NODES = "pi_engine/engine/resumption/kept_nodes.py"
NODE_RECORD = "pi_engine/splitting/node_files/node_record.py"
KEPT = "pi_engine/engine/resumption/run_checkpoint.py"

SURVIVAL = [
    Mutation(
        "residues of what is loaded not compared",
        RESIDUES,
        "if expected is not None and find() != expected:",
        "if False:",
        RUNS,
    ),
    Mutation(
        "a node's errors not read", NODE_RECORD, "    if math.isnan(T) or math.isnan(P):\n", "    if False:\n", RUNS
    ),
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
    Mutation("a step not made again", "pi_engine/runtime/repairs.py", "MOST = 3\n", "MOST = 0\n", REPAIRS),
    Mutation(
        "a step made again without end",
        "pi_engine/runtime/repairs.py",
        "if len(self.made) >= MOST:",
        "if False:",
        REPAIRS,
    ),
    Mutation(
        "the same wrong number not known again",
        "pi_engine/runtime/repairs.py",
        "same = (self.reason, self.sides) == (other.reason, other.sides)",
        "same = False",
        REPAIRS,
    ),
    Mutation(
        "any two failures taken for an error of the program",
        "pi_engine/runtime/repairs.py",
        "same = (self.reason, self.sides) == (other.reason, other.sides)",
        "same = True",
        REPAIRS,
    ),
    Mutation(
        "the program blamed for an operand that has changed",
        "pi_engine/runtime/repairs.py",
        "return same and not (self.changed or other.changed)",
        "return same",
        REPAIRS,
    ),
    Mutation(
        "tables not made anew before a step is made again",
        "pi_engine/engine/repair/renewal.py",
        "            getattr(sys.modules[module], name).cache_clear()\n",
        "            pass\n",
        REPAIRS,
    ),
    Mutation(
        "nodes of a sum that is wrong taken again",
        "pi_engine/engine/summation.py",
        "            keeper.drop(plan.guard_bits)\n",
        "            pass\n",
        REPAIRS,
    ),
    Mutation(
        "the shadow not made again",
        "pi_engine/engine/summation.py",
        "            if again == shadow():\n",
        "            if True:\n",
        REPAIRS,
    ),
    Mutation(
        "a root that has changed taken again",
        "pi_engine/engine/fraction_of_series.py",
        "            self._radical = None\n",
        "            pass\n",
        REPAIRS,
    ),
    Mutation(
        "work counted twice", "pi_engine/runtime/progress.py", "        self.done = done\n", "        pass\n", REPAIRS
    ),
    Mutation(
        "a damaged record not named",
        "pi_engine/checkpoint/checkpoint_store.py",
        "        self.lost.append((key, note))\n",
        "",
        REPAIRS,
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
