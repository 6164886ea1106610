"""Sets of any number of digits a file, around every number at which something changes: a word more, the header's digits, a block."""

import pytest

from pi_engine.digits.conversion import convert
from pi_engine.digits.ycd import ycd_reader
from pi_engine.digits.ycd.ycd_header import parse_header
from pi_engine.errors import CorruptFileError, UsageError
from pi_engine.files.verify import verify_file
from tests.conftest import MULTIPLIER, part_of
from tests.digits.digit_files import BASES, FORMATS, text_of

WIDTH = {10: 19, 16: 16}
SIZES = [*range(50, 66), 75, 76, 77, 79, 80, 81, 95, 96, 97, 127, 128, 129]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("base", BASES)
def test_sets_of_small_files_are_converted(tmp_path, results, rng, base, size):
    """Into each format, and sets of other sizes; where the last file is full, has one digit, or any number."""
    result = results[base]
    for digits in (rng.choice([size, size + 1, 2 * size]), rng.randrange(size, 8 * size)):
        text = result.text()[: 2 + digits]
        (tmp_path / "source.txt").write_text(text)
        convert(tmp_path / "source.txt", tmp_path / "set.ycd", block_size=size, overwrite=True)
        assert text_of(tmp_path / "set") == text
        for name in {"pi.ycd", rng.choice(list(FORMATS.values()))}:
            convert(tmp_path / "set", tmp_path / name, overwrite=True)
            assert text_of(tmp_path / name) == text
        other = rng.choice([50, min(57, digits), min(64, digits), rng.randrange(50, digits + 1)])
        convert(tmp_path / "set", tmp_path / "other.ycd", block_size=other, overwrite=True)
        assert text_of(tmp_path / "other") == text
        head = parse_header((tmp_path / "pi.ycd").read_bytes()[:4096], "pi").first_digits
        assert head == text[:52]


@pytest.mark.parametrize("base", BASES)
def test_random_sizes(tmp_path, results, rng, monkeypatch, base):
    """With blocks of few words too, as long files have them."""
    for _ in range(int(12 * MULTIPLIER)):
        monkeypatch.setattr(ycd_reader, "_CHUNK_WORDS", rng.choice([1, 2, 3, 5, 1 << 17]))
        digits = rng.randrange(50, 3000)
        sizes = [rng.choice([rng.randrange(50, min(digits, 200) + 1), rng.randrange(50, digits + 1)]) for _ in range(2)]
        text = results[base].text()[: 2 + digits]
        (tmp_path / "source.txt").write_text(text)
        for source, target, size in (
            ("source.txt", "a.ycd", sizes[0]),
            ("a", "b.ycd", sizes[1]),
            ("b", "pi.ycd", None),
        ):
            convert(tmp_path / source, tmp_path / target, block_size=size, overwrite=True)
        assert text_of(tmp_path / "pi.ycd") == text


@pytest.mark.parametrize("size", [50, 56, 63, 64])
@pytest.mark.parametrize("base", BASES)
def test_all_digits_of_a_header_are_compared(tmp_path, results, base, size):
    """Though the first file's first whole words hold fewer."""
    results[base].write(tmp_path / "pi.ycd", block_size=size)
    for place in part_of((1, 38, 39, 48, 49, 50), 1 / 3, f"places {base} {size}"):
        folder = tmp_path / f"changed {place}"
        folder.mkdir()
        for piece in (tmp_path / "pi").iterdir():
            content = piece.read_bytes()
            at = content.index(b"FirstDigits:\t") + len(b"FirstDigits:\t") + 1 + place
            digit = b"7" if content[at : at + 1] != b"7" else b"8"
            (folder / piece.name).write_bytes(content[:at] + digit + content[at + 1 :])
        with pytest.raises(CorruptFileError, match=f"differ from its data at digit {place}"):
            convert(folder, tmp_path / "pi.txt")
        assert verify_file(folder).status == "corrupt"


def test_fewer_digits_than_a_header_has(tmp_path, results):
    (tmp_path / "pi.txt").write_text(results[10].text()[:51])
    with pytest.raises(UsageError, match="no files of fewer than 50 digits"):
        convert(tmp_path / "pi.txt", tmp_path / "pi.ycd")
    (tmp_path / "pi.txt").write_text(results[10].text()[:62])
    with pytest.raises(UsageError, match="no blocks of fewer than 50 digits"):
        convert(tmp_path / "pi.txt", tmp_path / "pi.ycd", block_size=49)
