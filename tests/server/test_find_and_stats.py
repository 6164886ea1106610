"""Searches and counts: right against a naive one, in pieces of any length, and bounded in time."""

import itertools
import math
import sys
import threading
import time
from collections import Counter

import numpy as np
import pytest

import pi_engine
from pi_engine.server.bounded_pieces import BoundedPieces
from pi_engine.server.digit_service import DigitService
from pi_engine.server.digit_tally import DigitTally


def naive(text, string, first=1):
    return [first + i for i in range(len(text) - len(string) + 1) if text.startswith(string, i)]


def test_found_as_by_a_naive_search(ask, mpfr_digits, rng):
    for _ in range(40):
        at, length = rng.randint(0, 3090), rng.randint(1, 5)
        string = mpfr_digits[at : at + length]
        start = rng.randint(1, 3100)
        expected = [p for p in naive(mpfr_digits, string) if p >= start]
        status, answer = ask(f"/v1/find?q={string}&limit=1000&start={start}")
        assert status == 200
        assert answer == {
            "q": string, "radix": 10, "start": start, "positions": expected,
            "searched_to": 3100, "stopped": "end", "next": None, "probability": answer["probability"],
        }  # fmt: skip


@pytest.mark.parametrize("path", ["/find", "/v1/find"])
def test_known_places(ask, path):
    assert ask(f"{path}?q=999999")[1]["positions"] == [762]
    assert ask(f"{path}?q=14159265")[1]["positions"] == [1]
    assert ask(f"{path}?q=99&limit=7")[1]["positions"][-1] - 762 in range(-762, 5)


def test_any_digit_between_others(ask, mpfr_digits):
    expected = [i + 1 for i in range(3096) if mpfr_digits[i] == "1" and mpfr_digits[i + 2 : i + 4] == "59"]
    assert ask("/find?q=1%3F59&limit=1000")[1]["positions"] == expected and len(expected) >= 2


def test_the_probability_in_random_digits(ask):
    """999999 overlaps itself, and so fewer sequences hold it."""
    alone, clumps = (ask(f"/find?q={string}")[1]["probability"] for string in ("123456", "999999"))
    assert alone == pytest.approx(3095e-6, rel=2e-3)
    assert clumps == pytest.approx(0.9 * 3095e-6, rel=2e-3)


def test_a_limit_and_the_rest(ask, mpfr_digits):
    expected, found, start = naive(mpfr_digits, "99"), [], 1
    while start is not None:
        answer = ask(f"/v1/find?q=99&limit=4&start={start}")[1]
        found += answer["positions"]
        assert answer["stopped"] == ("end" if answer["next"] is None else "limit")
        start = answer["next"]
    assert found == expected and len(expected) > 20  # 999999 holds 99 five times


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "q is missing"),
        ("q=", "q is missing"),
        ("q=12a4", "q: '12a4' is not a pattern: 'a' is not a decimal digit; write digits"),
        ("q=12%204", "' ' is not a decimal digit"),
        ("q=1%0A2", "'\\n' is not a decimal digit"),
        ("q=%D9%A1", "is not a decimal digit"),
        ("q=%C3%9F", "'ß' is not a decimal digit"),
        ("q=%FF", "is not a decimal digit"),
        ("q=-1", "'-' is not a decimal digit"),
        ("q=3.14", "without '3.'"),
        ("q=%3F%3F", "matches everywhere"),
        ("q=" + "1" * 1001, "q has 1001 characters: search for at most 1000 digits"),
        ("q=1&q=2", "'q' is given twice"),
        ("q=1&limit=0", "limit must be at least 1, not 0"),
        ("q=1&limit=1001", "limit must be at most 1000"),
        ("q=1&limit=-1", "limit is negative: -1"),
        ("q=1&limit=x", "limit is not a whole number"),
        ("q=1&start=0", "start must be at least 1"),
        ("q=1&start=3101", "start is out of range"),
        ("q=1&lim=5", "there is no parameter 'lim': give q or limit or start"),
        ("q=1&radix=10", "there is no parameter 'radix'"),
    ],
)
def test_searches_that_are_refused(ask, query, message):
    status, answer = ask(f"/v1/find?{query}")
    assert (status, answer["error"]["status"]) == (400, 400)
    assert message in answer["error"]["message"]


def test_a_string_longer_than_the_digits(client_of, service_of):
    answer = client_of(service_of("3.1415926535")).get("/find?q=" + "1" * 1000).json()
    assert (answer["positions"], answer["searched_to"], answer["stopped"]) == ([], 10, "end")


def test_hexadecimal_letters_of_either_case(client_of, service_of):
    text = pi_engine.compute(3000, base=16).text()
    client = client_of(service_of(text, name="hex.txt"))
    for string in ("a8885a3", "A8885A3"):
        answer = client.get(f"/find?q={string}").json()
        assert (answer["q"], answer["positions"]) == ("A8885A3", naive(text[2:], "A8885A3"))
    assert client.get("/find?q=G").status_code == 400


class SlowDigits:
    """Stands for digits whose pieces take long to read: each waits for the clock's next tick."""

    def __init__(self, text, length):
        self.base, self.integer, self.name, self.format = 10, "3", "slow", None
        self._text, self._length = text, length

    def __len__(self):
        return len(self._text)

    def with_random_access(self):
        return self

    def text(self, start, stop):
        return self._text[start:stop]

    def characters(self, start=0, stop=None):
        for i in range(start, len(self._text), self._length):
            yield np.frombuffer(self._text[i : i + self._length].encode(), np.uint8)


