"""`/v1/pi` means what it means at api.pi.delivery."""

import re

import pytest

import pi_engine
from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.server.digit_service import DigitService


@pytest.mark.parametrize(
    ("query", "start", "count"),
    [
        ("", 0, 100),  # the public defaults
        ("?start=0&numberOfDigits=10", 0, 10),
        ("?start=0&numberOfDigits=1", 0, 1),
        ("?start=1&numberOfDigits=1", 1, 1),
        ("?start=1&numberOfDigits=50&radix=10", 1, 50),
        ("?start=762&numberOfDigits=6", 762, 6),
        ("?numberOfDigits=0", 0, 0),
        ("?start=5&numberOfDigits=0", 5, 0),
        ("?numberOfDigits=1000", 0, 1000),
        ("?start=2100&numberOfDigits=1000", 2100, 1000),
        ("?start=3000&numberOfDigits=1000", 3000, 101),  # what is there
        ("?start=3100&numberOfDigits=1000", 3100, 1),  # the last
        ("?start=3100&numberOfDigits=0", 3100, 0),
        ("?start=&numberOfDigits=&radix=", 0, 100),  # an empty one counts as left out
        ("?start=0007", 7, 100),
        ("?key=1&start=7", 7, 100),  # the public interface ignores what it does not know
    ],
)
def test_digits(ask, mpfr_digits, query, start, count):
    assert ask(f"/v1/pi{query}") == (200, {"content": f"3{mpfr_digits}"[start : start + count]})


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("start=3101", "start is out of range: pi.txt has 3_100 digits after the point"),
        ("start=9223372036854775807", "out of range"),
        ("start=9223372036854775808", "start is not a whole number of at most 64 bits"),
        ("start=" + "9" * 1000, "not a whole number"),
        ("start=-1", "start is negative: -1"),
        ("start=-0", None),
        ("numberOfDigits=-1", "numberOfDigits is negative"),
        ("numberOfDigits=1001", "numberOfDigits must be at most 1000, not 1001"),
        ("start=1.5", "not a whole number"),
        ("start=1e3", "not a whole number"),
        ("start=1_000", "not a whole number"),
        ("start=%2B5", "not a whole number"),
        ("start=+5", "not a whole number"),
        ("start=0x10", "not a whole number"),
        ("start=abc", "start is not a whole number of at most 64 bits: 'abc'"),
        ("start=%D9%A1", "not a whole number"),  # the Arabic-Indic digit 1
        ("start=%EF%BC%91", "not a whole number"),  # a full-width 1
        ("start=%FF%FE", "not a whole number"),
        ("start=%00", "not a whole number"),
        ("start=5%0A", "not a whole number"),
        ("start=1&start=1", "'start' is given twice"),
        ("start=&start=1", "'start' is given twice"),
        ("radix=16", "there are no digits of radix 16: ask with radix=10"),
        ("radix=7", "radix must be either 10 or 16, not 7"),
        ("radix=0", "radix must be"),
        ("radix=-10", "radix is negative"),
        ("radix=ten", "radix is not a whole number"),
    ],
)
def test_what_is_refused(ask, query, message):
    status, answer = ask(f"/v1/pi?{query}")
    if message is None:
        assert status == 200
        return
    assert status == 400
    assert set(answer) == {"error"} and answer["error"]["status"] == 400
    assert message in answer["error"]["message"]
    assert len(answer["error"]["message"]) < 200


def test_hexadecimal_digits(client_of, service_of):
    digits = pi_engine.compute(2000, base=16).text()
    client = client_of(service_of(digits, name="hex.txt"))
    answer = client.get("/v1/pi?start=0&numberOfDigits=100&radix=16").json()["content"]
    assert answer == "3" + digits[2:101].lower() and answer.startswith("3243f6a8885a308d3")
    assert client.get("/v1/pi?start=1&numberOfDigits=2&radix=16").json() == {"content": "24"}
    refused = client.get("/v1/pi")  # radix 10, where none is given
    assert refused.status_code == 400
    assert "there are no digits of radix 10: ask with radix=16" in refused.json()["error"]["message"]


@pytest.mark.parametrize("base", [2, 8])
def test_other_bases_are_answered_where_they_are_asked_for(client_of, service_of, base):
    text = {2: "11.0010010000111111011010101000100010000101101000110000100011010011",
            8: "3.1103755242102643021514230630505600670163211220111602105147630720"}[base]  # fmt: skip
    client = client_of(service_of(text))
    whole, _, digits = text.partition(".")
    assert client.get(f"/v1/pi?radix={base}&numberOfDigits=20").json() == {"content": whole[-1] + digits[:19]}
    assert client.get("/v1/pi").status_code == 400


@pytest.mark.parametrize(
    "text", ["1415926535897932384626433832795028841971693993751058209749", "3.1415926535897932384626"]
)
def test_the_digit_before_the_point(client_of, service_of, text):
    assert client_of(service_of(text)).get("/v1/pi?numberOfDigits=5").json() == {"content": "31415"}


def test_no_digits_after_the_point(client_of):
    with DigitSequence.computed(0, cache=False) as digits:
        client = client_of(DigitService(digits))
        assert client.get("/v1/pi").json() == {"content": "3"}
        assert client.get("/v1/pi?start=1").status_code == 400
        assert client.get("/v1/find?q=1").json()["positions"] == []
        assert client.get("/v1/stats").json()["chi_square"] is None
        assert client.get("/v1/info").json()["digits"] == 0


def test_random_places(ask, rng, mpfr_digits):
    for _ in range(50):
        start, count = rng.randint(0, 3100), rng.randint(0, 1000)
        assert ask(f"/v1/pi?start={start}&numberOfDigits={count}") == (
            200,
            {"content": f"3{mpfr_digits}"[start : start + count]},
        )


def test_head_has_the_headers_alone(client_of, service_of):
    client = client_of(service_of("3.14159265358979323846"))
    got, head = client.get("/v1/pi?numberOfDigits=9"), client.head("/v1/pi?numberOfDigits=9")
    assert head.status_code == 200
    assert head.headers["content-length"] == got.headers["content-length"]
    assert re.fullmatch(r'\{"content":"[0-9]{9}"\}', got.text)
