"""The certificate of a file of digits: what its run has shown, and how that is checked again without trusting it.

It stands beside the file as FILE.proof.json. Checked again are: the file's bytes, by SHA-256; its digits as one integer modulo
2^61 − 1 and modulo the random prime that the run had drawn, and which stands in it; BBP's digits at the end of the run's binary
fraction, by the formula that the run did not use; and the digits themselves, by the method that proves them, whatever the
certificate says.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.bigint.mersenne import M61
from pi_engine.bigint.moduli import moduli
from pi_engine.digits.atomic import atomic_writer, require_writable
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.runtime.versions import arithmetic_versions, processor_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pi_engine.result import Check, ComputeResult
    from pi_engine.runtime.progress import Progress
    from pi_engine.verification import Verification

SUFFIX = ".proof.json"
_SCHEMA = 2
_LARGEST = 1 << 20
"""Bytes; a larger file is no certificate."""

_FIELDS = {
    "schema": int, "file": str, "size_bytes": int, "sha256": str, "digits": int, "base": int, "series": str, "hash": str,
    "residues": dict, "bbp": dict, "checks": list, "seconds": dict, "versions": dict, "processor": str, "made": str, "proved": str,
}  # fmt: skip
_READ_BYTES = 1 << 22


def certificate_path(file: str | Path) -> Path:
    """Where the certificate of a file is."""
    return Path(f"{file}{SUFFIX}")


def require_certificate_file(file: str | Path, *, overwrite: bool) -> None:
    """Refuse, before any work is done, what could not be written.

    Raises:
        UsageError, CapacityError: as `require_writable`; the file is a device or a pipe, which cannot be read again.
    """
    if Path(file).exists() and not Path(file).is_file():
        raise UsageError(f"{file} is not a regular file, so no certificate can be written beside it: leave out --proof")
    require_writable(certificate_path(file), size=_LARGEST, overwrite=overwrite)


def write_certificate(
    result: ComputeResult, file: str | Path, checks: Sequence[Check], seconds: dict[str, float], *, overwrite: bool
) -> Path:
    """Write the certificate of a file that holds the result of a run with check="full"; returns its path.

    Raises:
        UsageError: the run was not checked in full, or the certificate exists and `overwrite` is false.
        OutputError, CapacityError: it cannot be written.
    """
    if result.tail is None:
        raise UsageError("a certificate needs a run with check='full'")
    size, digest = _fingerprint(Path(file))
    fields = {
        "schema": _SCHEMA,
        "file": Path(file).name,
        "size_bytes": size,
        "sha256": digest,
        "digits": result.digits,
        "base": result.base,
        "series": result.series,
        "hash": str(result.hash),
        "residues": {str(modulus): str(residue) for modulus, residue in (result.residues or {}).items()},
        "bbp": result.tail._asdict(),
        "checks": [asdict(check) for check in checks],
        "seconds": {name: round(spent, 6) for name, spent in seconds.items()},
        "versions": arithmetic_versions(),
        "processor": processor_name(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "proved": _proved(result, checks),
    }
    path = certificate_path(file)
    with atomic_writer(path, overwrite=overwrite) as stream:
        stream.write(json.dumps(fields, indent=2, ensure_ascii=False).encode() + b"\n")
    return path


def verify_certificate(
    file: str | Path, *, threads: int | None = None, memory: int | None = None, progress: Progress | None = None
) -> Verification:
    """Check a file and its certificate, without trusting the run that wrote them.

    Raises:
        UsageError: there is no such file, or no certificate beside it.
        CorruptFileError: the certificate is none.
        CapacityError: the method that proves the digits would not fit in memory.
    """
    from pi_engine.file_verification import verify_file

    told = read_certificate(certificate_path(file))
    base, digits = told["base"], told["digits"]
    found = verify_file(file, digits=digits, base=base, threads=threads, memory=memory, progress=progress)
    if found.status != "ok":
        return found
    wrong = _disagreement(Path(file), told, threads, progress)
    if wrong is not None:
        return replace(
            found,
            status="corrupt",
            kind="certificate",
            message=f"{certificate_path(file)}: {wrong}",
            proved=f"the digits are those of π ({found.proved}), but the certificate is not theirs",
        )
    bbp = told["bbp"]
    proved = (
        f"{found.proved}; the certificate is this file's (SHA-256, and the digits modulo {' and '.join(told['residues'])}), and "
        f"BBP's digits in it, at hexadecimal "
        f"position {bbp['position']:_}, were found again by the other formula"
    )
    return replace(found, proved=proved)


def read_certificate(path: Path) -> dict[str, Any]:
    """The fields of a certificate, all there and of their types.

    Raises:
        UsageError: there is no such file.
        CorruptFileError: it is no certificate, or of another version.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}; 'compute … -o FILE --proof' writes it") from error
    try:
        fields = json.loads(content) if len(content) <= _LARGEST else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise CorruptFileError(f"{path} is not a certificate: it is not a JSON object", kind="certificate")
    if fields.get("schema") != _SCHEMA:
        raise CorruptFileError(f"{path} is not a certificate of version {_SCHEMA}", kind="certificate")
    for name, kind in _FIELDS.items():
        if not isinstance(fields.get(name), kind) or isinstance(fields[name], bool):
            raise CorruptFileError(f"{path}: the field {name!r} is missing or not of its type", kind="certificate")
    bbp = fields["bbp"]
    if len(fields["residues"]) != len(moduli()) or str(M61) not in fields["residues"]:
        raise CorruptFileError(f"{path}: the field 'residues' needs 2^61 − 1 and a second modulus", kind="certificate")
    if not isinstance(bbp.get("position"), int) or not isinstance(bbp.get("digits"), str):
        raise CorruptFileError(f"{path}: the field 'bbp' needs a position and digits", kind="certificate")
    return fields


