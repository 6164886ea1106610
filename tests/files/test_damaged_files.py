"""verify: files that are corrupt or cut off, and sets."""

import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.radix.kernels.digit_words import digit_words
from tests.files.verified_files import COUNT, FORMS, ycd


@pytest.mark.parametrize(
    ("name", "content", "kind", "offset", "message"),
    [
        ("pi.txt", b"", "empty", 0, "is empty"),
        ("pi.txt", b"\n", "empty", 0, "only blanks"),
        ("pi.ycd", b"", "empty", 0, "is empty"),
        ("pi.txt", b"3.14159x", "stray", 7, "line 1, column 8 (byte 7), comes 'x'"),
        ("pi.txt", b"3.x4159", "stray", 2, "line 1, column 3 (byte 2), comes 'x'"),
        ("pi.txt", b"3.14159 26535\n89793 2384b\n", "stray", 24, "line 2, column 11 (byte 24), comes 'b'"),
        ("pi.txt", b"3.1415\x0026", "stray", 6, "line 1, column 7 (byte 6), comes U+0000"),
        ("pi.txt", b"hello", "header", 0, "no digits"),
        ("pi.ycd", b"#Compressed Digit File\r\n", "truncated", 24, "cut off"),
        ("pi.ycd", b"#Compressed Digit Fils\r\n\r\nFileVersion:\t1.1.0\r\n", "truncated", 46, "cut off"),
    ],
)
def test_corrupt_files(place, name, content, kind, offset, message):
    for method in ("auto", "known", "recompute"):
        found = verify_file(place(content, name), method)
        assert (found.status, found.kind, found.offset) == ("corrupt", kind, offset)
        assert message in found.message
        assert (found.exit_code, found.first_wrong, found.expected) == (5, None, None)
        assert found.method == ("known" if method == "auto" else method)


def test_a_truncated_file(place, texts):
    for name, make in FORMS.items():
        content = make(texts[10], 10)
        found = verify_file(place(content[:-10], name), digits=COUNT)
        assert (found.status, found.kind) == ("corrupt", "truncated")
    found = verify_file(place(texts[10] + "5"), digits=COUNT)
    assert found.status in ("corrupt", "wrong")
    assert verify_file(place(texts[10]), digits=COUNT).status == "ok"
    found = verify_file(place(texts[10]), digits=COUNT - 1)
    assert (found.status, found.kind) == ("corrupt", "length")


def header_with(old, new):
    return lambda text: ycd(text).replace(old, new, 1)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (header_with(b"Base:\t10", b"Base:\t12"), "base 12"),
        (header_with(b"Base:\t10", b"Base:\t1x"), "not a whole number"),
        (header_with(b"1.1.0", b"1.2.0"), "version '1.2.0'"),
        (header_with(b"FirstDigits", b"FirstDigitz"), "no FirstDigits"),
        (header_with(b"3.14159", b"3.14158"), "from digit 5 on"),
        (header_with(b"3.14159", b"4.14159"), "from digit 0 on"),
        (header_with(b"3.14159", b"3.1415"), "not a digit, a point and 50 digits"),
        (header_with(b"TotalDigits:\t0", b"TotalDigits:\t-1"), "not a whole number"),
        (header_with(b"BlockID:\t0", b"BlockID:\t3"), "file 3 of a set"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t20999"), "does not end in zeros"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t20000"), "goes on after"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t99000"), "truncated: it holds"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t" + b"9" * 18), "truncated: it holds"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t" + b"9" * 19), "not a whole number"),
        (header_with(b"Blocksize:\t21000", b"Blocksize:\t49"), "not a whole number"),
        (header_with(b"Blocksize:\t21000", b"Base:\t10"), "Base twice"),
        (header_with(b"EndHeader", b"EndHeadex"), "not a key and a value"),
        (header_with(b"EndHeader\r\n\r\n\x00", b"EndHeader\r\n\r\nx\x00"), "goes on after its end"),
        (header_with(b"EndHeader\r\n", b""), "no line EndHeader"),
        (header_with(b"#Comp", b"#comp"), "does not begin with"),
        (lambda text: ycd(text).replace(b"\x00", b" " * 5000, 1), "does not end"),
        (lambda text: ycd(text) + b"\x00", "goes on after"),
        (lambda text: ycd(text)[:-1], "truncated: it holds"),
        (lambda text: ycd(text)[:-1] + b"\xff", "not hold 19 digits"),
        (lambda text: header_bytes(10, 20_000, 1, 20_010) + ycd(text)[-8:], "file 1 of a set"),
        (lambda text: header_bytes(10, 50, 0, 40) + digit_words(text[2:42], 10).tobytes(), None),
    ],
)  # fmt: skip
def test_wrong_headers_and_data(place, texts, damage, message):
    found = verify_file(place(damage(texts[10]), "pi.ycd"))
    if message is None:
        assert (found.status, found.digits) == ("ok", 40)
        return
    assert found.status == "corrupt"
    assert message in found.message


def test_a_set_is_verified(tmp_path, texts):
    digits = texts[10][2:]
    folder = tmp_path / "pi"
    pi_engine.compute(COUNT).write(tmp_path / "pi.ycd", block_size=3001)
    assert sorted(path.name for path in folder.iterdir()) == [f"pi - {i}.ycd" for i in range(7)]
    for path in (folder, folder / "pi - 0.ycd", folder / "pi - 6.ycd"):
        found = verify_file(path)
        assert (found.status, found.digits, found.format) == ("ok", COUNT, "ycd")
    content = bytearray((folder / "pi - 4.ycd").read_bytes())
    word = int.from_bytes(content[-808:-800], "little")
    assert word != 5
    content[-808:-800] = (5).to_bytes(8, "little")
    (folder / "pi - 4.ycd").write_bytes(content)
    found = verify_file(folder)
    assert found.status == "wrong"
    assert 4 * 3001 < found.first_wrong <= 5 * 3001
    assert found.expected == digits[found.first_wrong - 1 : found.first_wrong + 9]
