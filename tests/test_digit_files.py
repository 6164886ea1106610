"""Readers: every habit of text, every format, both bases, in bounded memory."""

import bz2
import gzip
import io
import lzma
import random
import subprocess
import sys
import tracemalloc
import zlib

import mpmath
import numpy as np
import pytest
import zstandard

import pi_engine
from pi_engine.digits import constants, digit_text, text_reader
from pi_engine.digits.block_hash import BlockHash
from pi_engine.digits.blocks import Block, Cutter, aligned, blocks_of_words
from pi_engine.digits.constants import OTHERS, PI, recognise
from pi_engine.digits.decompression import decompressed
from pi_engine.digits.digit_text import DigitText
from pi_engine.digits.formats import format_of_content, format_of_name, format_to_write
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.source import Source
from pi_engine.digits.spool import Spool
from pi_engine.digits.text_start import find_start
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.radix import DigitHash
from pi_engine.radix.words import digit_words

from .conftest import MULTIPLIER

BASES = [10, 16]


@pytest.fixture(scope="module")
def texts():
    """The first 5000 digits in each base."""
    return {base: pi_engine.compute(5000, base=base).text() for base in BASES}


def read(path, base=None):
    """What a file holds: format, base, the digit before the point, and the digits after it."""
    with DigitFile(path, base=base) as file:
        text = DigitText(file.base)
        digits = b"".join(text.text(block.words, block.digits) for block in file.blocks())
    return file.format, file.base, file.integer, digits.decode()


