"""The shapes of texts: what stands around and between digits, and how each is told from a digit.

A shape is a pattern of bytes, UTF-8 where they are not ASCII. Some stand anywhere between two digits (`between`). The others belong to a
line: a counter at its beginning or end, a mark before it, a remark behind its digits, or a whole line that holds no digits of the
number. What no shape accounts for is not left out: the reading ends there.
"""

from __future__ import annotations

import re
from functools import cache

SEPARATORS = b" \t\r\n\v\f,_"
"""Characters that may stand between digits: blanks, line ends, and what groups thousands."""

DIGIT_CLASS = {2: rb"[01]", 8: rb"[0-7]", 10: rb"[0-9]", 16: rb"[0-9A-Fa-f]"}
"""Base → the pattern of a digit."""

FIRST_SIGNS = frozenset(bytes([byte]) for byte in b"0123456789ABCDEFabcdef.")
"""What a number may begin with."""

INVISIBLE = (
    rb"(?:\xc2[\x85\xa0\xad]|(?<![\xc2-\xf4\x80-\xbf])\xa0|\xe1\x9a\x80|\xe1\xa0\x8e|\xe2\x80[\x80-\x8f\xa8-\xaf]"
    rb"|\xe2\x81[\x9f-\xaf]|\xe3\x80\x80|\xef\xbb\xbf|\xef\xb8[\x80-\x8f])"
)
"""Blanks beyond ASCII, among them the no-break space of Latin-1, and characters that have no width."""

TAG = rb"<[A-Za-z/!?][^<>]{0,2000}>"
ENTITY = (
    rb"&(?:nbsp|[en]msp|emsp1[34]|thinsp|hairsp|numsp|puncsp|zwn?j|shy|NewLine|Tab|ZeroWidthSpace"
    rb"|#(?:9|10|13|32|160|173|819[2-9]|820[0-5]|8239|8287|12288)|#[xX](?:[aA]0|200[0-9a-dA-D]|202[fF]|3000));"
)
ESCAPE = rb"\\{1,2}(?:[nrt]|u00[aA][0dD]|u200[0-9a-dA-D]|u202[fF])"

SIGN = rb"(?:[\"'`()\[\]{}|;+&]|\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb])"
JOIN = rb"[ \t,]*(?:\.[ \t]*(?=" + SIGN + rb"))?"

_THOUSANDS = rb"(?:[,.'_]|\xe2\x80\x99)"
"""Signs between the thousands of a number."""

NUMBER = rb"(?:\d{1,3}(?:(?:" + _THOUSANDS + rb"|[ ]|" + INVISIBLE + rb")\d{3})+|\d{1,15})(?!\d)"
_TO = rb"(?:[ \t]*(?:-|\xe2\x80[\x93\x94]|\.\.\.?|to|/)[ \t]*" + NUMBER + rb")?"

BLANKS = rb"(?:[ \t\v\f]|" + INVISIBLE + rb"){0,120}"
"""Blanks as there may be around a counter or a mark: at most this many, because they are tried from several places on."""

FIRST_COUNTER = re.compile(
    rb"\A" + BLANKS + rb"(?:[A-Za-z]{1,12}\.?[ \t#]*)?[\[(<{#]?[ \t]*(" + NUMBER + rb")" + _TO
    + rb"[ \t]*(?:[\])>}]?[ \t]*(?::|\|(?=[ \t])|->|=>)|[\])>}])(?=[ \t\"'(\xc2\xe2\xe3\xef])" + BLANKS + rb"(?=[0-9A-Fa-f.\"'(\[{])"
)  # fmt: skip
"""A counter at the beginning of a line with a mark behind it, such as `1: `, `[51] `, `51-100: ` or `Line 2: `."""

