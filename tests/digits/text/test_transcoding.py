"""UTF-16, UTF-32 and decimal digits beyond ASCII: read as the same text in ASCII, in bounded memory."""

import io
import tracemalloc

import pytest

from pi_engine import verify_file
from pi_engine.digits.common.source import Source
from pi_engine.digits.common.text_encodings import encoding_of
from pi_engine.digits.conversion import convert
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text.transcoding import as_utf8
from pi_engine.errors import CorruptFileError
from tests.conftest import MULTIPLIER, part_of
from tests.digits.digit_files import BASES, HABITS, READ, read, written

CODECS = [f"utf-{bits}-{order}" for bits in (16, 32) for order in ("le", "be")]
SCRIPTS = {
    "FULLWIDTH": 0xFF10,
    "ARABIC-INDIC": 0x660,
    "EXTENDED ARABIC-INDIC": 0x6F0,
    "DEVANAGARI": 0x966,
    "THAI": 0xE50,
}


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("habit", part_of(HABITS, 1 / 3, "habits"))
def test_every_habit_in_every_encoding(tmp_path, texts, codec, mark, habit):
    if not mark and habit == "byte order mark":
        return
    for base in BASES:
        content = (mark + HABITS[habit](texts[base])).encode(codec)
        for name in ("pi.txt", "pi.ycd", "pi.gz"):
            assert read(written(tmp_path, content, name)) == ("text", base, "3", texts[base][2:])
        with DigitFile(tmp_path / "pi.txt") as file:
            found = "byte order mark" in "; ".join(file.notes)
            assert found == (not mark)


@pytest.mark.parametrize("form", READ)
@pytest.mark.parametrize("codec", CODECS)
def test_in_compressed_files(tmp_path, texts, form, codec):
    for mark in ("\ufeff", ""):
        content = READ[form]((mark + texts[10]).encode(codec))
        assert read(written(tmp_path, content)) == (form, 10, "3", texts[10][2:])


@pytest.mark.parametrize("codec", CODECS)
def test_verify_and_convert(tmp_path, texts, codec):
    path = written(tmp_path, ("\ufeff" + texts[10]).encode(codec))
    found = verify_file(path)
    assert (found.status, found.digits, found.format) == ("ok", 5000, "text")
    convert(path, tmp_path / "to.txt")
    assert (tmp_path / "to.txt").read_text() == texts[10]
    wrong = texts[10][:1000] + str(9 - int(texts[10][1000])) + texts[10][1001:]
    found = verify_file(written(tmp_path, wrong.encode(codec)))
    assert (found.status, found.first_wrong) == ("wrong", 999)


@pytest.mark.parametrize("codec", CODECS)
def test_the_shortest_texts(tmp_path, codec):
    for text, digits in (("3.1", "1"), ("3.14", "14"), ("\n3.1", "1")):
        assert read(written(tmp_path, text.encode(codec))) == ("text", 10, "3", digits)
        assert read(written(tmp_path, ("\ufeff" + text).encode(codec))) == ("text", 10, "3", digits)
    for text in ("", " \r\n"):
        with pytest.raises(CorruptFileError) as caught:
            read(written(tmp_path, ("\ufeff" + text).encode(codec)))
        assert caught.value.kind == "empty"


@pytest.mark.parametrize("title", ["圆周率\u3000一百万位\n", "Число π до миллиона знаков:\r\n", "π = ", "Π\n\n"])
@pytest.mark.parametrize("codec", CODECS)
def test_titles_in_other_letters(tmp_path, texts, codec, title):
    for mark in ("\ufeff", ""):
        for count in (52, 5002):
            path = written(tmp_path, (mark + title + texts[10][:count]).encode(codec))
            assert read(path) == ("text", 10, "3", texts[10][2:count])


@pytest.mark.parametrize("codec", CODECS)
def test_what_is_cut_off_within_a_unit(tmp_path, texts, codec):
    """The digits before are given, and the place is that of the file."""
    content = ("\ufeff" + texts[10]).encode(codec)
    for lost in range(1, 2 if "16" in codec else 4):
        name = codec.upper().replace("-LE", "LE").replace("-BE", "BE")
        path = written(tmp_path, content[:-lost])
        unit = 2 if "16" in codec else 4
        with pytest.raises(
            CorruptFileError, match=f"{name} text ends within a character at byte {len(content) - unit:_}$"
        ) as caught:
            read(path)
        assert (caught.value.kind, caught.value.offset) == ("truncated", len(texts[10]) - 1)
        found = verify_file(path)
        assert (found.status, found.kind) == ("corrupt", "truncated")
        assert 4999 - 19 < found.digits <= 4999


