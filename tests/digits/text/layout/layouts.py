"""A grammar of the layouts in which people have digits of π, around right digits and wrong ones, and what is true of each.

`random_layout` takes all its choices from one `random.Random`, which hypothesis may stand in for. What is true of a layout follows
from how it was made, never from a reading of it: `readings` are the digits after the point that a person could find in it. There are
several only where a person could not tell either:

- Without a point, `3159…` is π with a wrong first digit, or has its 3 after the point: only known first six digits decide.
- Less than six digits without a point are too few to be known. Less than 16 digits do not tell the base, so it is given.
- A count on a line of its own before unknown digits without a point may be the first of them.

Digits that are nothing like π's, or from whose beginning a long block is lost, are wrong wherever they are taken to begin: their
position is not judged (`vague`). Less than eight digits stand alone, without counters, quotation marks or headers.

Left out of the grammar, because nobody could tell: one bare line counter, a bare number of one digit as a count, `1. ` as a line
counter (its point is a decimal point), a counter before a point without its 3 (`1 .4159`), a mention of π in a header of very few
digits, groups printed as numbers without their leading zeros, a bare total that the next digits of π begin with, a last row of digits
that is the number of those before it, a short last row behind a form feed, the L of a long double behind hexadecimal digits, and lines
of words that are hexadecimal numbers, such as `FACE`. Where
a layout is odd rather than ambiguous (line counters within a string of JSON), "corrupt" is as good an answer as the digits' verdict.
"""

from typing import NamedTuple

from tests.digits.text.layout import layout_parts as parts
from tests.digits.text.layout.layout_digits import COUNT, some_digits, true_digits
from tests.digits.text.layout.layout_rows import arranged

KNOWN, FEW, TELLING = 6, 8, 16
"""First digits that are taken for π's without a point; digits that may have headers and counters; digits that tell their base."""

_LOST = 10
"""Digits lost from the beginning that leave nothing of it."""

_BARE_COUNTS = {"count", "count and blank line", "count with commas", "a million"}


class Layout(NamedTuple):
    """A text, and what is true of it.

    Attributes:
        content: the text.
        readings: the digits after the point; several where a person could not tell.
        integer: the digit before the point, "" where it is missing.
        base: of the digits.
        told: whether a reader has to be told the base.
        hard: whether "corrupt" is an honest answer.
        vague: whether the digits begin so unlike π's that their first wrong position is anybody's guess.
        noted: whether something is left out or assumed that has to be said; None where that is the reader's choice.
        shapes: the names of its parts.
    """

    content: bytes
    readings: tuple[str, ...]
    integer: str
    base: int
    told: bool
    hard: bool
    vague: bool
    noted: bool | None
    shapes: tuple[str, ...]


class _Draft:
    """A layout in the making."""

    def __init__(self, rng):
        self.rng = rng
        self.shapes, self.hard, self.notes = [], False, set()

    def chance(self, one_in):
        return self.rng.randrange(one_in) == one_in - 1

    def pick(self, table, hard=()):
        """A part of a table; one in fifteen is of the hard ones."""
        names = list(table)
        name = self.rng.choice(list(hard)) if hard and self.chance(15) else self.rng.choice(names)
        self.hard |= name in hard
        self.shapes.append(name)
        return name, (table if name in table else hard)[name]