_CLOSED = (
    rb"(?:(?:\.{3,}|\xe2\x80\xa6|\\[lcd]?dots)[0-9A-Fa-f]{0,40}|[LlFfn](?=;)|\+[ \t]{0,2}O\([^()]{0,40}\)"
    rb"|\.(?![0-9A-Fa-f.])|[\"'`;,\]})>$*+\\\x00\x1a]|\xe2\x80[\x98-\x9f]|[ \t]|" + TAG + rb")*\Z"
)
_LAST_MARK = rb"(?::|//|#|/\*|--|->|=>|\xe2\x86\x92|(?<=[ \t])\||[(\[<{;=@])"
LAST_COUNTER = re.compile(
    BLANKS + rb"(?:(?<=[ \t\v\f\x80-\xbf])" + _LAST_MARK + rb"|" + _LAST_MARK + rb"(?=[ \t\xc2\xe2\xe3\xef]))" + BLANKS
    + rb"(?:[A-Za-z]{1,12}\.?[ \t]*)?(" + NUMBER + rb")" + _TO
    + rb"[ \t]*(?:digits?|decimals?|places?)?[ \t]*(?:[)\]>}:|]|\*/)?" + BLANKS + _CLOSED
)  # fmt: skip
"""A counter at the end of a line with a mark before it, such as ` : 50`, ` (1,000)` or ` // 50`."""

_BLANK = rb"(?:[ \t]|" + INVISIBLE + rb")"
_BARE = rb"(\d{1,3}(?:" + _THOUSANDS + rb"\d{3})+|\d{1,12})"
BARE_FIRST = re.compile(rb"\A" + _BLANK + rb"*(\d{1,12})" + _BLANK + rb"+")
GROUPED_FIRST = re.compile(rb"\A" + _BLANK + rb"*" + _BARE + _BLANK + rb"+")
BARE_LAST = re.compile(rb"(?<=[0-9A-Fa-f])" + _BLANK + rb"+" + _BARE + _BLANK + rb"*\Z")
"""Counters without a mark: only where several lines agree that they are (`text_start`). Where digits are looked for, a number with signs
between its thousands is none: `3.141 592` begins so."""


def number(text: bytes) -> int:
    """The number that a counter shows, whatever stands between its thousands."""
    return int(re.sub(rb"\D", b"", text))


_MOST_THOUSANDS = 5
_SPACED = [rb"(\d{1,3}(?:" + _BLANK + rb"\d{3}){%d})" % thousands for thousands in range(1, _MOST_THOUSANDS)]
SPACED_FIRST = [re.compile(rb"\A" + _BLANK + rb"*" + counter + _BLANK + rb"+") for counter in _SPACED]
SPACED_LAST = [re.compile(rb"(?<=[0-9A-Fa-f])" + _BLANK + rb"+" + counter + _BLANK + rb"*\Z") for counter in _SPACED]
"""The same with blanks between the thousands, by how many there are: they look like groups of digits, so their value has to be right."""

OPENED = re.compile(rb"[\"'`>=(\[{*,:]|[A-Za-z]{2}[ \t]+|[\x80-\xbf][ \t]*")
"""What may stand before a counter in the first line of digits, if not the beginning of the line."""

MARK = re.compile(rb"\A" + BLANKS + rb"(?:[/#*>%;|$~=-]{1,3}(?=[ \t])|/\*+|\*+/|//+|>+)" + BLANKS)
"""A mark at the beginning of a line: of a comment, a quotation, a list."""


def of_lines(pattern: re.Pattern[bytes]) -> re.Pattern[bytes]:
    """A pattern of the beginning or end of a line, for many lines at once."""
    lines = pattern.pattern.replace(rb"\A", rb"(?:\A|(?<=[\r\n]))").replace(rb"\Z", rb"(?=[\r\n]|\Z)")
    return re.compile(lines.removeprefix(BLANKS))  # blanks are found by themselves


DOTS = re.compile(rb"(?:\.{3,}|(?:\. ){2,}\.|\xe2\x80\xa6|\\[lcd]?dots)")
ELLIPSIS = re.compile(rb"(?:[ \t\"'`)\]},;$]|\xe2\x80[\x98-\x9f])*" + DOTS.pattern)

