"""Break the program on purpose, one place at a time, and see the tests fail.

    python scripts/mutation_check.py [WORD ...]      only the mutations whose description contains a word

Each mutation is applied to a copy of the tree; the tests named beside it must fail. Exits with 1 if any survives.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.custody_mutations import CUSTODY, Mutation  # noqa: E402 (of this tree)

SUM = "tests/test_series.py tests/test_splitting.py tests/test_evaluation.py"
MULTIPLY = "tests/bigint/test_bounds.py tests/bigint/test_multiply.py tests/bigint/test_product.py"
COMPUTE = "tests/test_evaluation.py tests/test_compute.py"
NEAR_INTEGER = "tests/test_near_integer.py tests/test_near_integer_command.py"
BBP = "tests/test_bbp.py"
LANES = "tests/bigint/test_lane_arithmetic.py"
SPLITTING = "tests/test_fast_splitting.py"
BY_BBP = "tests/test_by_bbp.py"
FULL = "tests/test_full_check.py tests/test_tail.py"
CERTIFICATE = "tests/test_certificate.py"
BY_RESIDUES = "tests/test_by_residues.py"
BLOCKS = "tests/test_shadow_blocks.py"
FAULTS = "tests/test_machine_faults.py"
INTERRUPTS = "pi_engine/cli/interrupts.py"
RESIDUES = "tests/bigint/test_residues.py"
PROCESSES = "tests/test_processes.py"
CHECKS = "tests/test_residue_checks.py tests/test_shadow.py tests/test_merge_checks.py"
TRUNCATION = "tests/test_truncation.py tests/test_cuts.py"
READ_BACK = "tests/files/test_read_back.py"
RADIX = "tests/test_radix.py tests/test_word_text.py"

MUTATIONS = [
    Mutation("sign of p(k)", "pi_engine/series/ramanujan_sato.py", "constant if m > 0 else -constant", "constant", SUM),
    Mutation("no growth in the tail", "pi_engine/series/tail.py", "e = growth_exponent(summed) + summed.a.degree",
             "e = summed.a.degree", SUM),
    Mutation("interval not centred", "pi_engine/radix/conversion.py", "fraction.residues or residues(X)).without(E)",
             "fraction.residues or residues(X))", COMPUTE),
    Mutation("interval too short", "pi_engine/radix/conversion.py", "if R + 2 * E * odd", "if R + 3 * E * odd // 2", COMPUTE),
    Mutation("threads not cancelled", "pi_engine/splitting/tree.py", "        meter.cancelled = True\n", "", SUM),
    Mutation("lock not released", "pi_engine/splitting/tree.py", "    release_gil(True)", "    release_gil(False)", SUM),
    Mutation("folder not synced", "pi_engine/digits/durable.py",
             "            with_retries(lambda: os.fsync(descriptor))", "            pass", "tests/test_output_files.py"),
    Mutation("one term less", "pi_engine/series/tail.py", "            high = middle\n    return high",
             "            high = middle\n    return max(1, high - 1)", COMPUTE),
    Mutation("one term more", "pi_engine/series/tail.py", "            high = middle\n    return high",
             "            high = middle\n    return high + 1", SUM),
    Mutation("guard bits taken away", "pi_engine/radix/conversion.py", " + guard_bits\n", "\n", COMPUTE),
    Mutation("open digits not seen", "pi_engine/radix/conversion.py", "if R + 2 * E * odd >", "if R - R - 1 >", COMPUTE),
    Mutation("error bound too small", "pi_engine/series/evaluation.py", "ERROR_UNITS = 8", "ERROR_UNITS = 1", COMPUTE),
    Mutation("tail not small enough", "pi_engine/series/evaluation.py", "GUARD = 8", "GUARD = -14", COMPUTE),
    Mutation("T₁Q₁ for T₁Q₂ in the merge", "pi_engine/splitting/node.py", "left.T * right.Q + left.P * right.T",
             "left.T * left.Q + left.P * right.T", SUM),
    Mutation("merge in the wrong order", "pi_engine/splitting/tree.py", "node = merge(left, right)",
             "node = merge(right._replace(P=right.P or left.P), left._replace(P=right.P and left.P))", SUM),
    Mutation("parallel merge in the wrong order", "pi_engine/splitting/tree.py", "_product, left.P, right.T",
             "_product, left.P, left.T", SUM),
    Mutation("shadow without its last term", "pi_engine/splitting/shadow.py", "end - first)", "end - first - 1)", SUM),
    Mutation("a block of the shadow too few", "pi_engine/splitting/shadow_blocks.py", "return size * degree + last_degree + 1",
             "return size * degree + last_degree", BLOCKS),
    Mutation("the sign of the shadow's differences", "pi_engine/splitting/shadow_blocks.py", "[2 * multiples - row if j % 2 else",
             "[2 * multiples - row if j % 2 == 0 else", BLOCKS),
    Mutation("a folded difference that exceeds M", "pi_engine/splitting/shadow_blocks.py", "[2 * multiples - row if",
             "[multiples - row if", BLOCKS),
    Mutation("the larger degree of p and q", "pi_engine/splitting/shadow_blocks.py", "max(series.p.degree, series.q.degree, 0)",
             "max(series.q.degree, 0)", BLOCKS),
    Mutation("the degree of an a that is 0", "pi_engine/splitting/shadow_blocks.py", "max(series.a.degree, 0)",
             "series.a.degree", BLOCKS),
    Mutation("what is missing not compiled", "pi_engine/engine.py", "prepare_fast_path(clock.progress)\n", "pass\n",
             "tests/test_fast_path.py"),
    Mutation("the shadow's blocks folded too late", "pi_engine/splitting/shadow_blocks.py", "_STEPS = 23", "_STEPS = 24", BLOCKS),
    Mutation("the shadow's blocks in the wrong order", "pi_engine/splitting/shadow_blocks.py", "for row in others:",
             "for row in reversed(others):", BLOCKS),
    Mutation("what blocks leave of the shadow", "pi_engine/splitting/shadow.py", "looped_residues(series, 1 + done, terms, prime)",
             "looped_residues(series, 1 + done, terms - 1, prime)", BLOCKS),
    Mutation("series: components rounded too coarsely", "pi_engine/series/combination.py",
             "self._bits = bits + GUARD + ", "self._bits = bits - 4 + ", "tests/test_evaluation.py"),
    Mutation("series: a component's coefficient not weighed", "pi_engine/series/tail.py", "log2_sum - weight -",
             "log2_sum -", "tests/test_series.py"),
    Mutation("series: π² without its root", "pi_engine/series/evaluation.py", "if form.power == 2:",
             "if form.power == 3:", "tests/test_evaluation.py"),
    Mutation("series: what is no catalogue's not compared", "pi_engine/engine.py",
             "    reference = []\n    if not series_room.is_catalogued(plan.series):", "    reference = []\n    if plan.base == 7:",
             "tests/test_user_series.py"),
    Mutation("series: digits beyond the iteration's not compared", "pi_engine/full_check.py",
             "        require_equal(plan.series, text, expected)", "        pass", "tests/test_user_series.py"),
    Mutation("series: forms counted that are not primitive", "pi_engine/series/class_number.py",
             " and gcd(a, b, c) == 1", " and gcd(a, b, c) >= 1", "tests/test_derivation.py"),
    Mutation("series: a fraction recognised too soon", "pi_engine/series/recognition.py", "* (1 << bits) < 1",
             "* (1 << (bits // 2)) < 1", "tests/test_derivation.py"),
    Mutation("series: a minus sign not read", "pi_engine/series/expression.py", 'if sign == "-" else value',
             'if sign == "~" else value', "tests/test_user_series.py tests/test_series_expressions.py"),
    Mutation("series: a step of the oracle less", "pi_engine/verify/iterations.py", "_HALF_TURN_BITS = 4.53",
             "_HALF_TURN_BITS = 9.06", "tests/test_iterations.py"),
    Mutation("a polynomial's coefficient", "pi_engine/series/ramanujan_sato.py", "13591409, 545140134", "13591409, 545140135", COMPUTE),
    Mutation("rounded instead of truncated", "pi_engine/radix/conversion.py", "    D = L >> shift",
             "    D = (L + (mpz(1) << (shift - 1))) >> shift", COMPUTE),
    Mutation("hash of a piece", "pi_engine/radix/digit_hash.py", "powmod(self._base, len(piece), modulus)",
             "powmod(self._base, len(piece) + 1, modulus)", "tests/test_compute.py"),
    Mutation("known position off by one", "pi_engine/verify/known.py", "int(end) - 9", "int(end) - 8", "tests/test_sabotage.py"),
    Mutation("no fsync before the rename", "pi_engine/digits/durable.py", "    sync(stream.fileno())\n", "", "tests/test_output_files.py"),
    Mutation("temporary left behind", "pi_engine/digits/pending_file.py", "                self.path.unlink(missing_ok=True)",
             "                pass", "tests/test_output_files.py"),
    Mutation("a file's bytes not compared", "pi_engine/digits/writer.py",
             "        if _bytes_at(place) != written:\n            return False\n",
             "        _bytes_at(place)\n", READ_BACK),
    Mutation("a text's bytes not compared", "pi_engine/digits/text_file.py", "same = found.found() == written.found() and",
             "same = bool(found.found()) and", READ_BACK),
    Mutation("one modulus of a file", "pi_engine/digits/writer.py", "(found.values, found.count) == (expected.values,",
             "(found.values[0], found.count) == (expected.values[0],", READ_BACK),
    Mutation("one modulus of a text", "pi_engine/digits/text_file.py", " and digit_hash.values == list(residues.values())",
             " and digit_hash.values[0] == next(iter(residues.values()))", READ_BACK),
    Mutation("a link taken for a piece", "pi_engine/digits/ycd_set.py", "if match is None or not stat.S_ISREG(path.lstat().st_mode):",
             "if match is None:", "tests/files/test_set_replacement.py"),
    Mutation("foreign content taken for a piece", "pi_engine/digits/ycd_set.py", "    return header.block_id == int(match[\"id\"])",
             "    return True", "tests/files/test_set_replacement.py"),
    Mutation("the old set removed before the new one has its name", "pi_engine/digits/pending_set.py",
             "        durable.with_retries(lambda: self.target.rename(aside))\n",
             "        durable.with_retries(lambda: self.target.rename(aside))\n        remove_pieces(aside)\n",
             "tests/files/test_set_replacement.py"),
    Mutation("a broken-off replacement not finished", "pi_engine/digits/pending_set.py", "    if not os.path.lexists(target):\n",
             "    if target is None:\n", "tests/files/test_set_replacement.py"),
    Mutation("the first block alone for a header", "pi_engine/digits/head.py", "if len(head) >= LEAST_DIGITS:", "if head:",
             "tests/files/test_conversion.py tests/files/test_small_pieces.py"),
    Mutation("a twiddle", "pi_engine/bigint/twiddles.py", "turned = mulmod_reduced(root, imaginary", "turned = mulmod_reduced(root, root",
             MULTIPLY),
    Mutation("a sign in a butterfly", "pi_engine/bigint/butterflies.py",
             "    a2 = x0 - x2\n    a3 = mulmod(x1 - x3", "    a2 = x2 - x0\n    a3 = mulmod(x1 - x3", MULTIPLY),
    Mutation("a reduction in a row's last pass", "pi_engine/bigint/butterflies.py", "a2 = reduce(x0 - x2, one_over_p, p)",
             "a2 = x0 - x2", MULTIPLY),
    Mutation("a reduction in a butterfly", "pi_engine/bigint/butterflies.py",
             "    x0 = reduce(x0, one_over_p, p)\n    x2 = mulmod(x2, square", "    x2 = mulmod(x2, square", MULTIPLY),
    Mutation("a carry between limbs", "pi_engine/bigint/crt.py", "        carry = value >> 8\n", "        carry = 0\n", MULTIPLY),
    Mutation("a carry in the sum of pieces", "pi_engine/bigint/carry.py", "            if total < term:\n                carry = _ONE\n",
             "", MULTIPLY),
    Mutation("a thread's spill", "pi_engine/bigint/transform.py", "    for last, spills in ends:", "    for last, spills in ends[:1]:",
             MULTIPLY),
    Mutation("coefficients one bit too long", "pi_engine/bigint/sizes.py", "    return min(MAX_BETA, int(",
             "    return min(MAX_BETA, 1 + int(", MULTIPLY),
    Mutation("the factor of a theta duplication", "pi_engine/verify/theta.py", "bits, threads) << 2)", "bits, threads) << 1)",
             NEAR_INTEGER),
    Mutation("the tail of exp", "pi_engine/verify/exponential.py", ">= w + 3:", ">= w - 64:", NEAR_INTEGER),
    Mutation("a factorial in a leaf of exp", "pi_engine/verify/exponential.py", "T * p, quotient * (start + 1)", "T * p, quotient",
             NEAR_INTEGER),
    Mutation("the error of j", "pi_engine/verify/near_integer.py", "ERROR_BITS = 19", "ERROR_BITS = 0", NEAR_INTEGER),
    Mutation("an interval for pi on the wrong side", "pi_engine/verify/near_integer.py", "middle = -change / root",
             "middle = change / root", NEAR_INTEGER),
    Mutation("a power's bit not doubled", "pi_engine/verify/bbp_kernel.py", "        x = r * factor\n", "        x = r\n", BBP),
    Mutation("BBP's integers without the remainder", "pi_engine/verify/bbp_kernel.py",
             "x - load(scratch, POWERS + place)", "x", BY_RESIDUES),
    Mutation("a denominator's product left out", "pi_engine/verify/bbp_kernel.py", "_product(denominator, m, p, inverse))",
             "denominator)", BY_RESIDUES),
    Mutation("the whole part of the fractions' sum", "pi_engine/verify/bbp_kernel.py", "whole += high >> _DIGIT_BITS", "whole += 0",
             BY_RESIDUES),
    Mutation("residues not compared", "pi_engine/verify/by_residues.py", "all((b - a - c) % p == 0 for a, b, p in triples)", "True",
             BY_RESIDUES),
    Mutation("the carry between a fraction's digits", "pi_engine/verify/bbp_kernel.py",
             "high += low >> _DIGIT_BITS\n        low &= _DIGIT_MASK\n        start",
             "low &= _DIGIT_MASK\n        start", BBP),
    Mutation("the sign of odd terms", "pi_engine/verify/bbp_sum.py", "if formula.alternating and k % 2 else term", "if False else term",
             BBP),
    Mutation("a component's shift", "pi_engine/verify/bbp_formulas.py", "Component(1, -6, 10, 9)", "Component(1, -5, 10, 9)", BBP),
    Mutation("open digits taken", "pi_engine/verify/bbp.py", "if low == high else None", "if True else None", BBP),
    Mutation("evaluations not compared", "pi_engine/verify/bbp.py", "> (here.error << 4 * step) + after.error:",
             "> (here.error << 4 * step) + (after.error << 96):", BBP),
    Mutation("the end of the digits not looked at", "pi_engine/verify/by_bbp.py", "ratio.floor(d + 1) < 1:", "ratio.floor(d + 1) < 99:",
             BY_BBP),
    Mutation("a difference of the wrong sign", "pi_engine/verify/by_bbp.py", "_wrap(t - x.fraction(offset, count), count)",
             "_wrap(x.fraction(offset, count) - t, count)", BY_BBP),
    Mutation("the tail compared loosely", "pi_engine/verify/tail.py", "% 16**count > 2:", "% 16**count > 16**count:", FULL),
    Mutation("the j-invariant's answer ignored", "pi_engine/full_check.py", "if found.confirmed != plan.digits:", "if False:", FULL),
    Mutation("the other series not compared", "pi_engine/full_check.py", "if text != expected:", "if not expected:", FULL),
    Mutation("a certificate's bytes not compared", "pi_engine/certificate.py", '!= _fingerprint(file):', '== ("", _fingerprint(file)):',
             CERTIFICATE),
    Mutation("lanes: a column's high halves one place off", "pi_engine/bigint/digit_lanes.py",
             "sums[COLUMNS + k], digit, window[k], high",
             "sums[COLUMNS + k], digit, window[k + 1], high", LANES),
    Mutation("lanes: the second product's sign", "pi_engine/bigint/lane_arithmetic.py", "    other = first_sign ^ second_sign\n",
             "    other = first_sign\n", LANES),
    Mutation("lanes: a quotient's borrow", "pi_engine/bigint/lane_arithmetic.py", "load_lanes(x, c + k) - taken + carry",
             "load_lanes(x, c + k) - taken", LANES),
    Mutation("lanes: more rows than fit", "pi_engine/bigint/layout.py", "LANE_ROWS = 2046", "LANE_ROWS = 2060", LANES),
    Mutation("lanes: the first node's Q divided", "pi_engine/splitting/lane_kernel.py", "q, Q_sign, level, common, first, divisor",
             "q, Q_sign, level, common, False, divisor", SPLITTING),
    Mutation("lanes: a term too many in a short lane", "pi_engine/splitting/lane_kernel.py", "lanes_right_signed(k - last, SIGN_BIT)",
             "lanes_right_signed(k - last - broadcast_word(ONE), SIGN_BIT)", SPLITTING),
    Mutation("lanes: three digits of a limb", "pi_engine/bigint/lane_arithmetic.py", "DIGIT_BITS - offset) | third",
             "DIGIT_BITS - offset)",
             SPLITTING),
    Mutation("lanes: rooms of a term too few", "pi_engine/splitting/subtrees.py", "(largest >> (depth - j)) + 4",
             "(largest >> (depth - j)) + 3", SPLITTING),
    Mutation("a strand of the shadow left out", "pi_engine/splitting/shadow_kernel.py", "_joined(_joined(A, B), _joined(C, D))",
             "_joined(_joined(A, B), C)", CHECKS),
    Mutation("a fold of the shadow left out", "pi_engine/splitting/shadow_kernel.py", "    return P, _fold(_times(node[1], q)),",
             "    return P, _times(node[1], q),", CHECKS),
    Mutation("a thread's terms of the shadow in the wrong order", "pi_engine/splitting/compiled_shadow.py", "in sorted(parts))]",
             "in sorted(parts, reverse=True))]", CHECKS),
    Mutation("the second prime not compared", "pi_engine/bigint/moduli.py", "zip(left.values, right.values, (",
             "zip(left.values[:1], right.values[:1], (", CHECKS),
    Mutation("the second prime always the same", "pi_engine/bigint/moduli.py", "prime = (1 << 61) - gap", "prime = (1 << 61) - 31", CHECKS),
    Mutation("threads draw a second prime each", "pi_engine/bigint/moduli.py", "    with _DRAWING:", "    if _DRAWING:", CHECKS),
    Mutation("a file that has become shorter is compared in part", "pi_engine/file_case.py", "        if digits:\n",
             "        if digits < 0:\n", "tests/verify/test_verify_file.py"),
    Mutation("words not compared modulo the second prime", "pi_engine/radix/spine.py", "            if not _fits(",
             "            if i == 0 and not _fits(", CHECKS),
    Mutation("the text not compared modulo the second prime", "pi_engine/engine.py",
             "text_residues(text, plan, threads) != converted.residues:",
             "(found := text_residues(text, plan, threads)) is None or found.values[0] != converted.hash:", CHECKS),
    Mutation("a level's T not compared", "pi_engine/splitting/merge_check_kernel.py",
             "return 0 if is_sum(both, i, left, right, constants) else 3",
             "return 0", CHECKS),
    Mutation("a level's P not compared", "pi_engine/splitting/merge_check_kernel.py", "        return 1\n", "        return 0\n", CHECKS),
    Mutation("a large merge not compared", "pi_engine/splitting/upper_tree.py",
             "            require_product(self.read(threads), expected, row, 64 * len(self.limbs))\n", "", CHECKS),
    Mutation("truncation: too few bits kept", "pi_engine/series/truncation.py", ".bit_length() + STEPS + margin",
             ".bit_length() + STEPS - 179", TRUNCATION),
    Mutation("truncation: the first node's common factors", "pi_engine/splitting/fast_tree.py",
             "            bits += sum(divisor.bit_length() for divisor in self.divisors.values())\n", "            pass\n", TRUNCATION),
    Mutation("truncation: what the cuts have done not compared", "pi_engine/summation.py",
             "        require_precision(plan.series, plan.fraction_bits, node.error, i)\n", "", TRUNCATION),
    Mutation("truncation: an error that does not go up", "pi_engine/splitting/rounding.py", "left.P + t2, left.P + right.T",
             "left.P + right.T", TRUNCATION),
    Mutation("truncation: memory kept of what was moved", "pi_engine/splitting/truncation.py",
             "    if room is not x.room:\n        x.release()\n", "", TRUNCATION),
    Mutation("truncation: a tail that is taken for smaller", "pi_engine/series/truncation.py", "tail_bits(series, first, component)",
             "tail_bits(series, 2 * first + 1, component)", TRUNCATION),
    Mutation("truncation: a limb too many", "pi_engine/splitting/truncation.py", "math.ceil(bits / 64) - 1 if", "math.ceil(bits / 64) if",
             TRUNCATION),
    Mutation("truncation: the lost limbs' sign", "pi_engine/splitting/truncation.py", "+ low) * (-1 if x.negative else 1)",
             "+ low)", TRUNCATION),
    Mutation("truncation: the cut not compared", "pi_engine/splitting/truncation.py", "        require_equal(found, before,",
             "        require_equal(before, before,",
             TRUNCATION),
    Mutation("truncation: the shadow of what is left", "pi_engine/splitting/truncation.py", "if x.negative else 1), whole",
             "if x.negative else 1), left", TRUNCATION),
    Mutation("truncation: the root's copy not compared", "pi_engine/splitting/shadow.py", "            require_equal(read, kept,",
             "            require_equal(kept, kept,",
             TRUNCATION),
    Mutation("truncation: where a node begins", "pi_engine/splitting/fast_tree.py", "cut(lo, hi, i, len(nodes)) for",
             "cut(lo, hi, i << merged, len(nodes)) for", TRUNCATION),
    Mutation("a number turned round in a ring", "pi_engine/bigint/cyclic.py", "buffer.array[: len(source) - below] = source[below:]",
             "buffer.array[: len(source) - below] = source[: len(source) - below]", "tests/bigint/test_newton.py"),
    Mutation("a difference of the shadow", "pi_engine/splitting/shadow_kernel.py", "upper + (_TWICE_M - lower)", "upper + lower", CHECKS),
    Mutation("the text's first characters not hashed", "pi_engine/radix/word_text.py", "* int(first_digits or 0) + after_head",
             "* 0 + after_head", RADIX),
    Mutation("a character that is no digit", "pi_engine/radix/sixteen_kernel.py", "0x7676767676767676", "0x7676767676766676", RADIX),
    Mutation("a level's quotients not compared", "pi_engine/splitting/level_division.py",
             "return divided(level, divisor, threads, leftmost=leftmost) if checked else level", "return level", CHECKS),
    Mutation("a piece's weight in a residue", "pi_engine/bigint/residue_kernels.py",
             "place_mersenne(mersenne_residue(piece, limbs), base)", "mersenne_residue(piece, limbs)", CHECKS),
    Mutation("lanes turned too far", "pi_engine/bigint/residue_lanes.py", "TURN = 48", "TURN = 47", RESIDUES),
    Mutation("the first residues a level later", "pi_engine/splitting/fast_tree.py", "2 * bits >= LARGE_BITS", "bits >= 2 * LARGE_BITS",
             CHECKS),
    Mutation("a part's place in shared residues", "pi_engine/bigint/residues.py", "        if first:\n", "        if not first:\n",
             RESIDUES),
    Mutation("a part's place in shared hashes", "pi_engine/radix/word_text.py", "(lengths[i] - 1 - first)", "(lengths[i] - 1)", RADIX),
    Mutation("a thread's part of what follows", "pi_engine/bigint/threads.py", "max(first - starts[i], 0)", "0", RESIDUES),
    Mutation("the largest power of ten not checked", "pi_engine/radix/powers.py", " or level == shape.height)", ")", RADIX),
    Mutation("the bits that a shift leaves", "pi_engine/radix/spine.py", "(inverse << left) % prime", "inverse", RADIX),
    Mutation("a certificate's residues not compared", "pi_engine/certificate.py",
             'if [str(digit_hash.value) for digit_hash in hashes] != list(told["residues"].values()):', "if False:", CERTIFICATE),
    Mutation("the check of products", "pi_engine/bigint/product.py",
             "        check_product(a, b, product, threads)\n",
             "        pass\n", MULTIPLY),
    Mutation("rows' shift", "pi_engine/bigint/residue_kernels.py", "load(table, ROWS_SHIFT)", "load(table, TO_128)", RESIDUES),
    Mutation("a row that is not full", "pi_engine/bigint/row_sums.py", "if n % ROW:", "if False:", RESIDUES),
    Mutation("a child that is never killed", "pi_engine/cli/supervision.py", "                self.kill(asked)\n", "                pass\n",
             "tests/test_supervision.py"),
    Mutation("a killed child's file left", "pi_engine/cli/supervision.py", "    path.unlink()\n", "    pass\n",
             "tests/test_supervision.py"),
    Mutation("a length that is not looked at", "pi_engine/splitting/leaf_kernel.py", "length if -room <= length <= room else",
             "length if True else", FAULTS),
    Mutation("a seal that is not looked at", "pi_engine/bigint/words.py", "return seal == 0", "return True", FAULTS),
    Mutation("a signal that a destructor loses", INTERRUPTS, "if error in _raised:", "if False:", PROCESSES),
    Mutation("a signal's timer left running", INTERRUPTS, "__\n        _raise_after(0)", "__", PROCESSES),
    Mutation("a signal's timer beside a second signal", INTERRUPTS, "_raise_after(0)  # one", "# one", PROCESSES),
    Mutation("a second signal in the hook", INTERRUPTS, "while frame is not None:", "while False:", PROCESSES),
    Mutation("a signal in the way of an error", INTERRUPTS, "if sys.exc_info()[1] is None:", "if True:", PROCESSES),
    Mutation("a signal as Python shuts down", INTERRUPTS, "signal.signal(number, signal.SIG_DFL)", "pass", PROCESSES),
    Mutation("a signal's error in front of it", INTERRUPTS, "if _discarded:", "if False:", PROCESSES),
    *CUSTODY,
]  # fmt: skip


def survives(mutation: Mutation, home: str) -> bool:
    """Whether the tests pass with the mutation applied; without it they must.

    home: a folder where compiled kernels stay from one mutation to the next; their names tell the sources they come from.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venvs", ".git", "__pycache__", ".*_cache"))
        path = copy / mutation.file
        text = path.read_text(encoding="utf-8")
        if text.count(mutation.old) != 1:
            raise SystemExit(f"{mutation.what}: {mutation.old!r} occurs {text.count(mutation.old)} times")
        path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutation.tests.split()]
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": home,
            "PYTHONPATH": str(copy),
        }  # before the install of the real tree
        try:
            answer = subprocess.run(  # noqa: S603 (our own tests)
                command, cwd=copy, env=environment, capture_output=True, timeout=900, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        if answer.returncode not in (0, 1):  # 1: tests have failed; anything else is no verdict
            raise SystemExit(
                f"{mutation.what}: pytest ended with {answer.returncode}:\n{answer.stdout.decode()[-2000:]}"
            )
        return answer.returncode == 0


def main() -> int:
    """Run all, or those that are named; returns the exit code."""
    chosen = [m for m in MUTATIONS if not sys.argv[1:] or any(word in m.what for word in sys.argv[1:])]
    survivors = 0
    with tempfile.TemporaryDirectory() as home:
        for mutation in chosen:
            alive = survives(mutation, home)
            survivors += alive
            print(f"{'SURVIVES' if alive else 'seen':<9} {mutation.what}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations are seen")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
