"""The manifest of a checkpoint: which run it is of, and which records belong together, with their hashes.

It is JSON, for people too. Its hash is over the canonical text of all other fields, so that layout does not matter.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import gmpy2

from pi_engine.bigint.residues.kernels.mersenne import BITS, M61
from pi_engine.bigint.residues.moduli import GAP_BITS
from pi_engine.checkpoint.record_header import is_key
from pi_engine.checkpoint.untrusted_json import canonical, is_count, is_text, parse_object, require_fields
from pi_engine.errors import CorruptFileError

if TYPE_CHECKING:
    from pi_engine.checkpoint.untrusted_json import JSON

FORMAT, VERSION = "pi-engine checkpoint", 1

MOST_BYTES = 1 << 26
"""Bytes of the longest manifest: a million records have some 200 each."""

_RUN = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{32}")
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_FILE = re.compile(r"(?P<key>[a-z0-9-]+)\.[0-9a-f]{8}\.limbs")
_MOST_TEXT = 200


class KeptFile(NamedTuple):
    """Where a record is: the name of its file, its bytes, and its digest."""

    file: str
    size: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """One generation.

    Attributes:
        run: 128 random bits that both generations of a run have.
        generation: 0 for the first, one more with every record that is kept.
        written: when, in UTC.
        phase: what was going on, in the words of the run; None if it did not say.
        prime: the random one of the residues.
        versions: of the programs that wrote it, for people: one that differs refuses nothing.
        parameters: what must be equal to go on.
        records: by key.
    """

    run: str
    generation: int
    written: str
    phase: str | None
    prime: int
    versions: dict[str, str]
    parameters: dict[str, JSON]
    records: dict[str, KeptFile] = field(default_factory=dict)

    def followed_by(self, records: dict[str, KeptFile], written: str, phase: str | None) -> Manifest:
        """The next generation."""
        return replace(
            self, generation=self.generation + 1, records=records, written=written, phase=phase or self.phase
        )

    def to_bytes(self) -> bytes:
        """Its text."""
        from xxhash import xxh3_128_hexdigest

        records = {
            key: {"file": kept.file, "bytes": kept.size, "digest": kept.digest} for key, kept in self.records.items()
        }
        fields = {"format": FORMAT, "version": VERSION, **asdict(replace(self, records={}))}
        fields.update({"prime": str(self.prime), "records": records})
        fields["hash"] = xxh3_128_hexdigest(canonical(fields))
        return json.dumps(fields, indent=1, allow_nan=False).encode() + b"\n"


_FIELDS = ("format", "version", "hash", *Manifest.__dataclass_fields__)


def parse_manifest(content: bytes, source: str) -> Manifest:
    """The manifest with this text.

    Args:
        content: at most MOST_BYTES.
        source: what it is, for the message: the subject of a sentence.

    Raises:
        CorruptFileError: it does not have its hash, is of another version, or a field is not what it should be.
    """
    from xxhash import xxh3_128_hexdigest

    fields = parse_object(content, source)
    if fields.get("format") != FORMAT:
        raise CorruptFileError(f"{source} is damaged: it does not say that it is of a checkpoint", kind="header")
    if fields.get("version") != VERSION:
        raise CorruptFileError(f"{source} is of a version that this program does not know", kind="header")
    require_fields(fields, _FIELDS, source)
    stated = fields.pop("hash")
    if xxh3_128_hexdigest(canonical(fields)) != stated:
        raise CorruptFileError(f"{source} is damaged: it does not have its hash")
    return _checked(fields, source)


def _checked(fields: dict[str, JSON], source: str) -> Manifest:
    """The manifest of these fields. Each is what it should be."""

    def wrong(name: str) -> CorruptFileError:
        return CorruptFileError(f"{source} is damaged: the field '{name}' has an impossible value")

    run, generation, written, phase = (fields[name] for name in ("run", "generation", "written", "phase"))
    versions, parameters, records = (fields[name] for name in ("versions", "parameters", "records"))
    if not isinstance(run, str) or not _RUN.fullmatch(run):
        raise wrong("run")
    if not is_count(generation, 1 << 62):
        raise wrong("generation")
    if not isinstance(written, str) or not _WRITTEN.fullmatch(written):
        raise wrong("written")
    if phase is not None and not is_text(phase, _MOST_TEXT):
        raise wrong("phase")
    if not isinstance(versions, dict) or not all(is_text(x, _MOST_TEXT) for pair in versions.items() for x in pair):
        raise wrong("versions")
    if not isinstance(parameters, dict) or not all(is_text(name, _MOST_TEXT) for name in parameters):
        raise wrong("parameters")
    prime = _prime(fields["prime"])
    if prime is None:
        raise wrong("prime")
    kept = _records(records)
    if kept is None:
        raise wrong("records")
    shown = {name: str(version) for name, version in versions.items()}
    return Manifest(run, generation, written, phase, prime, shown, parameters, kept)


def _prime(text: JSON) -> int | None:
    """One that a run can have drawn: `residues.moduli` says which."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{19}", text):
        return None
    prime = int(text)
    return prime if (1 << BITS) - (1 << GAP_BITS) < prime < M61 and gmpy2.is_prime(prime, 40) else None


def _records(rows: JSON) -> dict[str, KeptFile] | None:
    if not isinstance(rows, dict):
        return None
    found = {}
    for key, row in rows.items():
        if not is_key(key) or not isinstance(row, dict) or row.keys() != {"file", "bytes", "digest"}:
            return None
        file, size, digest = row["file"], row["bytes"], row["digest"]
        match = _FILE.fullmatch(file) if isinstance(file, str) else None
        if match is None or match["key"] != key or not is_count(size, 1 << 62):
            return None
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            return None
        found[key] = KeptFile(match[0], size, digest)
    return found
