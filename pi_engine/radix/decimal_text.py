"""What text stands for a decimal integer, and where other text goes wrong.

A sign, or none, and one digit or more, 0 to 9. ASCII white space and underscores, which group digits and break lines, are
passed over wherever they stand, as GMP does. All other characters are errors, also those that GMP lets pass: a second
minus, and whatever follows a zero byte.
"""

from __future__ import annotations

import re

_PASSED_OVER = " \t\n\v\f\r_"
_NO_DIGIT = re.compile(f"[^0-9{_PASSED_OVER}]")


def sign_and_digits(text: str) -> tuple[bool, str]:
    """Whether a decimal text has a minus, and its digits, without all else.

    Raises:
        ValueError: it is not a decimal integer; the message names the first wrong character and its position, counted from 1.
    """
    bare = text.encode("ascii", "replace").translate(None, _PASSED_OVER.encode())
    digits = bare[1:] if bare[:1] in {b"+", b"-"} else bare
    if not digits.isdigit():
        raise ValueError(_fault(text))
    return bare[:1] == b"-", digits.decode("ascii")


def _fault(text: str) -> str:
    for found in _NO_DIGIT.finditer(text):
        is_sign = found[0] in "+-" and not text[: found.start()].strip(_PASSED_OVER)
        if not is_sign:
            return f"not a decimal integer: the character at position {found.start() + 1} is {found[0]!r}"
    return "not a decimal integer: there is no digit in it" if text else "not a decimal integer: the text is empty"
