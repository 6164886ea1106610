"""A series for π from a TOML file: polynomials and the value of π as text, read and never executed.

docs/series.md describes the format. Whether the series sums to π is for the checks of a computation to find out; here
it is made sure that it converges, with a bound of its tail.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.errors import UsageError
from pi_engine.runtime.storage.presence import is_folder, is_regular_file, is_there
from pi_engine.runtime.waiting import WatchedStream
from pi_engine.series.model.hypergeometric import HypergeometricSeries
from pi_engine.series.model.pi_series import CombinedSeries, Component
from pi_engine.series.model.tail import growth_exponent
from pi_engine.series.user.algebras import PolynomialAlgebra, RadicalAlgebra, closed_form, of_coefficients
from pi_engine.series.user.expression import read
from pi_engine.series.user.toml_bounds import MOST_BYTES, require_bounded

if TYPE_CHECKING:
    from fractions import Fraction

    from pi_engine.series.model.closed_form import ClosedForm
    from pi_engine.series.model.pi_series import PiSeries
    from pi_engine.series.model.polynomial import IntegerPolynomial

_ABOUT = ("name", "title", "formula", "source")
_SUM = ("p", "q", "a")
_MOST_COMPONENTS = 100
_PIPES: dict[str, bytes] = {}
"""What pipes have said, by name: a series is looked up more than once for a computation, and a pipe can be read once."""


def load(path: str | Path) -> PiSeries:
    """The series in a file.

    Raises:
        UsageError: the file is missing, or it is not a series. The message is one line that names the place.
    """
    import tomllib

    place = str(path)
    content = _content(Path(path), place)
    if len(content) > MOST_BYTES:
        raise UsageError(f"{place}: larger than a MiB, which is too much for a series")
    try:
        text = content.decode("utf-8")
        require_bounded(text)
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{place}: not TOML: {str(error)[:200]}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{place}: not TOML: byte {error.start + 1} is not UTF-8") from None
    except UsageError as error:
        raise UsageError(f"{place}: not TOML that can be read: {error}") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{place}: not TOML that can be read: a number or a nesting is too large") from None
    try:
        return _series(table, Path(path).stem)
    except UsageError as error:
        raise UsageError(f"{place}: {error}") from None


def _content(path: Path, place: str) -> bytes:
    """At most one byte more than a file may have."""
    try:
        if not is_there(path) or is_regular_file(path) or is_folder(path):
            with path.open("rb") as stream:
                return stream.read(MOST_BYTES + 1)
        if place not in _PIPES:
            _PIPES[place] = _read_pipe(path, place)
        return _PIPES[place]
    except OSError as error:
        raise UsageError(f"{place}: {error.strerror or error}") from error
    except ValueError as error:  # a zero byte in the path
        raise UsageError(f"{place!r} is not a path: {error}") from error


def _read_pipe(path: Path, place: str) -> bytes:
    """Read a pipe. A log record says so if it has to be waited for."""
    with WatchedStream(place) as watched, watched.waiting(), path.open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _series(table: dict[str, Any], stem: str) -> PiSeries:
    combined = "sum" in table
    _require_known(table, (*_ABOUT, "pi", *(("sum",) if combined else _SUM)), "")
    about = {key: _text(table, key) for key in _ABOUT}
    form = closed_form_of(_required(table, "pi", ""))
    parts = _components(table["sum"]) if combined else (_component(table, ""),)
    return CombinedSeries(
        name=about["name"] or stem,
        title=about["title"] or stem,
        family="user",
        parts=parts,
        closed_form=form,
        formula=about["formula"],
        source=about["source"],
    )


def _require_known(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            shown = repr(key if len(key) <= 40 else f"{key[:40]}…")
            raise UsageError(f"{where}unknown key {shown}: known are {', '.join(known)}")


def _text(table: dict[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or len(value) > 1000 or not value.isprintable():
        raise UsageError(f"{key}: must be one line of text")
    return value


def _required(table: dict[str, Any], key: str, where: str) -> Any:  # noqa: ANN401 (what TOML holds)
    if key not in table:
        raise UsageError(f"{where}the key {key!r} is missing")
    return table[key]


def closed_form_of(value: Any) -> ClosedForm:  # noqa: ANN401
    """The value of π, like "426880*sqrt(10005)/S"."""
    if not isinstance(value, str):
        raise UsageError('pi: must be text, like "426880*sqrt(10005)/S"')
    try:
        return closed_form(read(value, RadicalAlgebra()))
    except UsageError as error:
        raise UsageError(f"pi: {error}") from None


def _components(tables: Any) -> tuple[Component, ...]:  # noqa: ANN401
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise UsageError("sum: must be tables, one for each component: [[sum]]")
    if len(tables) > _MOST_COMPONENTS:
        raise UsageError(f"sum: more than {_MOST_COMPONENTS} components")
    for i, table in enumerate(tables, 1):
        _require_known(table, ("label", "coefficient", *_SUM), f"sum {i}: ")
    return tuple(_component(table, f"sum {i}: ") for i, table in enumerate(tables, 1))


def _component(table: dict[str, Any], where: str) -> Component:
    polynomials = {key: _polynomial(_required(table, key, where), f"{where}{key}") for key in _SUM}
    coefficient = _coefficient(table.get("coefficient", 1), f"{where}coefficient")
    try:
        summed = HypergeometricSeries(**polynomials)
        growth_exponent(summed)
        label = _text(table, "label")
    except UsageError as error:
        raise UsageError(f"{where}{error}") from None
    return Component(coefficient, summed, label)


def _polynomial(value: Any, where: str) -> IntegerPolynomial:  # noqa: ANN401
    try:
        if isinstance(value, str):
            return read(value, PolynomialAlgebra())
        if isinstance(value, int) and not isinstance(value, bool):
            return of_coefficients((value,))
        if isinstance(value, list) and all(isinstance(c, int) and not isinstance(c, bool) for c in value):
            return of_coefficients(tuple(value))
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    raise UsageError(f'{where}: not a polynomial: write "24k^3 - 5", or its coefficients from k^0 on, [-5, 0, 0, 24]')


def _coefficient(value: Any, where: str) -> Fraction:  # noqa: ANN401
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise UsageError(f'{where}: must be an integer or a fraction, like "16/5"')
    try:
        found = read(text, RadicalAlgebra())
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from None
    if found[1:] != (1, 0, 1) or not found.factor:
        raise UsageError(f'{where}: must be a fraction that is not zero, like "16/5"')
    return found.factor