def written(tmp_path, content, name="pi.txt"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def in_groups(digits, group, line, end="\n", blank=" "):
    lines = (digits[i : i + line] for i in range(0, len(digits), line))
    return end.join(blank.join(row[i : i + group] for i in range(0, len(row), group)) for row in lines)


HABITS = {
    "plain": lambda t: t,
    "newline": lambda t: t + "\n",
    "crlf at the end": lambda t: t + "\r\n",
    "lower case": str.lower,
    "line breaks": lambda t: t[:2] + "\n" + in_groups(t[2:], 50, 50),
    "line breaks within": lambda t: in_groups(t, 80, 80),
    "crlf": lambda t: t[:2] + "\r\n" + in_groups(t[2:], 10, 50, "\r\n"),
    "old line ends": lambda t: t[:2] + "\r" + in_groups(t[2:], 10, 50, "\r"),
    "groups": lambda t: t[:2] + " " + in_groups(t[2:], 5, 60),
    "groups by comma": lambda t: t[:2] + in_groups(t[2:], 3, 60, ",\n", ","),
    "groups by underscore": lambda t: t[:2] + in_groups(t[2:], 10, 100, "_\n", "_"),
    "tabs": lambda t: t[:2] + in_groups(t[2:], 10, 100, "\n\t", "\t"),
    "indented": lambda t: "\n\n    " + in_groups(t[:2] + t[2:], 70, 70, "\n    "),
    "decimal comma": lambda t: t.replace(".", ","),
    "blanks at the point": lambda t: t[0] + " . " + t[2:],
    "point on a line of its own": lambda t: t[0] + "\n.\n" + t[2:],
    "byte order mark": lambda t: "\ufeff" + t,
    "header": lambda t: f"Pi to {len(t) - 2:,} digits, 2026-11-22, version 1.5\n\n{t}\n",
    "header that mentions it": lambda t: f"# {t[:8]} and so on\r\n# digits: {len(t)}\r\n\r\n{t}\r\n",
    "header with a count": lambda t: f"{len(t)} digits\n{t}",
    "a count alone": lambda t: f"{len(t)}\n{t}",
    "equals": lambda t: f"pi = {t}",
    "of Greek": lambda t: f"π = {t}",
    "long header": lambda t: "The digits follow.\n" * 3000 + t,
    "feeds": lambda t: t[:2] + in_groups(t[2:], 10, 100, "\v\f"),
}


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("base", BASES)
def test_habits(tmp_path, texts, base, habit):
    text = texts[base]
    path = written(tmp_path, HABITS[habit](text))
    assert read(path) == ("text", base, "3", text[2:])


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("habit", ["plain", "newline", "groups", "crlf", "header", "byte order mark"])
def test_a_missing_integer_part(tmp_path, texts, base, habit):
    text = HABITS[habit]("xx" + texts[base][2:]).replace("xx", "").replace("\r\n", "\n", 1)
    assert read(written(tmp_path, text.lstrip(" \n"))) == ("text", base, "", texts[base][2:])


def test_the_prefix_0x(tmp_path, texts):
    assert read(written(tmp_path, "0x" + texts[16].lower())) == ("text", 16, "3", texts[16][2:])
    assert read(written(tmp_path, "pi = 0x" + texts[16])) == ("text", 16, "3", texts[16][2:])


@pytest.mark.parametrize("base", BASES)
def test_few_digits(tmp_path, texts, base):
    """Around one word; and where the base can be told, it is."""
    for count in [*range(4, 70), 0]:
        for tail in ("", "\n"):
            text = texts[base][: count + 2] if count else "3"
            found = read(written(tmp_path, text + tail))
            assert found == ("text", base if count else 10, "3", text[2:])
    for count in (1, 2, 3):
        assert read(written(tmp_path, texts[base][: count + 2]), base)[3] == texts[base][2 : count + 2]


@pytest.mark.parametrize("constant", OTHERS, ids=lambda constant: constant.name)
def test_other_constants_begin_with_their_digits(tmp_path, constant):
    for base in BASES:
        for header in ("", "The first digits\n\n"):
            path = written(tmp_path, f"{header}{constant.integer}.{constant.fraction(base)}\n")
            assert read(path) == ("text", base, constant.integer, constant.fraction(base))
            assert recognise(constant.fraction(base), base) is constant


def test_the_table_of_constants():
    with mpmath.workdps(80):
        lemniscate = mpmath.gamma(0.25) ** 2 / (2 * mpmath.sqrt(2 * mpmath.pi))
        values = {
            "π": +mpmath.pi, "e": +mpmath.e, "√2": mpmath.sqrt(2), "√3": mpmath.sqrt(3), "√5": mpmath.sqrt(5),
            "√10": mpmath.sqrt(10), "the golden ratio": +mpmath.phi, "ln 2": +mpmath.ln2, "ln 10": +mpmath.ln10,
            "ζ(3)": +mpmath.apery, "Euler's constant γ": +mpmath.euler, "Catalan's constant": +mpmath.catalan,
            "2π": 2 * mpmath.pi, "1/π": 1 / mpmath.pi, "π²": mpmath.pi**2, "Γ(1/3)": mpmath.gamma(mpmath.mpf(1) / 3),
            "Γ(1/4)": mpmath.gamma(0.25), "the lemniscate constant": lemniscate,
        }  # fmt: skip
        assert [constant.name for constant in (PI, *OTHERS)] == list(values)
        for constant in (PI, *OTHERS):
            value, count = values[constant.name], len(constant.decimal)
            scaled = int(mpmath.floor(value * mpmath.mpf(10) ** count))
            assert constant.integer + constant.decimal == str(scaled).zfill(count + 1)
            scaled = int(mpmath.floor(value * mpmath.mpf(16) ** len(constant.hexadecimal)))
            assert constant.integer + constant.hexadecimal == f"{scaled:0{len(constant.hexadecimal) + 1}X}"
    assert recognise("7182818", 10) is None
    assert recognise("71828183", 10) is None
    assert recognise(PI.decimal, 10) is None
    assert constants.CERTAIN == 8


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "empty"), (b"\n \r\n", "empty"), (b"\x00" * 100, "empty"), (b" " * 70_000, "empty"),
        (b"hello, world\n", "header"), ("3.14159".encode("utf-16"), "header"), (bytes(range(256)), "header"),
        (b"x" * 100_000, "header"), (b"Pi\n\n", "header"),
    ],
)  # fmt: skip
def test_no_digits(tmp_path, content, kind):
    with pytest.raises(CorruptFileError) as caught:
        read(written(tmp_path, content))
    assert caught.value.kind == kind
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("stray", ["x", "-", ".", "\x00", "\x7f", "é", "O", ":"])
def test_a_stray_character_has_its_offset(tmp_path, texts, base, stray):
    """Wherever it stands, and after the digits before it have been read."""
    for habit in ("plain", "groups", "crlf", "header"):
        text = HABITS[habit](texts[base])
        begin = text.index(texts[base][:2]) + 20
        for place in (begin, begin + 1000, len(text) - 8):
            path = written(tmp_path, text[:place] + stray + text[place + 1 :])
            before = []
            with DigitFile(path) as file, pytest.raises(CorruptFileError) as caught:
                before.extend(block.digits for block in file.blocks())
            assert caught.value.offset == len(text[:place].encode())
            assert caught.value.kind == "stray"
            wanted = text[text.index(texts[base][:2]) + 2 : place]
            assert sum(before) == sum(character not in " \r\n" for character in wanted)


