"""A large node as a file in the form of a checkpoint's records, on its way to another process of the same run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pi_engine.checkpoint.record_file import RecordContent, open_record
from pi_engine.runtime.storage import durable
from pi_engine.splitting.node_files.node_record import fields_of_node, load_node, numbers_of_node

if TYPE_CHECKING:
    from pathlib import Path

    from pi_engine.checkpoint.record_file import Allocate, Record, WrittenFile
    from pi_engine.splitting.compiled.upper_tree import LargeNode


def write_node(path: Path, key: str, node: LargeNode) -> WrittenFile:
    """Write a node to a file that does not exist yet. It is not synced: whoever reads it sees whether it is whole.

    Raises:
        OSError: the system refuses; what has been written is gone.
    """
    content = RecordContent(key, numbers_of_node(node), fields_of_node(node))
    opened = path.open("xb", buffering=0)
    try:
        with opened as stream:
            durable.reserve(stream.fileno(), content.size)
            durable.write_all(stream, content.begin)
            for _, piece in content.pieces():
                durable.write_all(stream, piece)
            durable.write_all(stream, content.table)
    except BaseException:
        path.unlink()
        raise
    return content.written()


def read_node(path: Path, key: str, digest: str, threads: int) -> LargeNode:
    """The node of a file. Each block has its hash, and each number its residues.

    Args:
        path: the file.
        key: that it was written with.
        digest: what writing it has returned.
        threads: that find the residues.

    Raises:
        CorruptFileError: it is damaged, or not the one that was written.
        DamagedRecordError: it is not a node, or a number has not its residues.
        OSError: it cannot be opened.
        PiEngineError: it cannot be read.
    """

    def load(allocate: Allocate) -> Record:
        with open_record(path) as file:
            file.require(key, digest)
            return file.load(allocate)

    node = load_node(load, threads)
    assert node is not None
    return node