def _disagreement(file: Path, told: dict[str, Any], threads: int | None, progress: Progress | None) -> str | None:
    """What of the certificate is not so, in words."""
    from pi_engine.verify.bbp import hex_digits
    from pi_engine.verify.bbp_formulas import FORMULAS

    if (told["size_bytes"], told["sha256"]) != _fingerprint(file):
        return "it was made for a file with other bytes"
    wrong = _wrong_residue(file, told)
    if wrong is not None:
        return wrong
    position, digits, used = told["bbp"]["position"], told["bbp"]["digits"], told["bbp"].get("formula")
    other = next(name for name in FORMULAS if name != used)
    try:
        found = hex_digits(position, count=len(digits), formula=other, threads=threads, progress=progress)
    except UsageError as error:
        return f"its field 'bbp' is not usable: {error}"
    if found != digits:
        return f"BBP's digits at hexadecimal position {position} are {found}, not {digits}"
    return None


def _wrong_residue(file: Path, told: dict[str, Any]) -> str | None:
    """Which of the hash and the residues is not that of the file's digits, in words."""
    from pi_engine.digits.block_hash import BlockHash
    from pi_engine.digits.reader import DigitFile

    with DigitFile(file, base=told["base"]) as held:
        try:
            hashes = [BlockHash(held.base, modulus=int(modulus)) for modulus in (str(M61), *told["residues"])]
        except ValueError:
            return "its field 'residues' has a modulus that is no prime between 2^60 and 2^61"
        for block in held.blocks():
            for digit_hash in hashes:
                digit_hash.update(block)
    value, *residues = (str(digit_hash.value) for digit_hash in hashes)
    if value != told["hash"]:
        return "its hash is not that of the digits"
    if residues != list(told["residues"].values()):
        return "its residues are not those of the digits"
    return None


def _fingerprint(file: Path) -> tuple[int, str]:
    """Bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while piece := stream.read(_READ_BYTES):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _proved(result: ComputeResult, checks: Sequence[Check]) -> str:
    """What exactly the run has shown, and what not."""
    shown = "; ".join(f"{check.name}: {check.detail}" for check in checks if check.status == "passed")
    return (
        f"The {result.digits} digits after the point in base {result.base} follow from the series {result.series} by exact "
        f"arithmetic with proven error bounds. Checked in the run: {shown}. Not shown: that no error has escaped all of these; "
        "'pi-engine verify FILE --proof' checks file, hash, BBP's digits and the digits themselves again."
    )
