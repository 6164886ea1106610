"""verify: what comes before a place that cannot be read is judged, and how many digits were compared is said and true."""

import gzip
import json
import os
import threading
import zlib

import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.cli.main import run
from pi_engine.errors import UsageError
from tests.digits import digit_files
from tests.files.verified_files import COUNT, digit_other_than, ycd

METHODS = ("auto", "recompute", "residues", "bbp", "known")


def with_wrong(rng, text, position, base=10):
    return text[: position + 1] + digit_other_than(rng, text[position + 1], base) + text[position + 2 :]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["pi.txt", "pi.txt.gz", "pi.txt.xz", "pi.txt.zst"])
def test_digits_before_a_stray_character(place, texts, rng, method, name):
    count = 12_345
    form = name.removeprefix("pi.txt").lstrip(".")
    pack = digit_files.PACK.get(form, bytes)
    content = (texts[10][: count + 2] + "“ and so on").encode()
    found = verify_file(place(pack(content), name), method)
    assert (found.status, found.kind, found.offset, found.digits) == ("corrupt", "stray", count + 2, count)
    assert (found.exit_code, found.first_wrong, found.wrong_digits) == (5, None, None)
    if method in ("auto", "recompute", "residues"):
        assert found.digits_compared == count
        assert found.message.startswith("the first 12_345 digits are π's; then")
    else:
        assert 0 < found.digits_compared < count
        assert f"12_345 digits could be read, and {found.digits_compared:_} of them were compared" in found.message
    wrong = with_wrong(rng, texts[10][: count + 2], 10_000).encode() + "“ and so on".encode()
    found = verify_file(place(pack(wrong), name), method)
    if method != "known":
        assert (found.status, found.first_wrong, found.exit_code) == ("wrong", 10_000, 3)
        assert "and behind the 12_345 digits that could be read: " in found.message
    else:
        assert (found.status, found.kind) == ("wrong", "position")


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("count", [1, 2, 19, 49, 50, 51, 99, 1000])
def test_few_digits_before_it(place, texts, base, count):
    for method in METHODS:
        found = verify_file(place(texts[base][: count + 2] + "x"), method, base=base)
        assert (found.status, found.kind, found.digits, found.base) == ("corrupt", "stray", count, base)
        # a method that is not for such digits gives way to one that is
        assert (found.digits_compared == count) == (method != "known" or count <= 50)
        assert found.digits_compared > 0
    assert found.message.startswith(
        "the first digit is π's; then" if count == 1 else f"{count:_} digits" if count > 50 else "the first "
    )


def test_no_digit_before_it(place):
    found = verify_file(place("3.x"))
    assert (found.status, found.digits, found.digits_compared) == ("corrupt", 0, 0)
    assert "none of its digits was compared" in found.proved


def test_a_pipe_that_ends_in_a_fault_is_judged_from_what_was_put_aside(tmp_path, texts, rng):
    for text, expected in (
        (texts[10], ("corrupt", None)),
        (with_wrong(rng, texts[10], 15_000), ("wrong", 15_000)),
    ):
        for content in (text.encode() + b"x", gzip.compress(text.encode())[:-9]):
            pipe = tmp_path / "pipe"
            os.mkfifo(pipe)
            writer = threading.Thread(target=pipe.write_bytes, args=(content,))
            writer.start()
            found = verify_file(pipe)
            writer.join()
            pipe.unlink()
            assert (found.status, found.first_wrong) == expected


