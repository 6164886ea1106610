"""The certificate of a file of digits: figures of the file and of its run, and how they are checked again.

It stands beside the file as FILE.proof.json. It binds the file to its own figures: its bytes by their number and SHA-256, its digits by
their number, base, and residues modulo 2^61 − 1 and the random prime that the run had drawn, and the run to π by the hexadecimal digits at
the end of its binary fraction, which BBP's other formula must give again. It names the steps that the run repeated because they failed a
check. It proves no digit: anyone can write the certificate of any file. So the digits are verified as those of a file without one, and the
certificate never makes a verdict better.

There is one certificate of one content, to the byte: known fields, all checked, in one order and one spelling.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.proof.bbp.last_hex_digits import TAIL_DIGITS
from pi_engine.runtime.display import counted
from pi_engine.runtime.repairs import MOST
from pi_engine.runtime.storage.atomic import atomic_writer, is_special, require_writable
from pi_engine.runtime.storage.presence import is_regular_file, is_there

if TYPE_CHECKING:
    from pi_engine.engine.result import ComputeResult
    from pi_engine.files.methods.verdict import Verification
    from pi_engine.runtime.progress import Progress

SUFFIX = ".proof.json"
_SCHEMA = 4
_LARGEST = 4096
"""Bytes; a larger file is not a certificate."""

_LONGEST = 500  # characters of what names a step

_FIELDS = {
    "schema": int,
    "size_bytes": int,
    "sha256": str,
    "digits": int,
    "base": int,
    "hash": str,
    "residues": dict,
    "bbp": dict,
    "repairs": list,
}
"""Name → type, in their order."""
_BBP_FIELDS = {"position": int, "digits": str, "formula": str}

_FORMULA, _OTHER_FORMULA = "bellard", "plouffe"
"""What a run takes, and what checks it: the two share no term."""

_MOST_BEYOND = 32
"""Hexadecimal digits that a run's fraction may have beyond those that the file's digits stand for."""

_MOST = 10**15
"""Digits or bytes of a file that are believed at all."""

_READ_BYTES = 1 << 22


def certificate_path(file: str | Path) -> Path:
    """Where the certificate of a file is."""
    return Path(f"{Path(file)}{SUFFIX}")


def require_certificate_file(file: str | Path, *, overwrite: bool) -> None:
    """Refuse, before any work is done, what could not be written.

    Raises:
        UsageError, CapacityError: as `require_writable`; the file is a device or a pipe, which cannot be read again, or the
            certificate would be one.
    """
    # not by `Path`, which raises where a name is too long
    if os.path.exists(file) and not os.path.isfile(file):  # noqa: PTH110, PTH113
        raise UsageError(f"{file} is not a regular file, so no certificate can be written beside it: leave out --proof")
    if is_special(certificate_path(file)):  # a pipe would have the run wait for its reader
        raise UsageError(
            f"{certificate_path(file)} is not a regular file: remove it, or choose another name for {file}"
        )
    require_writable(certificate_path(file), size=_LARGEST, overwrite=overwrite)


def write_certificate(result: ComputeResult, file: str | Path, *, overwrite: bool) -> Path:
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
        "size_bytes": size,
        "sha256": digest,
        "digits": result.digits,
        "base": result.base,
        "hash": str(result.hash),
        "residues": {str(modulus): str(residue) for modulus, residue in (result.residues or {}).items()},
        "bbp": result.tail._asdict(),
        "repairs": [str(repair) for repair in result.repairs if repair.kind == "machine"],
    }
    path = certificate_path(file)
    with atomic_writer(path, overwrite=overwrite) as stream:
        stream.write(_spelled(fields))
    return path


def verify_certificate(
    file: str | Path, *, threads: int | None = None, memory: int | None = None, progress: Progress | None = None
) -> Verification:
    """Verify the digits of a file, and check its certificate; only the digits decide whether they are those of π.

    Raises:
        UsageError: there is no such file, or no certificate beside it.
        CorruptFileError: the certificate is not one, or asks for what no run gives.
        VerificationError: a check of the computation failed.
    """
    from pi_engine.files.verify import verify_file

    record = read_certificate(certificate_path(file))
    if not is_regular_file(Path(file)):
        raise UsageError(f"{file} is not a regular file: no certificate can be its own")
    lie = _lie_about_file(Path(file), record)
    base = None if lie else record["base"]  # two digits leave the base open; what is found to lie is not asked
    found = verify_file(file, base=base, threads=threads, memory=memory, progress=progress)
    if found.status in {"wrong", "corrupt"}:
        return found
    bbp = record["bbp"]
    lie = lie or _lie_about_pi(bbp, threads, progress)
    if lie is not None:
        return replace(
            found,
            status="corrupt",
            kind="certificate",
            message=f"{certificate_path(file)}: {lie}",
            proved=f"of the digits: {found.proved}; but the certificate is not theirs",
        )
    bound = (
        f"the certificate is this file's, by its {record['size_bytes']:_} bytes, their SHA-256, and the digits modulo "
        f"{' and '.join(record['residues'])}; π's hexadecimal digits {bbp['digits']} at {bbp['position']:_} in it were found again "
        "by Plouffe's formula; a certificate proves no digit"
    )
    if record["repairs"]:
        bound += f"; its run repeated {counted(len(record['repairs']), 'step')} that failed a check"
    return replace(found, proved=f"{found.proved}; {bound}")


def read_certificate(path: Path) -> dict[str, Any]:
    """The fields of a certificate: all there, none besides, within their bounds, and spelled in the one way.

    Raises:
        UsageError: there is no such file.
        CorruptFileError: it is not a certificate, or of another version.
    """
    try:
        if is_there(path) and not is_regular_file(path):
            raise UsageError(f"{path} is not a regular file: 'compute … -o FILE --proof' writes a certificate")
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
    fault = _fault(fields)
    if fault is None and _spelled(fields) != content:
        fault = "it is not written as 'compute --proof' writes it, to the byte"
    if fault is not None:
        raise CorruptFileError(
            f"{path}: {fault}; 'compute … -o FILE --proof --force' writes a new one", kind="certificate"
        )
    return fields


def _spelled(fields: dict[str, Any]) -> bytes:
    """The one form of a certificate."""
    return json.dumps(fields, indent=2).encode() + b"\n"


def _fault(fields: dict[str, Any]) -> str | None:
    """What no certificate has, in words; whether it is true of a file is not asked yet."""
    fault = _fault_of_fields(fields, _FIELDS, "") or _fault_of_fields(fields["bbp"], _BBP_FIELDS, "bbp.")
    if fault is not None:
        return fault
    if fields["base"] not in {10, 16}:
        return "the field 'base' is neither 10 nor 16"
    if not (0 <= fields["digits"] <= _MOST and 1 <= fields["size_bytes"] <= _MOST):
        return "the fields 'digits' and 'size_bytes' are not those of a file"
    if not re.fullmatch("[0-9a-f]{64}", fields["sha256"]):
        return "the field 'sha256' is not 64 hexadecimal digits"
    names = fields["repairs"]
    if len(names) > MOST or not all(isinstance(x, str) and x.isprintable() and 0 < len(x) < _LONGEST for x in names):
        return f"the field 'repairs' is not the names of at most {MOST} steps"
    return _fault_of_residues(fields) or _fault_of_bbp(fields)


def _fault_of_fields(fields: dict[str, Any], kinds: dict[str, type], prefix: str) -> str | None:
    unknown = next((name for name in fields if name not in kinds), None)
    if unknown is not None:
        return f"the field {prefix + unknown!r} is not one of a certificate"
    for name, kind in kinds.items():
        if type(fields.get(name)) is not kind:
            return f"the field {prefix + name!r} is missing or not of its type"
    return None if list(fields) == list(kinds) else "its fields are not in their order"


def _fault_of_residues(fields: dict[str, Any]) -> str | None:
    """The hash and the residues: 2^61 − 1, then another prime, and below each what a division by it leaves."""
    residues = fields["residues"]
    moduli = [_whole(modulus) for modulus in residues]
    if len(moduli) != 2 or moduli[0] != M61 or not _is_prime_of_residues(moduli[1]):
        return "the field 'residues' needs 2^61 − 1 and, as its second modulus, a prime between 2^60 and 2^61 − 1"
    for modulus, residue in zip(moduli, residues.values(), strict=True):
        value = _whole(residue)
        if value is None or modulus is None or value >= modulus:
            return "the field 'residues' has a value that is not a residue"
    return None if fields["hash"] == residues[str(M61)] else "the fields 'hash' and 'residues' contradict each other"


def _fault_of_bbp(fields: dict[str, Any]) -> str | None:
    """BBP's digits: where a run of a given number of digits ends, and as many as it compares."""
    bbp = fields["bbp"]
    if bbp["formula"] != _FORMULA:
        return f"the field 'bbp.formula' is not {_FORMULA!r}"
    if not re.fullmatch(f"[0-9A-F]{{1,{TAIL_DIGITS}}}", bbp["digits"]):
        return f"the field 'bbp.digits' is not 1 to {TAIL_DIGITS} hexadecimal digits"
    last = bbp["position"] + len(bbp["digits"]) - 1
    end = math.ceil(fields["digits"] * math.log(fields["base"], 16))
    if not end <= last <= end + _MOST_BEYOND or len(bbp["digits"]) != min(TAIL_DIGITS, last):
        return "the field 'bbp' is not of the end of a run with this number of digits"
    return None


