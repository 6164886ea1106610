"""Dates in digits."""

import datetime as dt

import pytest

from pi_engine.errors import UsageError
from pi_engine.search.patterns import parse_date, spellings


def test_usual_spellings():
    found = {spelling.name: spelling.text for spelling in spellings(parse_date("1988-03-14"))}
    assert found == {
        "ddmmyy": "140388",
        "ddmmyyyy": "14031988",
        "mmddyy": "031488",
        "mmddyyyy": "03141988",
        "yymmdd": "880314",
        "yyyymmdd": "19880314",
        "dmyy": "14388",
        "dmyyyy": "1431988",
        "mdyy": "31488",
        "mdyyyy": "3141988",
    }


def test_spellings_that_are_the_same_digits_are_one():
    found = {spelling.text: spelling.name for spelling in spellings(dt.date(2011, 11, 11))}
    assert found == {
        "111111": "ddmmyy, mmddyy, yymmdd, dmyy, mdyy",
        "11112011": "ddmmyyyy, mmddyyyy, dmyyyy, mdyyyy",
        "20111111": "yyyymmdd",
    }
    assert "0203" in {spelling.text[:4] for spelling in spellings(dt.date(405, 3, 2))}


@pytest.mark.parametrize("text", ["2000-02-29", "1988-3-14", " 1988-03-14 ", "0001-01-01", "9999-12-31"])
def test_dates(text):
    assert isinstance(parse_date(text), dt.date)


@pytest.mark.parametrize(
    "text",
    [
        "2001-02-29",
        "1988-13-01",
        "1988-00-10",
        "0000-01-01",
        "14.03.1988",
        "19880314",
        "",
        "88-03-14",
        "１９８８-03-14",
        "x" * 1000,
    ],
)
def test_no_dates(text):
    with pytest.raises(UsageError, match="is not a date") as error:
        parse_date(text)
    assert len(str(error.value)) < 120