def random_layout(rng):
    """Any layout of the grammar."""
    draft = _Draft(rng)
    base = rng.choice([10, 10, 10, 16])
    digits = some_digits(rng, base, draft.shapes)
    digits = digits if len(digits) > 1 else true_digits(base)[:2]
    form = _alone if len(digits) < FEW else rng.choice([_lines] * 8 + [_array])
    wrap = _wrap(draft, digits) if form is _lines else None
    if wrap is not None and base == 16 and wrap.name == "long double":
        wrap = parts.WRAPS[0]
        draft.shapes[-1] = wrap.name
    body, integer, pointed = form(draft, digits, base, wrap)
    footer = _footer(draft, digits, base, wrap)
    fields = {"n": rng.choice([len(digits)] * 4 + [len(digits) + 1, 1000])}
    content = body if wrap is None else wrap.opening.format(**fields) + body + wrap.closing.format(**fields)
    if base == 16 and rng.randrange(2):
        draft.shapes.append("lower case")
        head, middle, tail = content.partition(body)
        content = head + middle.lower() + tail if draft.notes.isdisjoint({"words"}) else content
    known = digits[:KNOWN] == true_digits(base)[:KNOWN] and integer in {"", "3"}
    readings = [digits]
    if not known and not (pointed and integer):
        bare = integer + digits
        readings += [bare, bare[1:] if bare[0] == "3" else digits]
        if wrap is not None and wrap.name in _BARE_COUNTS:
            count = wrap.opening.format(**fields).translate(str.maketrans("", "", ",\n"))
            readings += [count + reading for reading in readings] + [(count + bare)[1:]] * (count[0] == "3")
        draft.hard = True
    bare_text = wrap is not None and wrap.name in ("no header", "byte order mark")
    error = next((shape for shape in draft.shapes if shape.startswith(("random at", "cut out at"))), "")
    unlike = error.startswith("random") or (error != "" and int(error.split()[-1]) <= _LOST)
    vague = len(digits) < TELLING or unlike
    draft.hard |= not bare_text and (len(digits) < KNOWN or (vague and not known))
    return Layout(
        content=(content + footer).encode("utf-8", "surrogateescape"),
        readings=tuple(dict.fromkeys(readings)),
        integer=integer,
        base=base,
        told=len(digits) < TELLING or (base == 16 and not known and len(digits) < 60),
        hard=draft.hard,
        vague=unlike,
        noted=_noted(draft, wrap),
        shapes=tuple(draft.shapes),
    )


def _wrap(draft, digits):
    rng = draft.rng
    wraps = parts.WRAPS if draft.chance(10) else [wrap for wrap in parts.WRAPS if not wrap.hard]
    wrap = parts.WRAPS[0] if rng.randrange(5) == 0 else rng.choice(wraps)
    few = len(digits) < TELLING
    if few and ("mention" in wrap.name or wrap.name in _BARE_COUNTS):
        wrap = parts.WRAPS[0]
    draft.shapes.append(wrap.name)
    draft.hard |= wrap.hard
    return wrap


def _integer(draft, base):
    """What stands before the digits after the point: text, digit, and whether it has a point."""
    table = {**parts.INTEGERS, **parts.HEXADECIMAL_INTEGERS} if base == 16 else parts.INTEGERS
    name, text = ("3.", "3.") if draft.rng.randrange(3) == 0 else draft.pick(table)
    digit = "3" if "3" in text else ""
    if digit and name in parts.POINTED and draft.chance(60):
        draft.shapes.append("wrong before the point")
        digit, draft.hard = draft.rng.choice("012456789"), True
        text = text.replace("3", digit)
    if name in ("joined", "3 and blank", "3 and line", "0x joined"):
        draft.notes.add("no point")
    return text, digit, name in parts.POINTED


def _alone(draft, digits, base, _):
    """Digits and what stands before the point, nothing else."""
    lead, integer, pointed = _integer(draft, base)
    return lead + digits, integer, pointed


def _lines(draft, digits, base, wrap):
    rng = draft.rng
    lead, integer, pointed = _integer(draft, base)
    known = pointed or digits[:KNOWN] == true_digits(base)[:KNOWN]
    separator, group = "", rng.choice([0, 0, 10, 5, 3, 4, 8, 2, 1])
    if group:
        name, separator = draft.pick(parts.SEPARATORS, parts.HARD_SEPARATORS)
        if name not in {"blank", "two blanks", "tab"}:
            draft.notes.add("separators")
    if lead.endswith(",") and "," in separator:  # a comma is as good as a blank there
        pointed = False
    mode = rng.choice(["plain"] * 4 + ["before", "behind", "quoted", "backslash", "prefix", "tags"])
    if mode == "before" and lead == ".":
        mode = "plain"
    if mode == "quoted" and wrap.opening.endswith(("'", '"', "`", "“")):
        mode = "plain"
    above = ""
    if "\n" in lead or (integer and mode != "quoted" and not lead.startswith("0") and rng.randrange(3) == 0):
        above, lead = lead if lead.endswith("\n") else lead + "\n", ""
    rows, grouped = _grouped(draft, digits, lead, group, separator)
    end = _line_end(draft, wrap)
    if mode == "plain" and group and draft.chance(10):
        end = separator.rstrip(" ") + end
    natural = not wrap.opening or wrap.opening[-1] in "\n\ufeff"
    return above + arranged(draft, mode, rows, grouped, end, known, natural), integer, pointed