@pytest.mark.parametrize("chunk", [7, 64, 1000])
def test_chunks_of_any_size(tmp_path, texts, monkeypatch, chunk):
    monkeypatch.setattr(text_reader, "CHUNK", chunk)
    for habit in ("plain", "groups", "crlf"):
        text = HABITS[habit](texts[10] * 1)
        path = written(tmp_path, text)
        monkeypatch.setattr(text_reader, "WINDOW", 64)
        assert read(path)[3] == texts[10][2:]


def test_many_blanks_end_the_reading(tmp_path, texts):
    path = written(tmp_path, texts[10] + " " * (3 << 20) + "1")
    with pytest.raises(CorruptFileError, match="hold no digit"):
        read(path)


# ---------------------------------------------------------------- compressed text


COMPRESS = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
}


@pytest.mark.parametrize("form", COMPRESS)
@pytest.mark.parametrize("base", BASES)
def test_compressed_text(tmp_path, texts, form, base):
    content = HABITS["header"](texts[base]).encode()
    compress = COMPRESS[form]
    for data in (
        compress(content),
        compress(content[:3000]) + compress(b"") + compress(content[3000:]),
        *(
            [compress(content) + bytes(64)]
            if form != "zst"
            else [b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc" + compress(content)]
        ),
    ):
        for name in (f"pi.txt.{form}", "pi"):
            assert read(written(tmp_path, data, name)) == (form, base, "3", texts[base][2:])


@pytest.mark.parametrize("form", COMPRESS)
def test_compressed_text_cut_off(tmp_path, texts, form):
    data = COMPRESS[form](texts[10].encode())
    for length in (*range(8, 60, 7), len(data) // 2, len(data) - 1):
        with pytest.raises(CorruptFileError) as caught:
            read(written(tmp_path, data[:length], f"pi.{form}"))
        assert caught.value.kind == "truncated"
        assert "cut off" in str(caught.value)


@pytest.mark.parametrize("form", COMPRESS)
def test_a_bomb_is_refused_in_little_memory(tmp_path, form):
    """20 MB of blanks or ones in some kilobytes: refused long before their end."""
    for content in (b"3.1" + bytes([character]) * (2 * 10**7) for character in b"1 "):
        path = written(tmp_path, COMPRESS[form](content), f"bomb.{form}")
        del content
        tracemalloc.start()
        with pytest.raises(CorruptFileError, match=r"grows more than|hold no digit"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
        tracemalloc.stop()


def test_a_large_window_is_refused(tmp_path, texts):
    data = lzma.compress(texts[10].encode(), filters=[{"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 29}])
    with pytest.raises(CorruptFileError, match="dictionary"):
        read(written(tmp_path, data, "pi.xz"))
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=29)
    compressor = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    data = compressor.compress(texts[10].encode()) + compressor.flush()
    with pytest.raises(CorruptFileError, match="--long"):
        read(written(tmp_path, data, "pi.zst"))


def test_zstandard_walk_agrees_with_the_library(rng):
    """Frames of all kinds: levels, sizes, checksums, known and unknown lengths, one after another."""
    for _ in range(int(60 * MULTIPLIER)):
        content, data = b"", b""
        for _ in range(rng.randrange(1, 4)):
            part = rng.choice([b"7" * rng.randrange(400_000), rng.randbytes(rng.randrange(300_000)), b""])
            options = {"level": rng.choice([-5, 1, 3, 9]), "write_checksum": rng.random() < 0.5}
            encoder = zstandard.ZstdCompressor(write_content_size=rng.random() < 0.5, **options)
            content += part
            data += encoder.compress(part)
        stream = decompressed(io.BytesIO(data), "zst", "test")
        pieces = []
        try:
            while piece := stream.read(1 << 16):
                assert len(piece) <= 1 << 17
                pieces.append(piece)
        except CorruptFileError as error:
            assert "grows" in str(error)  # noqa: PT017
        else:
            assert b"".join(pieces) == content


# ---------------------------------------------------------------- which format


@pytest.mark.parametrize(
    ("head", "name", "form"),
    [
        (b"\x1f\x8b\x08", "pi.txt", "gz"), (b"\xfd7zXZ\x00", "x", "xz"), (b"\x28\xb5\x2f\xfd", "x.gz", "zst"),
        (b"\x50\x2a\x4d\x18", "x", "zst"), (b"#Compressed Digit File\r\n", "x.txt", "ycd"), (b"3.14", "pi.gz", "text"),
        (b"3.14", "pi.ycd", "text"), (b"\x00\x01\x02\x03", "pi.ycd", "ycd"), (b"\x00\x01\x02\x03", "pi.txt", "text"),
        (b"\x1e\x8b\x08\x00\x01", "pi.gz", "gz"), (b"#Kompressed\r\n\r\nFileVersion:", "pi.ycd", "ycd"), (b"", "pi.xz", "text"),
    ],
)  # fmt: skip
def test_formats_are_told_by_content(head, name, form):
    assert format_of_content(head, name) == form


def test_formats_by_name():
    assert [format_of_name(f"pi{s}") for s in ("", ".txt", ".TXT.GZ", ".zst", ".xz", ".Ycd")] == [
        "text", "text", "gz", "zst", "xz", "ycd",
    ]  # fmt: skip
    assert format_to_write("pi.gz", "text") == "text"
    with pytest.raises(UsageError, match="bzip2 is not written"):
        format_to_write("pi.txt.bz2")
    with pytest.raises(UsageError, match="'rar' is not known"):
        format_to_write("pi.txt", "rar")


def test_a_foreign_format_holds_no_digits(tmp_path, texts):
    for data in (bz2.compress(texts[10].encode()), zlib.compress(texts[10].encode())):
        with pytest.raises(CorruptFileError):
            read(written(tmp_path, data, "pi.bz2"))


def test_what_cannot_be_read(tmp_path):
    for path, message in (("missing.txt", "No such file"), ("", "folder without a set")):
        with pytest.raises(UsageError, match=message):
            read(tmp_path / path)


def test_standard_input(texts):
    code = (
        "from pi_engine.digits.reader import DigitFile\n"
        "file = DigitFile('-')\n"
        "print(file.format, file.base, file.name, sum(block.digits for block in file.blocks()))"
    )
    for data, form in ((texts[16].encode(), "text"), (gzip.compress(texts[16].encode()), "gz")):
        answer = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True)
        assert answer.stdout.decode().strip() == f"{form} 16 standard input 5000"


def test_a_source_looks_ahead_and_counts():
    source = Source(io.BytesIO(b"0123456789"), "x", 10)
    assert source.peek(4) == b"0123"
    assert source.position == 0
    assert source.read(2) == b"01"
    target = bytearray(5)
    assert source.fill(memoryview(target)) == 5
    assert target == b"23456"
    assert source.peek(100) == b"789"
    assert source.fill(memoryview(target)) == 3
    assert (source.position, source.read(1)) == (10, b"")


# ---------------------------------------------------------------- characters, words, hashes


@pytest.mark.parametrize("base", BASES)
def test_words_and_text(rng, base, monkeypatch):
    monkeypatch.setattr(DigitText, "_by_kernels", lambda self, count: False)
    text = DigitText(base)
    alphabet = "0123456789ABCDEF"[:base]
    for count in [*range(1, 60), 19 * 16384, 16 * 16384 + 5, 400_000]:
        digits = "".join(rng.choices(alphabet, k=count))
        words = text.words(digits.encode())
        assert np.array_equal(words, digit_words(digits, base))
        assert text.text(words, count) == digits.encode()


@pytest.fixture
def kernels(monkeypatch):
    monkeypatch.setattr(digit_text, "KERNELS_FROM", 0)


def test_the_kernels_agree(rng, kernels):
    plain = DigitText(10)
    plain._by_kernels = lambda count: False
    fast = DigitText(10)
    for count in [0, *range(1, 40), 10_000]:
        for density in (0.0, 0.05, 0.5):
            characters = [
                rng.choice(" \n,_\t\r\v\f") if rng.random() < density else rng.choice("0123456789")
                for _ in range(count)
            ]
            content = "".join(characters).encode()
            found, stray = fast.compact(content)
            assert (bytes(found), stray) == plain.compact(content)
            words = fast.words(found)
            assert np.array_equal(words, plain.words(bytes(found)))
            assert fast.text(words, len(found)) == bytes(found)
            if count:
                place, character = rng.randrange(count), rng.choice([0, 47, 58, 65, 102, 128, 176, 185, 255])
                broken = content[:place] + bytes([character]) + content[place + 1 :]
                found, stray = fast.compact(broken)
                assert stray == place
                assert (bytes(found), stray) == plain.compact(broken)


@pytest.mark.parametrize("base", BASES)
def test_block_hash(rng, texts, base):
    oracle = DigitHash(base)
    oracle.update("3" + texts[base][2:])
    found = BlockHash(base)
    for block in blocks_of_words(digit_words(texts[base][2:], base), 5000, base, size=7):
        found.update(block)
    assert (found.value, found.count) == (oracle.value, 5000)


def test_block_hash_by_the_kernel(texts, kernels):
    test_block_hash(random.Random(1), texts, 10)


@pytest.mark.parametrize("base", BASES)
def test_cutting_and_joining(rng, texts, base):
    """Pieces of any length, each of which begins a new word, give the same digits when they are joined."""
    digits = texts[base][2:]
    text = DigitText(base)
    for _ in range(int(30 * MULTIPLIER)):
        count = rng.randrange(1, 700)
        size, step = rng.randrange(1, 120), rng.randrange(1, 9)
        cutter = Cutter(blocks_of_words(digit_words(digits[:count], base), count, base, size=step), base)
        pieces = []
        for start in range(0, count, size):
            taken = list(cutter.take(min(size, count - start)))
            assert all(block.digits % text.width == 0 for block in taken[:-1])
            found = b"".join(text.text(block.words, block.digits) for block in taken).decode()
            assert found == digits[start : min(start + size, count)]
            assert np.array_equal(np.concatenate([block.words for block in taken]), digit_words(found, base))
            pieces += taken
        joined = list(aligned(pieces, base))
        assert np.array_equal(np.concatenate([block.words for block in joined]), digit_words(digits[:count], base))
        assert sum(block.digits for block in joined) == count


def test_spool(tmp_path, texts):
    words = digit_words(texts[10][2:], 10)
    with Spool(10, tmp_path) as spool:
        assert list(tmp_path.iterdir()) == []  # it has no name
        for block in spool.through(blocks_of_words(words, 5000, 10, size=13)):
            assert isinstance(block, Block)
        for _ in range(2):
            blocks = list(spool.blocks())
            assert np.array_equal(np.concatenate([block.words for block in blocks]), words)
            assert sum(block.digits for block in blocks) == 5000


def test_reading_needs_little_memory(tmp_path):
    path = written(tmp_path, b"3." + b"0123456789" * 3_000_000)
    tracemalloc.start()
    with DigitFile(path) as file:
        assert sum(block.digits for block in file.blocks()) == 30_000_000
    assert tracemalloc.get_traced_memory()[1] < 12 << 20
    tracemalloc.stop()


def test_find_start_is_told_the_base():
    assert find_start(b"3.2", "x").base == 16  # as the hexadecimal digits begin
    assert find_start(b"3.2", "x", 10).base == 10
    assert find_start(b"3.1", "x").base == 10


def test_small_files_are_read_without_numba(tmp_path, texts):
    path = written(tmp_path, HABITS["groups"](texts[10]))
    code = (
        "import sys\nfrom pi_engine.digits.reader import DigitFile\n"
        f"with DigitFile({str(path)!r}) as file: assert sum(b.digits for b in file.blocks()) == 5000\n"
        "print([name for name in ('numba', 'zstandard', 'rich') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
