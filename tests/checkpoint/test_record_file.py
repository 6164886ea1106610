"""Record files: what is written is read, and nothing else is: cut, damaged, exchanged and hostile files are refused."""

import json
import os
import tracemalloc

import numpy as np
import pytest
from xxhash import xxh3_64_intdigest

from pi_engine.checkpoint import record_file
from pi_engine.checkpoint.record_file import open_record, write_record
from pi_engine.checkpoint.record_header import MOST_HEADER, PREAMBLE, RecordHeader
from pi_engine.errors import CorruptFileError
from tests.checkpoint.stores import BLOCK, damage, limbs, numbers_of, plain

pytestmark = pytest.mark.usefixtures("small_blocks")
LIMBS = BLOCK // 8
COUNTS = (3 * LIMBS + 5, 7, 0)


def empty(_name, count):
    return np.empty(count, np.uint64)


def read(path):
    with open_record(path) as file:
        file.verify()
        return file.load(empty)


@pytest.fixture
def path(quick_path, rng):
    write_record(quick_path / "a.limbs", "node-0-5", numbers_of(rng, *COUNTS), {"x": [1, None]})
    return quick_path / "a.limbs"


@pytest.mark.parametrize("count", [0, 1, LIMBS - 1, LIMBS, LIMBS + 1, 2 * LIMBS - 1, 2 * LIMBS, 5 * LIMBS + 3])
def test_what_is_written_is_read(quick_path, rng, count):
    numbers = numbers_of(rng, count, 1, count)
    fields = {"residues": [2**61 - 2, 3], "bound": -1.5e300, "text": "größe\x00", "none": None, "deep": [[{}]]}
    written = write_record(quick_path / "a", "node-0-5", numbers, fields)
    assert written.size == (quick_path / "a").stat().st_size
    found = read(quick_path / "a")
    assert (found.key, found.fields, plain(found.numbers)) == ("node-0-5", fields, plain(numbers))
    with open_record(quick_path / "a") as file:
        assert file.digest == written.digest
    assert [path.name for path in quick_path.iterdir()] == ["a"]


def test_limbs_of_any_stride_and_no_numbers_at_all(quick_path, rng):
    every = limbs(rng, 4000)
    write_record(quick_path / "a", "a", {"P": (every[::-3], True)}, {})
    assert read(quick_path / "a").numbers["P"][0].tobytes() == every[::-3].tobytes()
    write_record(quick_path / "b", "b", {}, {})
    assert read(quick_path / "b") == ("b", {}, {})


