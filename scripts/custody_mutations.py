"""Mutations of the chain of custody: every link of it taken out, one at a time. `mutation_check` runs them."""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """Replace `old`, which occurs once in `file`, by `new`; `tests` must then fail."""

    what: str
    file: str
    old: str
    new: str
    tests: str


TRACKED = "tests/bigint/test_tracked.py"
WALK = "tests/test_custody.py"
CHECKS = "tests/test_shadow.py tests/test_merge_checks.py tests/bigint/test_residues.py"

CUSTODY = [
    Mutation("custody: a product read anew", "pi_engine/bigint/tracked.py",
             "return self._with(self.value * factor.value, factor, operator.mul)",
             "return Tracked.of(self.value * factor.value)", TRACKED),
    Mutation("custody: a sum read anew", "pi_engine/bigint/tracked.py",
             "return self._with(self.value + other.value, other, operator.add)",
             "return Tracked.of(self.value + other.value)", TRACKED),
    Mutation("custody: a difference read anew", "pi_engine/bigint/tracked.py",
             "return self._with(self.value - other.value, other, operator.sub)", "return Tracked.of(self.value - other.value)", TRACKED),
    Mutation("custody: a shift read anew", "pi_engine/bigint/tracked.py",
             "return Tracked(self.value << bits, None if self.residues is None else self.residues * power_residues(2, bits))",
             "return Tracked.of(self.value << bits, check=self.residues is not None)", TRACKED),
    Mutation("custody: a cut read anew", "pi_engine/bigint/tracked.py", "return Tracked(kept, left * power_residues(2, -bits))",
             "return Tracked.of(kept)", TRACKED),
    Mutation("custody: what a cut loses read elsewhere", "pi_engine/bigint/moduli.py",
             "    return found * -1 if x < 0 else found\n\n\ndef _residues_of_pieces",
             "    return found\n\n\ndef _residues_of_pieces", TRACKED),
    Mutation("custody: a word's quotient not compared", "pi_engine/bigint/tracked.py",
             "            require_equal(found.residues * divisor + int(rest), self.residues, what)\n", "            pass\n", TRACKED),
    Mutation("custody: a word's remainder of any size", "pi_engine/bigint/tracked.py",
             "            require(0 <= rest < divisor, what)\n", "", TRACKED),
    Mutation("custody: the sign of a component read after its magnitude", "pi_engine/series/combination.py",
             "self.T - quotient if negative else", "self.T - quotient if ((T.value < 0) != (Q.value < 0)) != (c < 0) else",
             "tests/test_evaluation.py"),
    Mutation("custody: the digit before the point read anew", "pi_engine/radix/words_of_fraction.py",
             "power_residues(10, digits) * integer.residues", "power_residues(10, digits) * int(integer.value)", WALK),
    Mutation("custody: a numerator read anew", "pi_engine/bigint/division.py", "n.residues * 2**shift, \"the quotient\")",
             "residues(n.value, threads) * 2**shift, \"the quotient\")", TRACKED),
    Mutation("custody: a divisor read anew", "pi_engine/bigint/division.py", "found.residues * d.residues * 2**shift",
             "found.residues * residues(d.value, threads) * 2**shift", TRACKED),
    Mutation("custody: a root's square read anew", "pi_engine/bigint/division.py", "n.residues * 4**shift, \"the square root\")",
             "residues(n.value, threads) * 4**shift, \"the square root\")", TRACKED),
    Mutation("custody: the shadow's numbers read again", "pi_engine/splitting/shadow.py",
             "return Tracked(root.Q, found[0]), Tracked(root.T, found[1])", "return Tracked.of(root.Q + 0), Tracked(root.T + 0)", WALK),
    Mutation("custody: leading bits read anew", "pi_engine/series/evaluation.py", "return Q.cut(excess, threads), T.cut(excess, threads)",
             "return Tracked(Q.cut(excess, threads).value), Tracked(T.cut(excess, threads).value)", WALK),
    Mutation("custody: a component read anew", "pi_engine/series/combination.py",
             "(Tracked.of(x, check=self._check, threads=threads) for x in (T, Q))",
             "(Tracked.of(getattr(x, 'value', x)) for x in (T, Q))", WALK),
    Mutation("custody: Q and T of the quotient read anew", "pi_engine/series/evaluation.py",
             "[Tracked.of(pair.pop(0), check=check, threads=threads) for _ in range(2)]",
             "[Tracked.of(getattr(pair.pop(0), 'value', 0), check=check) for _ in range(2)]", WALK),
    Mutation("custody: the fraction without residues", "pi_engine/series/evaluation.py",
             "return BinaryFraction(mantissa.value, bits, ERROR_UNITS, mantissa.residues)",
             "return BinaryFraction(mantissa.value, bits, ERROR_UNITS)", WALK),
    Mutation("custody: the fraction read anew for the words", "pi_engine/radix/words_of_fraction.py",
             "whole = fraction.mantissa if fraction.residues is None else Tracked(fraction.mantissa, fraction.residues)",
             "whole = fraction.mantissa", WALK),
    Mutation("custody: the fraction read anew for the scaling", "pi_engine/radix/conversion.py", "fraction.residues or residues(X)",
             "residues(X)",
             WALK),
    Mutation("custody: a mantissa of the quotient read anew", "pi_engine/bigint/root_quotient.py",
             "    return (x.cut(exponent, threads) if",
             "    return (Tracked.of(x.cut(exponent, threads).value, check=x.residues is not None) if", WALK),
    Mutation("custody: the numerator of the quotient not compared", "pi_engine/bigint/root_quotient.py", "+ low, self.K, \"the numerator",
             "+ low, self.k * power_residues(2, 64 * self.h) + low, \"the numerator", WALK),
    Mutation("custody: the last product of the root not carried on", "pi_engine/bigint/root_quotient.py",
             "Tracked(shifted(product, h), high)", "Tracked.of(shifted(product, h), check=bool(step))", WALK),
    Mutation("custody: a large merge's residues read, not derived", "pi_engine/splitting/upper_tree.py",
             "            self.residues = expected, whole\n",
             "            self.residues = self.read(threads), self.read(threads)\n", "tests/test_truncation.py"),
    Mutation("custody: a level's second modulus not compared", "pi_engine/splitting/merge_check_kernel.py",
             "    return node[row, i, FIRST] == first and node[row, i, SECOND] == second\n",
             "    return node[row, i, FIRST] == first\n", CHECKS),
    Mutation("custody: a level's T modulo the second modulus not compared", "pi_engine/splitting/merge_check_kernel.py",
             "    return node[2, i, FIRST] == first and node[2, i, SECOND] == second % load(table, PRIME)\n",
             "    return node[2, i, FIRST] == first\n", CHECKS),
    Mutation("custody: a product's second modulus not compared", "pi_engine/bigint/residue_kernels.py",
             "first == load(found, 4) and second == load(found, 5)", "first == load(found, 4)", CHECKS),
    Mutation("custody: powers of ten modulo one prime", "pi_engine/radix/powers.py",
             "require_equal(residues_of_limbs(limbs, threads), expected_power",
             "residues_of_limbs(limbs, threads).values[0] == 0 and require_equal(residues_of_limbs(limbs, threads), expected_power",
             "tests/test_residue_checks.py"),
]  # fmt: skip