def _grouped(draft, digits, lead, group, separator):
    """Rows of digits, alone and in groups; the first begins with `lead`."""
    length = draft.rng.choice([0, 0, 50, 60, 100, 64, 70, 10, 37])
    if group and length:
        length = -(-length // group) * group
    counted = lead in ("3", "3.") and draft.rng.randrange(4) == 0
    if counted:  # groups, rows and counters count the 3 as well
        draft.shapes.append("the 3 counted")
        digits = "3" + digits
        if separator.startswith(",") and group == 1:  # as good as a decimal comma
            draft.notes.discard("no point")
    rows = _cut(digits, length or len(digits))
    before = len(digits) - len(rows[-1])
    if before and rows[-1].isdecimal() and int(rows[-1]) in range(before, before + 3):
        rows = [digits]
    grouped = [separator.join(_cut(row, group or len(row))) for row in rows]
    grouped[0] = lead + grouped[0][counted:]
    return rows, grouped


def _line_end(draft, wrap):
    if wrap.name in ("HTML paragraph", "HTML page"):
        return draft.rng.choice(["<br>\n", "<br/>\n", "\n", "<br>"])
    return draft.pick(parts.LINE_ENDS)[1]


def _array(draft, digits, base, _):
    """An array of digits, or of groups of them."""
    rng = draft.rng
    draft.notes.add("array")
    opening, closing = draft.pick(parts.ARRAYS)[1]
    kind, form = draft.pick(parts.ITEMS)
    if base == 16 and kind == "numbers" and draft.chance(3):
        form, draft.hard = "0x{}", True
        draft.shapes.append("0x before each item")
    items = _cut(digits, rng.choice([1, 1, 5, 10, 8]))
    lead = rng.choice([["3"], ["3"], [], ["3."], ["3", "."]])
    pointed = len(lead) > 0 and "." in lead[-1]
    if lead[-1:] == ["."] and kind == "numbers":
        lead, pointed = ["3"], False
    separator = rng.choice([", ", ",", ",\n", " , "])
    per_line = rng.choice([0, 10, 20, 1])
    shown = [form.format(item) for item in lead + items]
    lines = [separator.join(row) for row in _cut(shown, per_line or len(shown))]
    text = opening.format(n=len(digits)) + (separator.rstrip() + "\n    ").join(lines) + closing.format(n=len(digits))
    draft.notes.add("words")
    return text, "3" if lead else "", pointed


def _footer(draft, digits, base, wrap):
    rng = draft.rng
    if wrap is None or wrap.closing not in ("", "\n") or rng.randrange(2) == 0:
        return rng.choice(["\n", ""])
    name, form = draft.pick(parts.FOOTERS)
    fields = {"n": len(digits), "more": len(digits) + 1, "last": true_digits(base)[COUNT - 10 :]}
    following = true_digits(base)[len(digits) :]
    if name.startswith("bare") and (
        len(digits) < TELLING or following.startswith(form.format(**fields).strip().replace(",", ""))
    ):
        name, form = "line end", "\n"
    draft.hard |= name in parts.HARD_FOOTERS
    if name in parts.TOLD_FOOTERS:
        draft.notes.add("counters")
    elif name not in ("line end", "nothing", "blank lines"):
        draft.notes.add("footer")
    return form.format(**fields)


def _noted(draft, wrap):
    if "counters" in draft.notes or "no point" in draft.notes:
        return True
    plain = wrap is not None and wrap.name in ("no header", "byte order mark")
    return False if plain and not draft.notes else None


def _cut(row, length):
    return [row[i : i + length] for i in range(0, len(row), length)]