def test_blocks_of_the_usual_size(quick_path, rng, monkeypatch):
    monkeypatch.undo()
    numbers = numbers_of(rng, record_file.BLOCK // 8 + 3)
    write_record(quick_path / "a", "a", numbers, {})
    assert plain(read(quick_path / "a").numbers) == plain(numbers)


def test_numbers_are_read_into_the_memory_that_is_given(path, rng):
    memory = {"P": limbs(rng, COUNTS[0]), "Q": limbs(rng, COUNTS[1]), "T": limbs(rng, COUNTS[2])}
    with open_record(path) as file:
        found = file.load(lambda name, count: memory[name][:count])
    assert all(found.numbers[name][0].base is memory[name] or len(memory[name]) == 0 for name in memory)
    assert plain(found.numbers) == plain(read(path).numbers)


def test_loading_and_writing_take_little_memory(quick_path, rng, monkeypatch):
    monkeypatch.undo()
    numbers = {"P": (np.arange(1 << 22, dtype=np.uint64), False)}
    target = np.empty(1 << 22, np.uint64)
    tracemalloc.start()
    try:
        write_record(quick_path / "a", "a", numbers, {})
        with open_record(quick_path / "a") as file:
            file.verify()
            file.load(lambda _name, _count: target)
        assert tracemalloc.get_traced_memory()[1] < 1.5 * record_file.BLOCK
    finally:
        tracemalloc.stop()
    assert (target == numbers["P"][0]).all()


def places(path):
    """The parts of a record file: name → first byte and the one after the last."""
    size = path.stat().st_size
    blocks = 4 + 1
    data = size - 8 * sum(COUNTS) - 8 * (blocks + 1)
    text = path.read_bytes()[PREAMBLE.size : data].rstrip()
    return {
        "magic": (0, 8),
        "version": (8, 12),
        "header length": (12, 16),
        "reserved": (16, 24),
        "file length": (24, 32),
        "header hash": (32, PREAMBLE.size),
        "header": (PREAMBLE.size, PREAMBLE.size + len(text)),
        "blanks": (PREAMBLE.size + len(text), data),
        "first block": (data, data + BLOCK),
        "second block": (data + BLOCK, data + 2 * BLOCK),
        "last block": (data + 3 * BLOCK, data + 3 * BLOCK + 40),
        "second number": (data + 8 * COUNTS[0], data + 8 * sum(COUNTS)),
        "hashes": (size - 8 * (blocks + 1), size - 8),
        "last hash": (size - 8, size),
    }


def test_a_flipped_bit_anywhere_is_seen(path, rng):
    good = path.read_bytes()
    for name, (first, end) in places(path).items():
        for place in {first, end - 1, *(rng.randrange(first, end) for _ in range(12))}:
            path.write_bytes(good)
            damage(path, place, rng.randrange(8))
            with pytest.raises(CorruptFileError, match=r"^(the record a\.limbs|/)") as refused:
                read(path)
            assert refused.value.exit_code == 5 and "\n" not in str(refused.value), name


def test_every_bit_of_the_preamble_is_seen(path):
    good = path.read_bytes()
    for place in range(8 * PREAMBLE.size):
        path.write_bytes(good)
        damage(path, place // 8, place % 8)
        with pytest.raises(CorruptFileError):
            read(path)


def test_a_file_that_is_cut_or_longer_is_seen(path, rng):
    good = path.read_bytes()
    cuts = {place + d for ends in places(path).values() for place in ends for d in (-1, 0, 1)}
    for size in sorted({0, 1, *cuts, *(rng.randrange(len(good)) for _ in range(20))} & set(range(len(good)))):
        path.write_bytes(good[:size])
        with pytest.raises(CorruptFileError, match=r"cut off|damaged"):
            read(path)
    for more in (b"\0", bytes(8), good):
        path.write_bytes(good + more)
        with pytest.raises(CorruptFileError, match="bytes instead of"):
            read(path)
    path.write_bytes(good)
    read(path)


def test_blocks_that_are_exchanged_are_seen(path):
    good = path.read_bytes()
    data = places(path)["first block"][0]
    first, second = good[data : data + BLOCK], good[data + BLOCK : data + 2 * BLOCK]
    path.write_bytes(good[:data] + second + first + good[data + 2 * BLOCK :])
    with pytest.raises(CorruptFileError, match="limbs 0 to 512 of P do not have their hash"):
        read(path)


def forged(path, change, *, size=None):
    """Write the header anew, with what `change` makes of it and with the right hash."""
    content = path.read_bytes()
    length = int.from_bytes(content[12:16], "little")
    fields = json.loads(content[PREAMBLE.size : PREAMBLE.size + length])
    made = change(fields)
    text = made if isinstance(made, bytes) else json.dumps(fields).encode()
    text = text.ljust(length)
    rest = content[PREAMBLE.size + length :]
    total = PREAMBLE.size + len(text) + len(rest) if size is None else size
    begin = PREAMBLE.pack(content[:8], 1, len(text), 0, total, 0)[:-8]
    path.write_bytes(begin + xxh3_64_intdigest(begin + text).to_bytes(8, "little") + text + rest)


def putting(**values):
    return lambda fields: fields.update(values)


def in_number(**values):
    return lambda fields: fields["numbers"][0].update(values)


def test_what_is_reserved_is_zero(path):
    """In a later version it may mean something; a header with another value is refused, even with the right hash."""
    content = bytearray(path.read_bytes())
    magic, version, length, _, size, _ = PREAMBLE.unpack(content[: PREAMBLE.size])
    begin = PREAMBLE.pack(magic, version, length, 1, size, 0)[:-8]
    text = content[PREAMBLE.size : PREAMBLE.size + length]
    content[: PREAMBLE.size] = begin + xxh3_64_intdigest(begin + text).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="is damaged: its header"):
        read(path)


HOSTILE = {
    "more limbs than there are": in_number(limbs=10**12),
    "as many as no machine has": in_number(limbs=2**58),
    "and more": in_number(limbs=2**63),
    "a fraction of limbs": in_number(limbs=5.0),
    "limbs below zero": in_number(limbs=-1),
    "limbs that are true": in_number(limbs=True),
    "limbs with digits without end": lambda _: b'{"numbers":' + b"9" * 3000 + b"}",
    "one limb less": in_number(limbs=COUNTS[0] - 1),
    "a sign that is none": in_number(negative=0),
    "a name that is a path": in_number(name="../P"),
    "a name twice": lambda fields: fields["numbers"][1].update(name="P"),
    "a field more": in_number(more=1),
    "a number that is none": putting(numbers=[7]),
    "no numbers": putting(numbers=[]),
    "numbers that are no list": putting(numbers={"P": 5}),
    "a key that is a path": putting(key="../../etc/passwd"),
    "no key": lambda fields: fields.pop("key") and None,
    "a key that is a number": putting(key=5),
    "a key that is long": putting(key="a" * 81),
    "fields that are none": putting(fields=[]),
    "blocks of nothing": putting(block=0),
    "blocks of half a limb": putting(block=4),
    "blocks of any size": putting(block=3000),
    "blocks as large as memory": putting(block=2**40),
    "smaller blocks": putting(block=2048),
    "larger blocks": putting(block=2 * BLOCK),
    "something unknown": putting(more=1),
    "no JSON": lambda _: b"{",
    "no object": lambda _: b"[]",
    "no text": lambda _: b"\xff\xfe",
    "a name that stands twice": lambda _: b'{"key":"a","key":"a"}',
    "not a number": lambda _: b'{"key":NaN}',
    "a deep hole": lambda _: b"[" * 4000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_header_with_the_right_hash_is_not_believed(path, name):
    forged(path, HOSTILE[name])
    tracemalloc.start()
    try:
        with pytest.raises(CorruptFileError, match=r"^the record a\.limbs is damaged: .*\S$"):
            read(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_a_header_longer_than_it_may_be_is_not_read(path, quick_path):
    forged(path, lambda _: b"{" + b" " * MOST_HEADER)
    with pytest.raises(CorruptFileError, match="header cannot have 1_048_577 bytes"):
        read(path)
    with pytest.raises(ValueError, match="more than 1048576 bytes"):
        write_record(quick_path / "b", "b", {}, {"x": "y" * MOST_HEADER})
    assert not (quick_path / "b").exists()


def test_a_size_that_is_not_the_files(path):
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(CorruptFileError, match="instead of"):
        read(path)
    with path.open("r+b") as file:
        file.truncate(1 << 13)
    forged(path, lambda _: None, size=1 << 40)
    with pytest.raises(CorruptFileError, match="is cut off"):
        read(path)


def test_what_is_no_regular_file(quick_path, path):
    os.mkfifo(quick_path / "pipe")
    (quick_path / "link").symlink_to(path)
    (quick_path / "folder").mkdir()
    for name in ("pipe", "link", "folder"):
        with pytest.raises(CorruptFileError, match=f"{name} is not a regular file"):
            read(quick_path / name)
    with pytest.raises(FileNotFoundError):
        read(quick_path / "missing")


def test_a_later_version_is_not_guessed_at(path):
    content = bytearray(path.read_bytes())
    content[8] = 2
    path.write_bytes(content)
    with pytest.raises(CorruptFileError, match="version 2, which this program does not know"):
        read(path)


def test_blocks_fill_the_file_exactly(rng):
    from pi_engine.checkpoint.record_header import NumberShape

    for _ in range(50):
        shapes = tuple(
            NumberShape(f"N{i}", rng.choice([0, 1, 511, 512, 513, rng.randrange(3000)]), False) for i in range(4)
        )
        header = RecordHeader("a", {}, shapes, BLOCK)
        blocks, place = list(header.blocks(4096)), 4096
        for block in blocks:
            assert block.place == place and 0 < block.last - block.first <= BLOCK
            place += block.last - block.first
        assert len(blocks) == header.block_count
        assert (
            place == 4096 + 8 * sum(shape.limbs for shape in shapes) == header.file_size(4096) - 8 * (len(blocks) + 1)
        )