@pytest.mark.parametrize("codec", CODECS)
def test_a_damaged_unit_has_its_place(tmp_path, texts, codec, rng):
    """What is no character: half of a surrogate pair, a number beyond Unicode."""
    order = "little" if codec.endswith("le") else "big"
    unit, number = (2, 0xD800) if "16" in codec else (4, 0x110000)
    for _ in range(int(20 * MULTIPLIER)):
        place = rng.randrange(100, 4900)
        head, tail = (texts[10][part].encode(codec) for part in (slice(place), slice(place, None)))
        path = written(tmp_path, head + number.to_bytes(unit, order) + tail)
        found = verify_file(path)
        assert (found.status, found.kind, found.offset) == ("corrupt", "damaged", place)
        assert place - 2 - 19 < found.digits <= place - 2
        assert f"text is damaged at byte {place * unit:_}" in found.message


@pytest.mark.parametrize("codec", CODECS)
def test_a_stray_character(tmp_path, texts, codec):
    """Offsets count bytes of the text in UTF-8, without the mark."""
    found = verify_file(written(tmp_path, ("\ufeff" + texts[10][:700] + "x" + texts[10][700:]).encode(codec)))
    assert (found.status, found.kind, found.offset) == ("corrupt", "stray", 700)


@pytest.mark.parametrize("codec", [*CODECS, "utf-8"])
def test_pieces_of_any_size(codec, rng):
    """Characters of one to four bytes, cut anywhere; never more than was asked for."""

    class Dribbling(io.BytesIO):
        def read(self, size=-1):
            return super().read(max(1, rng.randrange(1, max(size, 2)) if size > 0 else 1))

    for _ in range(int(30 * MULTIPLIER)):
        text = "\uff13" * 5000 + "".join(
            rng.choices("3.1é\u03c0\u2026\uff11\U0001d7d8\U0001f967\n", k=rng.randrange(3000))
        )
        stream, _ = as_utf8(Source(Dribbling(("\ufeff" + text).encode(codec)), "x"))
        pieces = []
        while piece := stream.read(size := rng.randrange(8, 400)):
            assert len(piece) <= size
            pieces.append(piece)
        expected = text.translate({0xFF13: "3", 0xFF11: "1", 0x1D7D8: "0"})
        assert b"".join(pieces).decode().lstrip("\ufeff") == expected


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("codec", ["utf-8", *CODECS])
def test_digits_of_other_scripts(tmp_path, texts, codec, script):
    digits = {48 + i: SCRIPTS[script] + i for i in range(10)}
    point = {"FULLWIDTH": "\uff0e", "ARABIC-INDIC": "\u066b"}.get(script, ".")
    text = texts[10].translate(digits | {ord("."): point})
    path = written(tmp_path, ("\ufeff" + text).encode(codec))
    assert read(path) == ("text", 10, "3", texts[10][2:])
    with DigitFile(path) as file:
        assert f"U+{SCRIPTS[script] + 3:04X} {script} DIGIT THREE: they are read as 0 to 9" in file.notes[-1]


def test_full_width_hexadecimal_digits(tmp_path, texts):
    text = texts[16].translate({code: code + 0xFEE0 for code in range(33, 127)})
    assert read(written(tmp_path, text)) == ("text", 16, "3", texts[16][2:])


def test_a_foreign_digit_among_others_is_an_error(tmp_path, texts):
    for count in (1, 4, 100):
        text = texts[10][:50] + "\uff13" * count + texts[10][50:]
        found = verify_file(written(tmp_path, text))
        assert (found.status, found.kind, found.offset) == ("corrupt", "stray", 50)


def test_ordinary_text_passes_as_it_is():
    """No encoding is seen in what is none, and the stream is the source itself."""
    for content in (
        b"3.14159",
        b"3",
        b"3.",
        b"3\x00",
        b"3.\x00\x00\x00\x00",
        bytes(64),
        b"\x00" * 7 + b"3.14",
        "π = 3.14".encode(),
    ):
        assert encoding_of(content) is None
        source = Source(io.BytesIO(content), "x")
        assert as_utf8(source) == (source, [])


def test_memory_is_bounded(tmp_path):
    path = tmp_path / "pi.txt"
    with path.open("wb") as file:
        file.write("\ufeff3.".encode("utf-16-le"))
        for _ in range(40):
            file.write(("1" * (1 << 20)).encode("utf-16-le"))
    tracemalloc.start()
    with DigitFile(path) as file:
        assert sum(block.digits for block in file.blocks()) == 40 << 20
    assert tracemalloc.get_traced_memory()[1] < 30 << 20
    tracemalloc.stop()
