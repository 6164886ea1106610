"""Coverage-guided fuzzing of the readers of digit files, by atheris.

Install it with pip, then

    python scripts/fuzz_files.py [CORPUS FOLDER] [-max_total_time=300] [options of libFuzzer]

Each input is read and verified as a file; what must come out is digits, or a CorruptFileError of one line. A crash, a hang of
more than 10 s, or more than 512 MB of memory is a finding, left as crash-… in the current folder. Begins from small files of
every format.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tempfile
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pi_engine.digits", "pi_engine.files"]):
    from pi_engine.digits.reader import DigitFile, sound_blocks
    from pi_engine.files.verify import verify_file

import zstandard

from pi_engine.digits.common.constants import PI
from pi_engine.digits.ycd.ycd_header import header_bytes
from pi_engine.errors import CorruptFileError
from pi_engine.radix.kernels.digit_words import DIGITS_PER_WORD, digit_words

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-files-"))
SUFFIXES = (".txt", ".gz", ".xz", ".zst", ".ycd", "", " - 0.ycd", ".TXT", ".bz2", ".zip")


def one_input(data: bytes) -> None:
    """The first byte chooses the suffix and whether to verify, the rest is the file."""
    if not data:
        return
    path = FOLDER / f"x{SUFFIXES[data[0] % len(SUFFIXES)]}"
    path.write_bytes(data[1:])
    try:
        with DigitFile(path) as file:
            for block in sound_blocks(file):
                assert 0 < block.digits <= DIGITS_PER_WORD[file.base] * len(block.words)
    except CorruptFileError as error:
        assert "\n" not in str(error)  # noqa: PT017
    if data[0] & 0x80:
        found = verify_file(path, "known")
        assert found.status in {"ok", "wrong", "corrupt", "unproved"}
    path.unlink()


def _zipped(text: bytes, method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("pi.txt", text)
        archive.writestr("__MACOSX/._pi.txt", b"")
    return target.getvalue()


def seeds(folder: Path) -> None:
    """Small files of every format."""
    digits = PI.decimal
    text = f"3.{digits}".encode()
    grouped = b"Pi\r\n\r\n3.\r\n" + b" ".join(text[i : i + 10] for i in range(2, 52, 10))
    files = [
        (0, text),
        (0, grouped),
        (0, f"3.{PI.hexadecimal}".encode()),
        (0, f"0b11.{PI.fraction(2)}".encode()),
        (0, f"Pi\n3.{PI.fraction(8)}".encode()),
        (1, gzip.compress(text)),
        (2, lzma.compress(text)),
        (3, zstandard.compress(text)),
        (4, header_bytes(10, 50) + digit_words(digits, 10).tobytes()),
        (6, header_bytes(10, 50) + digit_words(digits, 10).tobytes()),
        (4, header_bytes(16, 50) + digit_words(PI.hexadecimal, 16).tobytes()),
        (8, bz2.compress(text)),
        *((9, _zipped(text, method)) for method in (0, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
        (9, gzip.compress(_zipped(text, 0))),
        *((0, text.decode().encode(codec)) for codec in ("utf-16", "utf-16-be", "utf-32-le", "utf-32")),
        (0, text.decode().translate({code: code + 0xFEE0 for code in range(46, 58)}).encode()),
    ]
    for number, (suffix, content) in enumerate(files):
        for high in (0, 0x80):
            (folder / f"seed-{number}-{high}").write_bytes(bytes([suffix + high]) + content)


def main() -> None:
    """Fuzz until libFuzzer is told to stop."""
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    corpus = Path(folders[0]) if folders else Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    corpus.mkdir(exist_ok=True)
    seeds(corpus)
    options = [argument for argument in sys.argv[1:] if argument.startswith("-")]
    atheris.Setup([sys.argv[0], "-timeout=10", "-rss_limit_mb=512", "-max_len=2000", *options, str(corpus)], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
