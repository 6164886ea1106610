"""Arithmetic expressions as people write formulas, read into whatever numbers an algebra makes of them.

    sum     = [sign] product { sign product }
    product = power { ["*" | "/"] power }            a factor may follow without a sign: 24k^3, (4k - 3)(2k - 1)
    power   = atom [ "^" digits ]                    also ** and superscript digits
    atom    = digits | name | "(" sum ")" | "sqrt" atom

as text in the literature's typography too: −, ·, ×, √, ³. Nothing is evaluated but what an algebra defines: a text is
data, whoever wrote it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, NoReturn, Protocol, TypeVar

from pi_engine.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

LONGEST_TEXT = 20_000
LONGEST_NUMBER = 4000
"""Digits; Python converts no more than 4300 from text."""

LARGEST_EXPONENT = 10_000
_DEEPEST = 50

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+)|(?P<name>[A-Za-z_]+|√)|(?P<superscript>[⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(?P<sign>\*\*|[-+*/^()−·×]))"
)
_SAME = {"−": "-", "·": "*", "×": "*", "**": "^", "√": "sqrt"}


class Algebra(Protocol[Value]):
    """What an expression is made of; each may raise UsageError, whose message then gets the place."""

    def number(self, n: int) -> Value:
        """A constant."""

    def name(self, text: str) -> Value:
        """A variable."""

    def plus(self, x: Value, y: Value) -> Value:
        """X + y."""

    def times(self, x: Value, y: Value) -> Value:
        """x·y."""

    def over(self, x: Value, y: Value) -> Value:
        """x/y."""

    def to_the(self, x: Value, n: int) -> Value:
        """xⁿ, n ≥ 0."""

    def root(self, x: Value) -> Value:
        """√x."""


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def read(text: str, algebra: Algebra[Value]) -> Value:
    """The value of an expression.

    Raises:
        UsageError: it is not an expression; the message begins with the column, counted from 1.
    """
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"the expression is longer than {LONGEST_TEXT} characters")
    parser = _Parser(_tokens(text), algebra)
    value = parser.sum(0)
    if parser.token.kind != "end":
        parser.refuse(f"unexpected {parser.token.text!r}")
    return value


def _tokens(text: str) -> list[_Token]:
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise UsageError(f"column {place + 1}: unexpected {text[place]!r}")
        kind = match.lastgroup or ""
        found = match[kind]
        tokens.append(_Token(kind, _SAME.get(found, found), match.start(kind) + 1))
        place = match.end()
    return [*tokens, _Token("end", "end", end + 1)]


class _Parser(Generic[Value]):
    """Recursive descent, one method a rule."""

    def __init__(self, tokens: list[_Token], algebra: Algebra[Value]) -> None:
        self.tokens = tokens
        self.place = 0
        self.algebra = algebra

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def refuse(self, message: str, column: int | None = None) -> NoReturn:
        raise UsageError(f"column {column or self.token.column}: {message}") from None

    def take(self, *texts: str) -> str | None:
        """The next token's text, if it is one of these signs or names."""
        if self.token.kind in ("sign", "name") and self.token.text in texts:
            self.place += 1
            return self.tokens[self.place - 1].text
        return None

    def sum(self, depth: int) -> Value:
        if depth > _DEEPEST:
            self.refuse("too many parentheses inside each other")
        sign = self.take("+", "-")
        value = self.signed(self.product(depth), sign)
        while sign := self.take("+", "-"):
            column = self.token.column
            value = self.at(column, self.algebra.plus, value, self.signed(self.product(depth), sign))
        return value

    def signed(self, value: Value, sign: str | None) -> Value:
        return self.algebra.times(self.algebra.number(-1), value) if sign == "-" else value

    def product(self, depth: int) -> Value:
        value = self.power(depth)
        while True:
            column = self.token.column
            if self.take("/"):
                value = self.at(column, self.algebra.over, value, self.power(depth))
            elif self.take("*") or self.token.kind in ("number", "name") or self.token.text == "(":
                value = self.at(column, self.algebra.times, value, self.power(depth))
            else:
                return value

    def power(self, depth: int) -> Value:
        value = self.atom(depth)
        column = self.token.column
        if self.token.kind == "superscript":
            digits = "".join(str("⁰¹²³⁴⁵⁶⁷⁸⁹".index(c)) for c in self.token.text)
        elif self.take("^"):
            if self.token.kind != "number":
                self.refuse("an exponent is a whole number")
            digits = self.token.text
        else:
            return value
        if len(digits) > 9 or int(digits) > LARGEST_EXPONENT:
            self.refuse(f"the exponent is larger than {LARGEST_EXPONENT}")
        self.place += 1
        return self.at(column, self.algebra.to_the, value, int(digits))

    def atom(self, depth: int) -> Value:
        token = self.token
        if token.kind == "number":
            if len(token.text) > LONGEST_NUMBER:
                self.refuse(f"a number of more than {LONGEST_NUMBER} digits")
            self.place += 1
            return self.at(token.column, self.algebra.number, int(token.text))
        if self.take("("):
            value = self.sum(depth + 1)
            if not self.take(")"):
                self.refuse("expected ')'" if self.token.kind == "end" else f"unexpected {self.token.text!r}")
            return value
        if self.take("sqrt"):
            return self.at(token.column, self.algebra.root, self.atom(depth + 1))
        if token.kind == "name":
            self.place += 1
            return self.at(token.column, self.algebra.name, token.text)
        return self.refuse("the expression ends too early" if token.kind == "end" else f"unexpected {token.text!r}")

    def at(self, column: int, operation: Callable[..., Value], *arguments: object) -> Value:
        """The operation's value, or its error with the place."""
        try:
            return operation(*arguments)
        except UsageError as error:
            return self.refuse(str(error), column)