def _whole(text: object) -> int | None:
    """A whole number of at most 19 digits in its one spelling."""
    return int(text) if isinstance(text, str) and re.fullmatch("0|[1-9][0-9]{0,18}", text) else None


def _is_prime_of_residues(modulus: int | None) -> bool:
    import gmpy2

    return modulus is not None and 2**60 < modulus < M61 and gmpy2.is_prime(modulus)


def _lie_about_file(file: Path, record: dict[str, Any]) -> str | None:
    """What the certificate says of the file and is not so, in words."""
    from pi_engine.digits.block_hash import BlockHashes
    from pi_engine.digits.reader import DigitFile

    if (record["size_bytes"], record["sha256"]) != _fingerprint(file):
        return "it was made for a file with other bytes"
    try:
        with DigitFile(file, base=record["base"]) as held:
            hashes = BlockHashes(held.base, 3, [int(modulus) for modulus in record["residues"]])
            for block in held.blocks():
                hashes.update(block)
    except (CorruptFileError, UsageError):  # said by the verification of the digits, unless they are of another base
        return f"the file holds no digits of base {record['base']}"
    if (held.base, hashes.count) != (record["base"], record["digits"]):
        return (
            f"it was made for {counted(record['digits'], 'digit')} of base {record['base']}, and the file holds others"
        )
    if [str(value) for value in hashes.values] != list(record["residues"].values()):
        return "its residues are not those of the digits"
    return None


def _lie_about_pi(bbp: dict[str, Any], threads: int | None, progress: Progress | None) -> str | None:
    """What the certificate says of π and is not so, in words."""
    from pi_engine.proof.bbp.hex_digits import hex_digits

    position, digits = bbp["position"], bbp["digits"]
    found = hex_digits(position, count=len(digits), formula=_OTHER_FORMULA, threads=threads, progress=progress)
    return None if found == digits else f"π's hexadecimal digits at position {position:_} are {found}, not {digits}"


def _fingerprint(file: Path) -> tuple[int, str]:
    """Bytes and SHA-256."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while piece := stream.read(_READ_BYTES):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()