CLOSING = re.compile(
    rb"(?:n(?=;)|[\s,;.$)\]}>|&+\"'`*/\\\x00\x1a]|"
    + INVISIBLE
    + rb"|\xe2\x80[\x98-\x9f]|\xc2[\xab\xbb]|"
    + TAG
    + rb")*\Z"
)
"""What may stand behind the last digit: closing signs, a full stop, the end of file of DOS, zeros of C."""

_DASH = rb"(?:[-~*|\[(<]|\xe2\x80[\x93\x94])[ \t]*"
_DASH_BEHIND = rb"[ \t]*(?:[-~*|\])>]|\xe2\x80[\x93\x94])"
PAGE_NUMBER = re.compile(
    rb"[ \t\f]*(?:[Pp](?:age|g|\.)?[ \t.]*(\d{1,5})(?:[ \t]*(?:/|of)[ \t]*\d{1,5})?|(?:" + _DASH + rb")+(\d{1,4})(?:" + _DASH_BEHIND
    + rb")+|(\d{1,5})[ \t]*(?:/|of)[ \t]*\d{1,5}|(\d{1,4}))[ \t\f]*"
)  # fmt: skip
"""The number of a page alone in its line; the last group where nothing marks it as one."""

RULER = re.compile(rb"[^0-9A-Za-z\x80-\xff]*[^0-9A-Za-z\s,_\"'`()\[\]{}|;+&\\\x00-\x1f\x7f-\xff][^0-9A-Za-z\x80-\xff]*")
"""A line of signs alone."""

_FEW_DIGITS = 8
_LONGEST_NUMBER = 9
"""Digits that a number in a line of text has at most, unless it says how many digits there are."""


_LEAST_LETTERS = 4
"""Letters that a line of text has to hold where it begins with a number: a damaged line of digits does as well."""


@cache
def words(base: int) -> re.Pattern[bytes]:
    """A word of two letters or more that cannot be digits of the base, not even damaged ones: no digit stands beside it."""
    # E2 80 and E2 81 begin blanks and punctuation
    letter = rb"(?:[A-Za-z]|(?!\xe2[\x80\x81])[\xc3-\xf4][\x80-\xbf]{1,3})"
    # `bn;` are a digit and the end of a BigInt
    foreign = rb"(?![A-Fa-f]+n;)(?=[A-Fa-f]*(?:[G-Zg-z]|[\xc3-\xf4]))" if base == 16 else b""
    return re.compile(rb"(?<![0-9A-Za-z\x80-\xff])" + foreign + letter + rb"{2,}(?![0-9A-Za-z])")


def is_text(line: bytes, base: int, total: int) -> bool:
    """Whether a line is words, with a number or a few among them, and no line of digits that was damaged.

    Args:
        line: without tags.
        base: of the digits.
        total: how many there are before it.
    """
    found = words(base).search(line)
    numbers = [len(run) for run in re.findall(rb"\d+", line)]
    long = [run for run in re.findall(rb"\d+", line) if len(run) > _LONGEST_NUMBER]
    if found is None or any(int(run) not in range(total, total + 3) for run in long):
        return False
    first = re.match(BLANKS + rb"(\d*)", line)
    assert first is not None
    letters = len(re.findall(rb"[A-Za-z]", line))
    if first[1] and (letters < _LEAST_LETTERS or not re.match(rb"[ \t,.]*" + words(base).pattern, line[first.end() :])):
        return False
    if base == 16:
        tokens = re.findall(rb"[0-9A-Za-z]+", line)
        numbers = [len(token) for token in tokens if re.fullmatch(rb"[0-9A-Fa-f]*\d[0-9A-Fa-f]*|[A-Fa-f]{5,}", token)]
        return sum(numbers) <= max(_FEW_DIGITS, sum(map(len, tokens)) - sum(numbers))
    return sum(numbers) <= max(_FEW_DIGITS, 2 * len(line.translate(None, b"0123456789 \t")))


def is_remark(rest: bytes, base: int) -> bool:
    """Whether what follows the digits of a line, behind a blank, is words without a digit."""
    return rest[:1] in b" \t(" and words(base).search(rest) is not None and not re.search(rb"\d", rest)