def test_a_search_out_of_time_goes_on_where_it_stopped(rng):
    """Each call has no time at all, reads some pieces all the same, and together they find everything."""
    text = "".join(rng.choices("12", k=500))
    service = DigitService(SlowDigits(text, 7))
    for string in ("1", "12", "1212", "12" * 10):
        found, start, rounds = [], 1, 0
        while start is not None:
            answer = service.find(string, start=start, limit=1000, until=0.0, unwanted=lambda: False)
            assert answer.searched_to >= min(start + 6, 500)
            found += answer.positions
            start, rounds = answer.continues, rounds + 1
        assert found == naive(text, string)
        assert rounds > 10


def test_time_is_told(rng):
    service = DigitService(SlowDigits("1" * 100, 10))
    answer = service.find("2", start=31, limit=5, until=0.0, unwanted=lambda: False)
    assert answer == ([], 40, "time", 41)
    answer = service.find("222", start=1, limit=5, until=0.0, unwanted=lambda: False)
    assert answer == ([], 10, "time", 9)
    answer = service.find("2" * 12, start=1, limit=5, until=0.0, unwanted=lambda: False)
    assert answer == ([], 30, "time", 20)
    answer = service.find("2", start=91, limit=5, until=0.0, unwanted=lambda: False)
    assert answer == ([], 100, "end", None)  # the last piece was the rest


def test_nobody_waits_any_more():
    calls = itertools.count()
    service = DigitService(SlowDigits("1" * 100, 10))
    answer = service.find("2", start=1, limit=5, until=time.monotonic() + 1e5, unwanted=lambda: next(calls) >= 2)
    assert answer.searched_to == 30


def test_pieces_end_when_the_time_has_come():
    pieces = [np.zeros(3, np.uint8)] * 5
    bounded = BoundedPieces(pieces, until=time.monotonic() + 1e6, unwanted=lambda: False)
    assert (len(list(bounded)), bounded.digits, bounded.out_of_time) == (5, 15, False)
    for least, count in ((0, 1), (1, 1), (3, 1), (4, 2), (15, 5), (16, 5)):
        bounded = BoundedPieces(pieces, until=0.0, unwanted=lambda: False, least=least)
        assert (len(list(bounded)), bounded.digits, bounded.out_of_time) == (count, 3 * count, least < 16)


@pytest.mark.parametrize("path", ["/stats", "/v1/stats"])
def test_counts(ask, mpfr_digits, path):
    status, answer = ask(path)
    counts = Counter(mpfr_digits)
    assert status == 200
    assert answer["counts"] == {digit: counts[digit] for digit in "0123456789"}
    assert (answer["digits"], answer["counted"], answer["complete"]) == (3100, 3100, True)
    assert answer["chi_square"] == pytest.approx(sum((c - 310) ** 2 for c in counts.values()) / 310)
    assert answer["entropy_bits"] == pytest.approx(-sum(c / 3100 * math.log2(c / 3100) for c in counts.values()))
    assert answer["degrees_of_freedom"] == 9
    pytest.importorskip("scipy.special")
    x = answer["chi_square"]  # the χ² distribution of odd degrees in closed form (Abramowitz and Stegun 26.4.4)
    density = math.sqrt(2 * x / math.pi) * math.exp(-x / 2) * (1 + x / 3 + x**2 / 15 + x**3 / 105)
    assert answer["p_value"] == pytest.approx(math.erfc(math.sqrt(x / 2)) + density)
    assert ask(f"{path}?start=1")[0] == 400


def test_without_scipy_there_is_no_p_value(ask, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.special", None)
    answer = ask("/stats")[1]
    assert answer["p_value"] is None and answer["chi_square"] > 0


def test_few_digits_have_no_p_value(client_of, service_of):
    assert client_of(service_of("3.1415926535")).get("/stats").json()["p_value"] is None


def test_the_published_counts_of_a_million_digits(million, tmp_path):
    """Counts of the first 10^6 digits: Shanks and Wrench 1962 begin the table, which every later one continues."""
    million.write(tmp_path / "pi.ycd")
    with pi_engine.open(tmp_path / "pi.ycd") as digits:
        tally = DigitService(digits).count(until=time.monotonic() + 1e5, unwanted=lambda: False)
    assert tally.counts == (99959, 99758, 100026, 100229, 100230, 100359, 99548, 99800, 99985, 100106)


def test_a_count_out_of_time_goes_on_where_it_stopped(rng):
    text = "".join(rng.choices("0123456789", k=200))
    tally = DigitTally(SlowDigits(text, 9))
    for rounds in itertools.count(1):
        found = tally.count(until=time.monotonic() + 0.001, unwanted=lambda: True)
        assert found.counted == min(9 * rounds, 200)
        assert found.counts == tuple(text[: found.counted].count(digit) for digit in "0123456789")
        if found.complete:
            break
    assert rounds == 23


def test_several_count_at_once(rng):
    text = "".join(rng.choices("0123456789", k=5000))
    tally = DigitTally(SlowDigits(text, 100))
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(tally.count(until=time.monotonic() + 1e5, unwanted=lambda: False)))
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [x.counts for x in found] == [tuple(text.count(digit) for digit in "0123456789")] * 5
