"""Texts that are made to be tried from every place on: a reader that did so would take minutes for each."""

import pytest

from pi_engine.digits.reader import DigitFile
from pi_engine.errors import CorruptFileError
from tests.digits.digit_files import written

FIVE = b"3.14159"


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (FIVE + b" " * 60_000 + b"x", 5), (FIVE + b"\n" + (b" " * 60_000 + b"x\n") * 3, 5), (FIVE + b"\xc2\xa0" * 30_000 + b"x", 5),
        (FIVE + b',"' * 30_000 + b"x", 5), (FIVE + b" " + b": 1" * 20_000 + b"x", 5), (FIVE + b"<a" * 30_000, 5),
        (FIVE + b'"' * 60_000 + b"x", 5), (FIVE + b". " * 30_000 + b"x", 5), (FIVE + b"\n" + b"ab " * 20_000 + b"\n", 5),
        (FIVE + b" " + b"(" * 60_000, 5), (FIVE + b" " + b"(1" * 30_000, 5), (FIVE + b"\n" * 60_000 + b"x", 5),
        (FIVE + b"\n" + b"-" * 60_000 + b"x", 5), (FIVE + b"\r" * 60_000 + b"x", 5), (FIVE + b"\\ " * 30_000 + b"x", 5),
        (b"3.\n" + b"1\n" * 30_000 + b"x", 30_000), (b"3." + b"1 " * 30_000 + b"x", 30_000),
        (b"ABCDEF " * 9000 + b"3.243F6A8885", 10), (b"xyz 31415 " * 2000 + b"\n3.14159265358979", 14), (b"=3 " * 20_000, 0),
    ],
    ids=range(20),
)  # fmt: skip
def test_it_ends(tmp_path, content, count):
    digits = 0
    try:
        with DigitFile(written(tmp_path, content)) as file:
            for block in file.blocks():
                digits += block.digits
    except CorruptFileError as error:
        assert "\n" not in str(error)  # noqa: PT017 (some of them are sound)
    assert digits == count
