"""Readers never crash and never hang, whatever they read: hypothesis, on bytes of any kind and near what is sound."""

import bz2
import gzip
import lzma
import tempfile
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from pi_engine import verify_file
from pi_engine.digits.common.constants import OTHERS, PI
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.errors import CorruptFileError, PiEngineError
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD, digit_words
from tests.conftest import MULTIPLIER, _seed
from tests.digits.digit_files import zipped

PI_500 = (
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651"
    "32823066470938446095505822317253594081284811174502841027019385211055596446229489549303819644288109756659334461"
)
DIGITS = PI_500[2:]
SUFFIXES = ["txt", "gz", "xz", "zst", "bz2", "zip", "ycd", ""]


def limited(test):
    """Limit a test to 150 examples, times the multiplier, by the printed seed."""
    few = settings(max_examples=int(150 * MULTIPLIER), deadline=None, suppress_health_check=list(HealthCheck))
    return few(seed(_seed())(test))


raw = st.binary(max_size=600)
lines = st.lists(
    st.one_of(
        st.sampled_from(
            [
                PI_500,
                DIGITS,
                "3.",
                "3",
                "\n",
                "\r\n",
                " ",
                "0x3.243F6A8885A308D3",
                "0b11.001001",
                "11001001000011111101101010100010",
                "3.11037552421026",
                "π = ",
                "\ufeff",
                "1000000\n",
            ]
        ),
        st.sampled_from([f"{constant.integer}.{constant.decimal}" for constant in (PI, *OTHERS)]),
        st.text(max_size=30),
        st.text("0123456789ABCDEFabcdef.,_ \n", max_size=60),
    ),
    max_size=8,
).map(lambda parts: "".join(parts).encode("utf-8", "surrogatepass"))
numbers = st.one_of(st.integers(-5, 400), st.integers(0, 10**20))
headers = st.builds(
    lambda base, first, total, block, number, tail: (
        header_bytes(10, 10**6)
        .replace(b"Base:\t10", b"Base:\t%d" % base)
        .replace(b"TotalDigits:\t0", b"TotalDigits:\t%d" % total)
        .replace(b"Blocksize:\t1000000", b"Blocksize:\t%d" % block)
        .replace(b"BlockID:\t0", b"BlockID:\t%d" % number)
        .replace(PI_500[:52].encode(), first)
        + tail
    ),
    st.sampled_from([10, 16, 0, 7]),
    st.one_of(st.just(PI_500[:52].encode()), st.binary(max_size=60)),
    numbers,
    numbers,
    st.one_of(st.just(0), numbers),
    st.one_of(st.just(digit_words(DIGITS, 10).tobytes()), raw),
)
archives = st.builds(
    zipped,
    st.one_of(raw, lines),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]),
    st.sampled_from([("pi.txt",), ("pi.txt", "__MACOSX/._pi.txt"), ("a", "b"), ("a/",), ()]),
)
encoded = st.builds(
    lambda text, codec: text.decode("utf-8", "ignore").encode(codec, "ignore"),
    lines,
    st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]),
)
full_width = lines.map(
    lambda text: text.decode("utf-8", "ignore").translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."}).encode()
)
contents = st.one_of(
    raw,
    lines,
    encoded,
    full_width,
    archives,
    headers,
    st.one_of(raw, lines).map(gzip.compress),
    st.one_of(raw, lines).map(lzma.compress),
    st.one_of(raw, lines).map(zstandard.compress),
    st.one_of(raw, lines, encoded, archives, headers).map(bz2.compress),
    st.one_of(archives, headers).map(gzip.compress),
    st.sampled_from(
        [b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"#Compressed Digit File\r\n", b"BZh91AY&SY", b"PK\x03\x04"]
    ).flatmap(lambda magic: raw.map(lambda rest: magic + rest)),
)


@st.composite
def mutated(draw):
    """Sound or odd content with some of its bytes changed."""
    data = bytearray(draw(contents))
    for place, byte in draw(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4)):
        if data:
            data[place % len(data)] = byte
    return bytes(data)


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def in_ascii(content):
    """A text as it is read: of UTF-16, UTF-32 and full-width digits, what they stand for."""
    marks = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    codec = next((codec for mark, codec in marks.items() if content.startswith(mark)), None)
    if codec is None and b"\x00" in content:
        width = 4 if b"\x00\x00\x00" in content else 2
        codec = f"utf-{8 * width}-{'be' if content[0] == 0 else 'le'}"
    text = content.decode(codec or "utf-8", "replace")
    return "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)


@limited
@given(content=mutated(), suffix=st.sampled_from(SUFFIXES))
def test_reading_ends_in_digits_or_a_corrupt_file(folder, content, suffix):
    path = folder / f"x.{suffix}"
    path.write_bytes(content)
    try:
        with DigitFile(path) as file:
            for block in file.blocks():
                assert 0 < block.digits <= len(block.words) * DIGITS_PER_WORD[file.base]
    except CorruptFileError as error:
        assert "\n" not in str(error)  # noqa: PT017
        assert error.offset is None or 0 <= error.offset <= 10**7  # noqa: PT017


@limited
@given(content=mutated(), suffix=st.sampled_from(SUFFIXES), method=st.sampled_from(["auto", "known", "recompute"]))
def test_a_verdict_is_reached_and_right(folder, content, suffix, method):
    """What is accepted are digits of π, as a plain reading of the text shows; what is wrong has a position or a reason."""
    path = folder / f"x.{suffix}"
    path.write_bytes(content)
    found = verify_file(path, method)
    if found.status == "ok":
        with DigitFile(path, base=found.base if found.format != "ycd" else None) as file:
            assert file.integer in ("", PI.whole(file.base))
            assert sum(block.digits for block in file.blocks()) == found.digits
        if found.format == "text" and found.base == 10 and found.digits <= len(DIGITS):
            bare = "".join(c for c in in_ascii(content) if c not in " \t\r\n\v\f,_")
            assert bare.endswith(DIGITS[: found.digits] if found.digits else ("3", "3."))
    else:
        assert found.message
        assert (found.status == "wrong") == (found.exit_code == 3)
        if found.status == "unproved":  # the published digits are groups; between them nothing is compared
            assert method == "known"
            assert found.digits_compared < found.digits
        else:
            assert found.first_wrong is not None or found.status == "corrupt"


@limited
@given(
    names=st.lists(
        st.tuples(st.sampled_from(["pi - 0", "pi - 1", "pi - 01", "pi - 2", "e - 0", "pi - 1 (incomplete)"]), headers),
        min_size=1,
        max_size=4,
    )
)
def test_sets_of_anything(names):
    with tempfile.TemporaryDirectory() as name:
        for stem, content in names:
            (Path(name) / f"{stem}.ycd").write_bytes(content)
        try:
            with DigitFile(name) as file:
                list(file.blocks())
        except PiEngineError as error:
            assert "\n" not in str(error)  # noqa: PT017
