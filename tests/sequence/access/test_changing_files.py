"""Files that change while they are open, and damaged ones: an error, and never wrong digits."""

import os
from pathlib import Path

import pytest

import pi_engine
from pi_engine.errors import CorruptFileError, PiEngineError
from pi_engine.sequence.access import text_access


def _append(path):
    with path.open("ab") as stream:
        stream.write(b"12345678")


def _truncate(path):
    os.truncate(path, path.stat().st_size - 8)


def _overwrite(path):
    with path.open("r+b") as stream:
        stream.seek(40_000 if path.suffix != ".gz" else 20_000)
        stream.write(b"\x01")


def _touch_later(path):
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [_append, _truncate, _overwrite, _touch_later])
@pytest.mark.parametrize("name", ["pi.ycd", "set/set - 3.ycd", "many/many - 7.ycd", "pi.txt", "lines.txt", "pi.gz"])
def test_a_file_that_changes_is_an_error_and_no_wrong_digits(tmp_path, files, monkeypatch, name, change):
    monkeypatch.setattr(text_access, "LEAST_BYTES", 1000)
    place = tmp_path / Path(name).name
    if "/" in name:
        place = tmp_path / name.split("/")[0]
        place.mkdir()
        for piece in (files / name).parent.iterdir():
            (place / piece.name).write_bytes(piece.read_bytes())
    else:
        place.write_bytes((files / name).read_bytes())
    digits = pi_engine.open(place)
    assert digits.text(10, 12) == "89"
    change(tmp_path / name if "/" in name else place)
    for read in (lambda: digits.text(7100, 89_000), lambda: digits.text(0, 8000), lambda: digits[85_000]):
        with pytest.raises(PiEngineError, match="changed while it was read: try again"):
            read()


def test_a_file_that_is_replaced_is_read_as_it_was_or_an_error(tmp_path, files, ninety, monkeypatch):
    monkeypatch.setattr(text_access, "LEAST_BYTES", 1000)
    for name, same in (("pi.ycd", True), ("pi.txt", True), ("pi.gz", False)):
        path = tmp_path / name
        path.write_bytes((files / name).read_bytes())
        digits = pi_engine.open(path)
        assert digits[100] == int(ninety[102])
        (tmp_path / "new").write_text("3." + "7" * 90_000)
        (tmp_path / "new").replace(path)
        if same:
            assert digits.text(80_000, 80_100) == ninety[80_002:80_102]
        else:
            with pytest.raises(PiEngineError, match="changed"):
                digits.text(80_000, 80_100)


@pytest.mark.parametrize("word", [0, 2000, 4736])
def test_a_damaged_word_ends_the_digits_before_it(tmp_path, files, ninety, word):
    content = bytearray((files / "pi.ycd").read_bytes())
    begin = len(content) - 8 * 4737
    content[begin + 8 * word : begin + 8 * word + 8] = b"\xff" * 8
    (tmp_path / "pi.ycd").write_bytes(content)
    if word == 0:
        with pytest.raises(CorruptFileError, match=f"byte {begin:_}"):
            pi_engine.open(tmp_path / "pi.ycd")
        return
    digits = pi_engine.open(tmp_path / "pi.ycd")
    pieces = digits.characters(19 * word - 100)
    found = next(pieces).tobytes().decode()
    with pytest.raises(CorruptFileError, match="does not hold 19 digits") as raised:
        next(pieces)
    assert raised.value.offset == begin + 8 * word
    assert found == ninety[2 + 19 * word - 100 : 2 + 19 * word] == digits.text(19 * word - 100, 19 * word)


def test_padding_that_is_no_zero_is_damage(tmp_path, files):
    content = bytearray((files / "pi.ycd").read_bytes())
    content[-8] ^= 1  # the lowest bits are behind the last of 90_000 digits
    (tmp_path / "pi.ycd").write_bytes(content)
    with pytest.raises(CorruptFileError, match="does not end in zeros"):
        pi_engine.open(tmp_path / "pi.ycd")[89_999]
