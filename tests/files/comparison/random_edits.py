"""Random edits of π's digits, and what must be true of what is said of them."""

import re

BEYOND = 100
"""Digits of π that are known behind those of a file."""


# ---------------------------------------------------------------- edits, each with the kinds that may be seen in it


def random_digits(rng, base, count):
    return "".join(rng.choices("0123456789ABCDEF"[:base], k=count))


def block(rng, count, most):
    """A random block, of any length."""
    size = rng.choice([1, 2, 3, 7, rng.randrange(1, 50), rng.randrange(1, most + 1)])
    size = min(size, count // 3)
    start = rng.randrange(1, count - size)
    return start, start + size


def substituted(rng, true, count, base):
    i = rng.randrange(count)
    return true[:i] + random_digits(rng, base, 1) + true[i + 1 : count]


def transposed(rng, true, count, base):
    i = rng.randrange(count - 1)
    return true[:i] + true[i + 1] + true[i] + true[i + 2 : count]


def missing(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return rng.choice([true[:i] + true[j:count], true[:i] + true[j : count + j - i]])


def inserted(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, j - i) + true[i : rng.choice([count, count + i - j])]


def repeated(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:j] + true[i:count]


def exchanged(rng, true, count, base):
    i, j = block(rng, count // 2, count // 3)
    k, m = block(rng, count - j, count // 3)
    k, m = rng.choice([(j + k, j + m), (j, j + m - k)])
    return true[:i] + true[k:m] + true[j:k] + true[i:j] + true[m:count]


def copied(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    source = rng.randrange(count - (j - i))
    return true[:i] + true[source : source + j - i] + true[j:count]


def garbage(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, j - i) + true[j:count]


def replaced(rng, true, count, base):
    i, j = block(rng, count, count // 3)
    return true[:i] + random_digits(rng, base, rng.randrange(1, 60)) + true[j:count]


def tail(rng, true, count, base):
    i = count - rng.choice([1, 2, 5, 20, 36, 37, 38, count // 3])
    return true[:i] + random_digits(rng, base, count - i)


def scattered(rng, true, count, base):
    digits = list(true[:count])
    for _ in range(rng.choice([2, 3, 10, count // 50 + 2, count // 4])):
        digits[rng.randrange(count)] = random_digits(rng, base, 1)
    return "".join(digits)


def rounded(rng, true, count, base):
    value = int(true[count - 12 : count], base) + 1
    return true[: count - 12] + (f"{value:012d}" if base == 10 else f"{value:012X}")[-12:]


def two_of_them(rng, true, count, base):
    first, second = rng.sample(EDITS[:-1], 2)
    digits = first(rng, true, count, base)
    return second(rng, digits + true[len(digits) :], count, base)


EDITS = [
    substituted, transposed, missing, inserted, repeated, exchanged, copied, garbage, replaced, tail, scattered, rounded, two_of_them,
]  # fmt: skip


# ---------------------------------------------------------------- what is said, and whether it is so


def agree(a, b):
    """Whether the shorter begins the longer."""
    both = min(len(a), len(b))
    return a[:both] == b[:both]


def blocks_of(message):
    """The blocks that a message names, as places."""
    spans = re.findall(r"at positions? ([\d_]+)(?: to ([\d_]+))?", message)
    return [(int(first) - 1, int(last or first)) for first, last in spans]


def require_true(found, true, digits, base):
    """What is said of digits that are wrong is so, by a naive comparison; the kind too, where it is one that explains all."""
    wrong = [i for i, (a, b) in enumerate(zip(digits, true, strict=False), 1) if a != b]
    count, place = len(digits), wrong[0] - 1
    assert found.position == wrong[0]
    assert (found.expected, found.found) == (true[place : place + 10][: count - place], digits[place : place + 10])
    assert found.message.startswith(f"position {wrong[0]:_}: {digits[place]} where π has {true[place]} (")
    if found.wrong_digits is None:
        assert found.wrong_positions == ()
    else:
        assert (found.wrong_digits, list(found.wrong_positions)) == (len(wrong), wrong[:10])
    for last in re.findall(r"behind position ([\d_]+) all", found.message):
        assert wrong[-1] == int(last) < count
    for number in re.findall(r"([\d_]+) digits? (?:is|are) wrong in all", found.message):
        assert len(wrong) == int(number)
    if "besides, " not in found.message:  # then the kind explains all that is wrong
        EXPLAINED[found.kind](found, true, digits, base, place)
    assert found.kind not in {"different", "scattered"} or len(wrong) > 1 or found.wrong_digits is None


def names_size(found, sizes):
    """A message names one of the sizes that a block may have, or a size of one digit."""
    assert any(f"{size:_} digits" in found.message or size == 1 for size in sizes)


def is_transposed(found, true, digits, base, place):
    assert digits == true[:place] + true[place + 1] + true[place] + true[place + 2 : len(digits)]


def is_rounded(found, true, digits, base, place):
    count = len(digits)
    assert int(digits, base) == int(true[:count], base) + 1 and 2 * int(true[count], base) >= base


def is_tail(found, true, digits, base, place):
    assert digits[-1] != true[len(digits) - 1]
    if "only the last" in found.message:
        assert f"only the last {len(digits) - place:_} digits are wrong" in found.message


def is_missing(found, true, digits, base, place):
    end = len(digits) + BEYOND
    names_size(found, [n for n in range(1, end) if agree(digits[place:], true[place + n : end])])


def is_doubled(found, true, digits, base, place):
    assert digits[place] == ("3" + true)[place] and agree(digits[place + 1 :], true[place:])


def is_inserted(found, true, digits, base, place):
    names_size(found, [n for n in range(1, len(digits)) if agree(digits[place + n :], true[place:])])


def is_repeated(found, true, digits, base, place):
    named = blocks_of(found.message)
    if "in place of" in found.message:
        (a, b), (_, behind) = named[-2:]
    elif named:
        a, b = named[-1]
        behind = b
    else:
        return
    assert digits == (true[:b] + true[a:b] + true[behind:])[: len(digits)]


def is_copied(found, true, digits, base, place):
    (a, b), (c, d) = blocks_of(found.message)[-2:]
    assert digits == true[:c] + true[a:b] + true[d : len(digits)]


def is_exchanged(found, true, digits, base, place):
    (a, b), (c, d) = blocks_of(found.message)
    assert digits == true[:a] + true[c:d] + true[b:c] + true[a:b] + true[d : len(digits)]


def is_counted(found, true, digits, base, place):
    assert len(digits) == 1 or found.kind != "substituted" or found.wrong_digits == 1


EXPLAINED = {
    "substituted": is_counted, "different": is_counted, "scattered": is_counted, "transposed": is_transposed, "rounded": is_rounded,
    "tail": is_tail, "missing": is_missing, "doubled": is_doubled, "inserted": is_inserted, "repeated": is_repeated,
    "copied": is_copied, "exchanged": is_exchanged,
}  # fmt: skip
