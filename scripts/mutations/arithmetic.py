"""Mutations of the arithmetic of long numbers, of residues and of the conversion to digits."""

from __future__ import annotations

from scripts.mutations.mutation import Mutation

MULTIPLY = "tests/bigint/test_bounds.py tests/bigint/test_multiply.py tests/bigint/test_product.py"
COMPUTE = "tests/engine/evaluation/test_evaluation.py tests/engine/test_compute.py"
FOURIER = (
    "tests/bigint/fft/test_fourier_plans.py tests/bigint/fft/description/test_error_bound.py "
    "tests/bigint/fft/kernels/test_fourier_products.py"
)
LANES = "tests/bigint/vectors/test_interleaved_arithmetic.py"
SPLITTING = "tests/splitting/compiled/test_compiled_tree.py"
FAULTS = "tests/runtime/test_machine_faults.py"
RESIDUES = "tests/bigint/residues/test_residues.py"
CHECKS = "tests/bigint/residues/test_residue_checks.py tests/splitting/shadow/test_shadow.py tests/splitting/compiled/test_merge_checks.py"
RADIX = "tests/radix/test_radix.py tests/radix/test_word_text.py"

ARITHMETIC = [
    Mutation("interval not centred", "pi_engine/radix/fraction_text.py", "fraction.residues or residues(X)).without(E)",
             "fraction.residues or residues(X))", COMPUTE),
    Mutation("interval too short", "pi_engine/radix/fraction_text.py", "if R + 2 * E * odd", "if R + 3 * E * odd // 2", COMPUTE),
    Mutation("guard bits taken away", "pi_engine/radix/fraction_text.py", " + guard_bits\n", "\n", COMPUTE),
    Mutation("open digits not seen", "pi_engine/radix/fraction_text.py", "if R + 2 * E * odd >", "if R - R - 1 >", COMPUTE),
    Mutation("rounded instead of truncated", "pi_engine/radix/fraction_text.py", "    D = L >> shift",
             "    D = (L + (mpz(1) << (shift - 1))) >> shift", COMPUTE),
    Mutation("hash of a piece", "pi_engine/radix/digit_hash.py", "powmod(self._base, len(piece), self._modulus)",
             "powmod(self._base, len(piece) + 1, self._modulus)", "tests/engine/test_compute.py"),
    Mutation("a twiddle", "pi_engine/bigint/ntt/kernels/passes/twiddles.py", "times_i = mulmod_reduced(root, imaginary", "times_i = mulmod_reduced(root, root",
             MULTIPLY),
    Mutation("a sign in a butterfly", "pi_engine/bigint/ntt/kernels/passes/butterflies.py",
             "    a2 = x0 - x2\n    a3 = mulmod(x1 - x3", "    a2 = x2 - x0\n    a3 = mulmod(x1 - x3", MULTIPLY),
    Mutation("a reduction in a row's last pass", "pi_engine/bigint/ntt/kernels/passes/butterflies.py", "a2 = reduce(x0 - x2, one_over_p, p)",
             "a2 = x0 - x2", MULTIPLY),
    Mutation("a reduction in a butterfly", "pi_engine/bigint/ntt/kernels/passes/butterflies.py",
             "    x0 = reduce(x0, one_over_p, p)\n    x2 = mulmod(x2, square", "    x2 = mulmod(x2, square", MULTIPLY),
    Mutation("a carry between limbs", "pi_engine/bigint/ntt/kernels/crt_and_carry.py", "        carry = value >> 8\n", "        carry = 0\n", MULTIPLY),
    Mutation("a carry in the sum of pieces", "pi_engine/bigint/ntt/kernels/limb_addition.py", "            if total < term:\n                carry = _ONE\n",
             "", MULTIPLY),
    Mutation("a thread's spill", "pi_engine/bigint/ntt/transform.py", "    for last, spills in ends:", "    for last, spills in ends[:1]:",
             MULTIPLY),
    Mutation("coefficients one bit too long", "pi_engine/bigint/ntt/description/sizes.py", "    return min(MAX_BETA, int(",
             "    return min(MAX_BETA, 1 + int(", MULTIPLY),
    Mutation("lanes: a column's high halves one place off", "pi_engine/bigint/vectors/interleaved.py",
             "sums[COLUMNS + k], digit, window[k], high",
             "sums[COLUMNS + k], digit, window[k + 1], high", LANES),
    Mutation("lanes: the second product's sign", "pi_engine/bigint/vectors/interleaved_arithmetic.py", "    other = first_sign ^ second_sign\n",
             "    other = first_sign\n", LANES),
    Mutation("lanes: a quotient's borrow", "pi_engine/bigint/vectors/interleaved_arithmetic.py", "load_lanes(x, c + k) - taken + carry",
             "load_lanes(x, c + k) - taken", LANES),
    Mutation("lanes: more rows than fit", "pi_engine/bigint/vectors/widths.py", "LANE_ROWS = 2046", "LANE_ROWS = 2060", LANES),
    Mutation("lanes: three digits of a limb", "pi_engine/bigint/vectors/interleaved_arithmetic.py", "DIGIT_BITS - offset) | third",
             "DIGIT_BITS - offset)",
             SPLITTING),
    Mutation("the second prime not compared", "pi_engine/bigint/residues/moduli.py", "if left.values == right.values:",
             "if left.values[0] == right.values[0]:", CHECKS),
    Mutation("the second prime always the same", "pi_engine/bigint/residues/moduli.py",
             "prime = (1 << BITS) - gap", "prime = (1 << BITS) - 31", CHECKS),
    Mutation("threads draw a second prime each", "pi_engine/bigint/residues/moduli.py", "    with _DRAWING:", "    if _DRAWING:", CHECKS),
    Mutation("words not compared modulo the second prime", "pi_engine/radix/right_edge_check.py", "            if not _fits(",
             "            if i == 0 and not _fits(", CHECKS),
    Mutation("a number rotated in a ring", "pi_engine/bigint/cyclic.py", "buffer.array[: len(source) - below] = source[below:]",
             "buffer.array[: len(source) - below] = source[: len(source) - below]", "tests/bigint/test_newton.py"),
    Mutation("the text's first characters not hashed", "pi_engine/radix/word_text.py", "* int(first_digits or 0) + after_head",
             "* 0 + after_head", RADIX),
    Mutation("a character that is no digit", "pi_engine/radix/kernels/sixteen_kernel.py", "0x7676767676767676", "0x7676767676766676", RADIX),
    Mutation("a piece's weight in a residue", "pi_engine/bigint/residues/kernels/residue_kernels.py",
             "place_mersenne(mersenne_residue(piece, limbs), base)", "mersenne_residue(piece, limbs)", CHECKS),
    Mutation("lanes turned too far", "pi_engine/bigint/residues/kernels/residue_lanes.py", "TURN = 48", "TURN = 47", RESIDUES),
    Mutation("a part's place in shared residues", "pi_engine/bigint/residues/limb_residues.py", "        if first:\n", "        if not first:\n",
             RESIDUES),
    Mutation("a part's place in shared hashes", "pi_engine/radix/word_text.py", "(lengths[i] - 1 - first)", "(lengths[i] - 1)", RADIX),
    Mutation("a thread's part of what follows", "pi_engine/bigint/buffers/workers.py", "max(first - starts[i], 0)", "0", RESIDUES),
    Mutation("the largest power of ten not checked", "pi_engine/radix/powers.py", " or level == shape.height)", ")", RADIX),
    Mutation("the bits that a shift leaves", "pi_engine/radix/right_edge_check.py", "(inverse << left) % prime", "inverse", RADIX),
    Mutation("the check of products", "pi_engine/bigint/product.py",
             "        check_product(a, b, product, threads)\n",
             "        pass\n", MULTIPLY),
    Mutation("rows' shift", "pi_engine/bigint/residues/kernels/residue_kernels.py", "load(table, at.ROWS_SHIFT)", "load(table, at.TO_128)", RESIDUES),
    Mutation("a row that is not full", "pi_engine/bigint/residues/kernels/row_sums.py", "if n % ROW:", "if False:", RESIDUES),
    Mutation("a seal that is not looked at", "pi_engine/bigint/vectors/words.py", "return seal == 0", "return True", FAULTS),
    Mutation("complex transform: a step's bound too small", "pi_engine/bigint/fft/description/error_bound.py", "5: (10.43, 9.3)", "5: (10.3, 9.3)", FOURIER),
    Mutation("complex transform: only one operand's error", "pi_engine/bigint/fft/description/error_bound.py", "(2 * forward + inverse",
             "(forward + inverse", FOURIER),
    Mutation("complex transform: digits one bit too long", "pi_engine/bigint/fft/description/fft_sizes.py", "RANDOM_ERROR = 0.32", "RANDOM_ERROR = 1.28", FOURIER),
    Mutation("complex transform: an operation more in a step", "pi_engine/bigint/fft/description/small_transforms.py",
             "    total = a[0]\n", "    total = on.scale(a[0], 1.0)\n", FOURIER),
    Mutation("complex transform: a sign in a step", "pi_engine/bigint/fft/description/small_transforms.py",
             "y[r - k] = (minus, plus) if inverse", "y[r - k] = (plus, minus) if inverse", FOURIER),
    Mutation("complex transform: a twiddle's angle", "pi_engine/bigint/fft/fourier_plans.py", "    angles = 1 + 4 * np.arange(size.radix",
             "    angles = 1 + 2 * np.arange(size.radix", FOURIER),
    Mutation("complex transform: a root's low part", "pi_engine/bigint/fft/kernels/root_tables.py", " + (x[0] * y[1] + x[1] * y[0])", "", FOURIER),
    Mutation("complex transform: the bit below a field", "pi_engine/bigint/fft/kernels/signed_digits.py", "builder.add(field, one), one)",
             "field, one)", FOURIER),
    Mutation("complex transform: norms of one half", "pi_engine/bigint/fft/kernels/fourier_products.py",
             "        for k in range(planes):\n            plane", "        for k in range(radix):\n            plane", FOURIER),
    Mutation("complex transform: a carry between digits", "pi_engine/bigint/fft/kernels/digit_carries.py",
             "if inner > 0 and not any_common_bit(seen, too_much):", "if inner > 0:", FOURIER),
    Mutation("complex transform: what a stream leaves", "pi_engine/bigint/fft/kernels/fourier_products.py", "for stream in range(2 * radix - 1):",
             "for stream in range(radix):", FOURIER),
    Mutation("complex transform: the distance not taken along", "pi_engine/bigint/fft/kernels/fourier_products.py",
             "return (error + distance) * SLACK < 1.0", "return error * SLACK < 1.0", FOURIER),
    Mutation("complex transform: the second product's error", "pi_engine/splitting/kernels/merge_kernel.py",
             " + fourier.error_of(T2_squares, P1_squares, plan)", "", "tests/splitting/compiled/test_lower_tree.py"),
    Mutation("complex transform: an unproved merge is used", "pi_engine/splitting/compiled/lower_tree.py",
             "        if wrong == UNPROVED_MERGE:\n            wrong =", "        if wrong == UNPROVED_MERGE:\n            wrong = 0\n        if wrong == 99:\n            wrong =",
             "tests/splitting/compiled/test_lower_tree.py"),
]  # fmt: skip
