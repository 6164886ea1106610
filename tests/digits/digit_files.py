"""Digit files: every habit of text, every format, and what a file holds."""

import bz2
import gzip
import io
import lzma
import zipfile

import zstandard

from pi_engine.cli.main import run
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.text.digit_text import DigitText
from pi_engine.engine.compute import compute as computed
from tests.conftest import exact_pi

BASES = [10, 16]


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


COUNT = 12_345
FORMATS = {"text": "pi.txt", "gz": "pi.txt.gz", "xz": "pi.txt.xz", "zst": "pi.txt.zst", "ycd": "pi.ycd"}


PACK = {"gz": gzip.compress, "xz": lzma.compress, "zst": zstandard.ZstdCompressor(write_checksum=True).compress}


def zipped(content, method=zipfile.ZIP_DEFLATED, names=("pi.txt",)):
    """A zip archive of files that all hold the same."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return target.getvalue()


READ = {**PACK, "bz2": bz2.compress, "zip": zipped}
"""What is read; of it, `PACK` is written too."""


def unpacked(form, content):
    if form == "zst":
        return zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()
    if form == "zip":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.read(archive.infolist()[0])
    return {"gz": gzip.decompress, "xz": lzma.decompress, "bz2": bz2.decompress}[form](content)


def text_of(path):
    _, _, integer, digits = read(path)
    return f"{integer}.{digits}"


DIGITS = 2000
"""Of a result that a test writes."""


def compute(target, *options):
    """The exit code of a command that writes DIGITS digits to a file."""
    return run(["compute", str(DIGITS), "-o", str(target), *options])


def require_digits(place):
    assert text_of(place) == computed(DIGITS).text()


BINARY = [2, 8]


def binary_text(base, count):
    """π to `count` digits of base 2 or 8, by MPFR."""
    digits = exact_pi({2: 1, 8: 3}[base] * count).digits(base)
    return f"{digits[:-count]}.{digits[-count:]}"
