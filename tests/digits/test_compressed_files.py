"""Compressed text: cut off, hostile, large; and members in order, however many threads there are."""

import bz2
import gzip
import io
import lzma
import threading
import tracemalloc

import pytest
import zstandard

from pi_engine.digits.compressed.compression import compressed
from pi_engine.digits.compressed.decompression import decompressed
from pi_engine.digits.reader import DigitFile
from pi_engine.errors import CorruptFileError
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BASES, HABITS, READ, read, written

MEMBERS = [form for form in READ if form != "zip"]
"""Formats of members, one after another; an archive is none of them."""


@pytest.mark.parametrize("form", MEMBERS)
@pytest.mark.parametrize("base", BASES)
def test_compressed_text(tmp_path, texts, form, base):
    content = HABITS["header"](texts[base]).encode()
    compress = READ[form]
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


@pytest.mark.parametrize("form", READ)
def test_compressed_text_cut_off(tmp_path, texts, form):
    data = READ[form](texts[10].encode())
    for length in (*range(8, 60, 7), len(data) // 2, len(data) - 1):
        with pytest.raises(CorruptFileError) as caught:
            read(written(tmp_path, data[:length], f"pi.{form}"))
        assert caught.value.kind == "truncated"
        assert "cut off" in str(caught.value)


@pytest.mark.parametrize("form", READ)
def test_a_bomb_is_refused_in_little_memory(tmp_path, form):
    """20 MB of blanks or ones in some kilobytes: refused long before their end."""
    for content in (b"3.1" + bytes([character]) * (2 * 10**7) for character in b"1 "):
        path = written(tmp_path, READ[form](content), f"bomb.{form}")
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


def test_bzip2_of_any_block_size(tmp_path, texts):
    for level in range(1, 10):
        assert read(written(tmp_path, bz2.compress(texts[10].encode(), level), "pi.tbz")) == (
            "bz2",
            10,
            "3",
            texts[10][2:],
        )
    for length in (4, 6, 9):
        with pytest.raises(CorruptFileError, match="the bzip2 data are cut off"):
            read(written(tmp_path, bz2.compress(texts[10].encode())[:length], "pi"))


def test_damaged_bzip2_is_seen(tmp_path, texts, rng):
    data = bz2.compress(texts[10].encode())
    for _ in range(int(20 * MULTIPLIER)):
        place = rng.randrange(10, len(data) - 1)  # the last byte ends in up to seven bits of no meaning
        damaged = data[:place] + bytes([data[place] ^ rng.randrange(1, 256)]) + data[place + 1 :]
        with pytest.raises(CorruptFileError, match=r"bzip2 data are (damaged|cut off)"):
            read(written(tmp_path, damaged, "pi.bz2"))


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


@pytest.mark.parametrize(("length", "members"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2)])
def test_only_a_text_that_is_empty_has_an_empty_member(monkeypatch, length, members):
    """None stands behind a text that ends where a member does."""
    monkeypatch.setattr("pi_engine.digits.compressed.compression._MEMBER", 10)
    sizes = [len(gzip.decompress(member)) for member in compressed([bytes(length)], "gz")]
    assert len(sizes) == members
    assert sum(sizes) == length


def test_members_stay_in_order_where_a_second_thread_may_not_begin(monkeypatch):
    monkeypatch.setattr("pi_engine.digits.compressed.compression._MEMBER", 10)
    begun, real = [], threading.Thread.start

    def start(self):
        if begun:
            raise RuntimeError("can't start new thread")
        begun.append(self)
        real(self)

    monkeypatch.setattr("threading.Thread.start", start)
    text = bytes(range(200))
    assert gzip.decompress(b"".join(compressed([text], "gz", threads=8))) == text
    assert len(begun) == 1


@pytest.mark.parametrize("form", [form for form in READ if form != "zst"])
def test_damage_is_told_before_what_it_makes_of_the_text(tmp_path, texts, form, rng):
    """Though the text of a damaged file, up to the damage, has characters that are no digits."""
    for _ in range(int(10 * MULTIPLIER)):
        text = texts[10].encode()
        stray = text[:1000] + b"x" + text[1000:]
        sound = READ[form](stray)
        with pytest.raises(CorruptFileError, match=r"\(byte 1_000\), comes 'x', which is not a digit"):
            read(written(tmp_path, sound, "pi"))
        # The check sum of what is decompressed: before the end of a file, before the directory of an archive.
        ends = {"gz": 8, "bz2": 5, "xz": 37}
        place = len(sound) - ends[form] if form in ends else sound.rindex(b"PK\x01\x02") + 16
        damaged = sound[:place] + bytes([sound[place] ^ rng.randrange(1, 256)]) + sound[place + 1 :]
        with pytest.raises(CorruptFileError) as caught:
            read(written(tmp_path, damaged, "pi"))
        assert caught.value.kind == "damaged" and "'x'" not in str(caught.value)


def test_digits_before_the_end_of_a_small_file_are_given(tmp_path, texts):
    data = gzip.compress(texts[10].encode())
    for length in (1000, 2000, len(data) - 9, len(data) - 1):
        given = []
        with DigitFile(written(tmp_path, data[:length])) as file, pytest.raises(CorruptFileError, match="cut off"):
            given.extend(block.digits for block in file.blocks())
        assert length * 1.5 < sum(given) <= 5000


def test_a_long_stray_text_is_not_read_to_its_end(tmp_path):
    """A stray character is told without reading more than 16 MiB behind it."""
    text = b"3.1x" + b"14159265" * (3 << 20)
    path = written(tmp_path, gzip.compress(text, 0)[:-8] + bytes(8))
    with pytest.raises(CorruptFileError, match=r"\(byte 3\), comes 'x', which is not a digit"):
        read(path)