@pytest.mark.parametrize("base", [10, 16])
def test_ycd_files_that_are_cut_off_or_damaged(place, texts, rng, base):
    width = {10: 19, 16: 16}[base]
    data = ycd(texts[base], base)
    for cut in (1, 8, 9, 800, 8000):
        found = verify_file(place(data[:-cut], "pi.ycd"))
        held = (-(-COUNT // width) - -(-cut // 8)) * width
        assert (found.status, found.kind, found.digits, found.digits_compared) == ("corrupt", "truncated", held, held)
        assert (
            found.message
            == f"the file is truncated: it holds {held:_} of 21_000 digits; the first {held:_} digits are π's"
        )
        wrong = ycd(with_wrong(rng, texts[base], 300, base), base)[:-cut]
        assert verify_file(place(wrong, "pi.ycd")).first_wrong == 300
    if base == 10:
        broken = bytearray(data)
        broken[-160:-152] = b"\xff" * 8
        held = (-(-COUNT // width) - 20) * width
        found = verify_file(place(bytes(broken), "pi.ycd"))
        assert (found.status, found.offset, found.digits) == ("corrupt", len(data) - 160, held)
        assert f"the first {held:_} digits are π's; then: the word at byte" in found.message


@pytest.mark.parametrize("form", ["gz", "bz2", "zip"])
def test_wrong_digits_of_a_damaged_archive_may_come_from_the_damage(place, texts, rng, form):
    """A check sum of other digits: nobody knows which of the two is damaged, so no digit is called wrong."""
    wrong = with_wrong(rng, texts[10], 3000)
    sum_of, packed = (digit_files.READ[form](text.encode()) for text in (texts[10], wrong))
    found = verify_file(place(packed, f"pi.{form}"))
    assert (found.status, found.first_wrong, found.kind) == ("wrong", 3000, "substituted")
    if form == "gz":
        data = packed[:-8] + sum_of[-8:]
    elif form == "zip":
        data = packed.replace(*(zlib.crc32(text.encode()).to_bytes(4, "little") for text in (wrong, texts[10])))
    else:
        data = packed[:10] + sum_of[10:14] + packed[14:]
    path = place(data, f"pi.{form}")
    for method in METHODS:
        found = verify_file(path, method)
        assert (found.status, found.kind, found.exit_code, found.first_wrong) == ("corrupt", "damaged", 5, None)
        assert (found.expected, found.found, found.wrong_digits, found.wrong_positions) == (None, None, None, ())
        if method in ("auto", "recompute"):
            assert found.message.endswith(
                "; the first 2_999 digits are π's; wrong digits behind them may come from the damage"
            )
        else:
            assert "damage" in found.message and "position" not in found.message


def test_a_header_that_is_not_pi_s_is_no_matter_of_the_digits(place, texts, rng):
    lying = ycd(texts[10]).replace(b"3.14159", b"3.14158", 1)
    found = verify_file(place(lying, "pi.ycd"))
    assert (found.status, found.kind, found.digits_compared) == ("corrupt", "header", COUNT)
    assert found.message == "its 21_000 digits are π's; but the FirstDigits of its header are not π's, from digit 5 on"
    found = verify_file(place(lying, "pi.ycd"), "known")
    assert (found.status, found.digits_compared) == ("corrupt", 90) and "digits are π's" not in found.message
    lying = ycd(with_wrong(rng, texts[10], 20_500)).replace(b"3.14159", b"3.14158", 1)
    found = verify_file(place(lying, "pi.ycd"))
    assert (found.status, found.first_wrong) == ("wrong", 20_500)


def test_the_second_reading_must_end_where_the_first_did(place, texts, monkeypatch):
    from pi_engine.files.methods.case import FileCase

    path = place(texts[10][:10_002] + "x")
    for other in (texts[10][:9_002] + "x", texts[10][:11_002] + "x", texts[10][:10_001] + "x" + texts[10][10_002:]):
        path.write_text(texts[10][:10_002] + "x")
        with monkeypatch.context() as patch:
            patch.setattr(FileCase, "require_header", lambda self, other=other: path.write_text(other) and None)
            found = verify_file(path, "recompute")
        assert (found.status, found.kind) == ("corrupt", "damaged") and "has changed" in found.message


def test_with_a_length_that_is_asked_for(place, texts):
    found = verify_file(place(texts[10][:1002] + "x"), digits=2000)
    assert (found.status, found.kind) == ("corrupt", "stray")  # the first fault
    found = verify_file(place(texts[10][:1002]), digits=2000)
    assert (
        found.message
        == "the file is truncated: it holds 1_000 of 2_000 digits; all were compared with those of π and are right"
    )
    found = verify_file(place(texts[10][:1002]), "known", digits=999)
    assert found.message == "it holds 1_000 digits, not 999; 60 of them were compared with those of π and are right"


# ---------------------------------------------------------------- what is compared, and what is said


def test_every_verdict_says_how_many_digits_were_compared(place, texts, rng, capsys):
    for content, method, compared in (
        (texts[10], "auto", "21_000 digits"),
        (texts[10], "known", "90 of 21_000 digits were compared"),
        (with_wrong(rng, texts[10], 700), "auto", "21_000 digits compared"),
        (with_wrong(rng, texts[10], 15_000), "known", "80 of 21_000 digits compared"),
        (with_wrong(rng, texts[10], 15_000), "bbp", "15_000 of 21_000 digits compared"),
        (texts[10] + "x", "auto", "the first 21_000 digits are π's"),
    ):
        path = place(content)
        assert run(["verify", str(path), "--method", method]) in (0, 3, 5, 6)
        assert compared in capsys.readouterr().out
        run(["verify", str(path), "--method", method, "--json"])
        fields = json.loads(capsys.readouterr().out)
        assert f"{fields['digits_compared']:_}" in fields["proved"] + fields["message"]


def test_where_all_does_not_fit_only_what_was_seen_is_said(place, texts, rng, monkeypatch):
    """The first wrong digit and what follows it at once: no claim on the rest."""
    from pi_engine.files.methods.case import FileCase

    text = with_wrong(rng, with_wrong(rng, texts[10], 15_000), 18_000)
    monkeypatch.setattr(FileCase, "fits", lambda self, digits: digits < 20_000)
    found = verify_file(place(text))
    assert (found.status, found.first_wrong, found.digits_compared) == ("wrong", 15_000, 15_000)
    assert (found.wrong_digits, found.wrong_positions) == (None, ())
    assert "the digits behind it were not all compared" in found.message and "others" not in found.message


@pytest.mark.parametrize("name", ["p", "position", "position 640", "the", "3", "wrong", "standard input", "it"])
def test_a_name_is_no_part_of_a_message(tmp_path, texts, rng, name, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    for content, says in (
        (with_wrong(rng, texts[10], 640), "wrong: position 640: "),
        (b"", "corrupt: the file is empty"),
        (texts[10][:502] + "x", "corrupt: the first 500 digits are π's; then"),
        (gzip.compress(texts[10].encode())[:3000], "truncated: the gzip data are cut off after"),
    ):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        run(["verify", name])
        assert capsys.readouterr().out.startswith(f"{name}: {says}")
        message = verify_file(name).message
        assert says.split(": ", 1)[1] in message
        assert message == verify_file(path.rename(tmp_path / "other")).message


def test_bbp_says_which_digits_it_is_for(place, texts):
    with pytest.raises(
        UsageError, match="the method bbp is for decimal digits, and these are of base 16: use --method recompute"
    ):
        verify_file(place(texts[16][:1002]), "bbp")
    with pytest.raises(UsageError, match="and the file has 1 digit: use"):
        verify_file(place("3.1"), "bbp")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("N", [12_000, 20_000])
def test_pi_and_a_power_of_two_is_wrong_and_no_bug(place, method, N):
    """π + 2^−N: all digits from about 0.301·N on are wrong."""
    longer = pi_engine.compute(N + 100)
    forged = ((longer.value * 2**N + 10 ** (N + 100)) // (2**N * 10**100)).digits()[1:]
    first = next(i for i, (a, b) in enumerate(zip(forged, longer.text()[2:], strict=False), 1) if a != b)
    found = verify_file(place(f"3.{forged}"), method)
    assert (found.status, found.exit_code) == ("wrong", 3)
    assert found.first_wrong == first or (found.kind == "position" and first < found.first_wrong <= N)


def test_one_digit_is_not_said_to_be_several(place):
    for method in ("auto", "known", "recompute"):
        found = verify_file(place("3.1"), method)
        assert found.status == "ok" and "the one digit after the point is that of π" in found.proved
    assert (
        "1 digits"
        not in repr(verify_file(place("3.1"))) + verify_file(place("3.1x")).message + verify_file(place("3.2")).proved
    )
    assert verify_file(place("3.1"), digits=2).message.startswith("the file is truncated: it holds 1 of 2 digits")
    assert verify_file(place("3.1"), digits=0).message.startswith("it holds 1 digit, not 0")
