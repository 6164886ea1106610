"""A node that was a file on its way: exactly what it was, or refused."""

import os

import pytest

from pi_engine import series
from pi_engine.bigint.residues.written_residues import DamagedRecordError
from pi_engine.errors import CorruptFileError
from pi_engine.runtime.progress import silent
from pi_engine.splitting.compiled.compiled_tree import CompiledTree, cuts_for
from pi_engine.splitting.node_files.node_file import read_node, write_node
from pi_engine.splitting.node_files.node_record import fields_of_node, load_node, numbers_of_node

TERMS = 3000


def node_of(lo, hi, *, check=True, name="chudnovsky", needed=None):
    summed = series.get(name).components[0].sum
    cuts = cuts_for(summed, TERMS, 1, 1 << 16)
    return CompiledTree(summed, cuts, 1, silent, check=check, needed=needed).node(lo, hi, 1)


def values_of(node):
    numbers = [None if x is None else (x.to_mpz(), x.residues) for x in node[:3]]
    return numbers, node.errors


@pytest.mark.parametrize("ends", [(0, 1500), (1500, 3000)], ids=["with P", "without P"])
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("needed", [None, lambda first: 20_000], ids=["exact", "truncated"])
def test_a_node_comes_back_as_it_was(tmp_path, ends, check, needed):
    node = node_of(*ends, check=check, needed=needed)
    expected = values_of(node)
    written = write_node(tmp_path / "node", "node-1", node)
    assert (tmp_path / "node").stat().st_size == written.size
    found = values_of(read_node(tmp_path / "node", "node-1", written.digest, 1))
    assert found == expected


def test_a_flipped_bit_anywhere_is_seen(tmp_path, rng):
    written = write_node(tmp_path / "node", "node-1", node_of(0, 1500))
    content = (tmp_path / "node").read_bytes()
    for _ in range(60):
        damaged, bit = bytearray(content), rng.randrange(8 * len(content))
        damaged[bit // 8] ^= 1 << bit % 8
        (tmp_path / "damaged").write_bytes(damaged)
        with pytest.raises(CorruptFileError):
            read_node(tmp_path / "damaged", "node-1", written.digest, 1)


def test_the_file_of_another_node_is_refused(tmp_path):
    written = write_node(tmp_path / "node", "node-1", node_of(0, 1500))
    other = write_node(tmp_path / "other", "node-2", node_of(1500, 3000))
    with pytest.raises(CorruptFileError, match="not the one that was kept"):
        read_node(tmp_path / "other", "node-1", written.digest, 1)
    with pytest.raises(CorruptFileError, match="not the one that was kept"):
        read_node(tmp_path / "other", "node-2", written.digest, 1)
    read_node(tmp_path / "other", "node-2", other.digest, 1)
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(CorruptFileError, match="not a regular file"):
        read_node(tmp_path / "link", "node-2", other.digest, 1)


def test_a_file_is_never_written_over_another_and_goes_where_it_could_not_be_written(tmp_path, monkeypatch):
    node = node_of(0, 1500)
    write_node(tmp_path / "node", "node-1", node)
    with pytest.raises(FileExistsError):
        write_node(tmp_path / "node", "node-1", node)
    assert (tmp_path / "node").exists()

    def full(descriptor, offset, size):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        write_node(tmp_path / "second", "node-2", node)
    assert not (tmp_path / "second").exists()


def record_of(node, **changed):
    from pi_engine.checkpoint.record_file import Record

    numbers = {name: (limbs.copy(), negative) for name, (limbs, negative) in numbers_of_node(node).items()}
    return Record("node-1", numbers, {**fields_of_node(node), **changed})


def loading(record):
    def load(allocate):
        for name, (limbs, negative) in record.numbers.items():
            memory = allocate(name, len(limbs))
            memory[:] = limbs
            record.numbers[name] = memory, negative
        return record

    return load


def test_residues_are_compared_though_all_hashes_are_right():
    node = node_of(0, 1500)
    load_node(loading(record_of(node)), 1)
    for name in "PQT":
        record = record_of(node)
        record.numbers[name][0][1] ^= 1
        with pytest.raises(DamagedRecordError, match=f"its number {name} has other residues"):
            load_node(loading(record), 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"errors": None},
        {"errors": ["nan", "0x1p-3"]},
        {"errors": ["0x1p-3", "nan"]},
        {"residues": None},
        {"residues": {"P": ["1"], "Q": None, "T": None}},
    ],
    ids=str,
)
def test_fields_that_are_none_are_refused(changed):
    with pytest.raises(DamagedRecordError):
        load_node(loading(record_of(node_of(0, 1500), **changed)), 1)


def test_a_record_without_q_is_no_node():
    record = record_of(node_of(0, 1500))
    del record.numbers["Q"]
    with pytest.raises(DamagedRecordError, match="it is not a node"):
        load_node(loading(record), 1)
    assert load_node(lambda allocate: None, 1) is None
