"""Conversion between all formats."""

import json

import pytest

from pi_engine.cli.main import run
from pi_engine.digits.conversion import convert
from pi_engine.digits.reader import DigitFile
from pi_engine.digits.ycd.ycd_header import parse_header
from pi_engine.errors import CorruptFileError
from tests.command import pi
from tests.digits.digit_files import COUNT, FORMATS, text_of


@pytest.mark.parametrize("base", [10, 16])
@pytest.mark.parametrize("target", FORMATS)
@pytest.mark.parametrize("source", FORMATS)
def test_every_format_into_every_other(tmp_path, results, base, source, target):
    first = tmp_path / FORMATS[source]
    results[base].write(first)
    last = tmp_path / "converted" / FORMATS[target]
    last.parent.mkdir()
    done = convert(first, last)
    assert done == (source, target, base, COUNT, results[base].hash, str(last), True, ())
    direct = tmp_path / "direct" / FORMATS[target]
    direct.parent.mkdir()
    results[base].write(direct)
    assert last.read_bytes() == direct.read_bytes()


def test_habits_become_plain_text(tmp_path, results):
    text = results[10].text()
    (tmp_path / "pi.txt").write_text("Pi\n\n3.\n" + "\n".join(text[i : i + 50] for i in range(2, len(text), 50)))
    convert(tmp_path / "pi.txt", tmp_path / "plain.txt")
    assert (tmp_path / "plain.txt").read_text() == text
    (tmp_path / "hex.txt").write_text(results[16].text()[2:].lower())
    convert(tmp_path / "hex.txt", tmp_path / "upper.txt")
    assert (tmp_path / "upper.txt").read_text() == results[16].text()


def test_digits_that_are_not_those_of_pi(tmp_path):
    """The one before the point is kept, and found where it is missing, if the constant is known."""
    e = "2.7182818284590452353602874713526624977572470936999595749669676277"
    for content, whole in ((e, e), (e[2:], e), ("7.5" + "0" * 60, "7.5" + "0" * 60), ("3", "3.")):
        (tmp_path / "x.txt").write_text(content)
        for name in ("y.txt", "y.ycd")[: 1 + (len(whole) > 2)]:
            convert(tmp_path / "x.txt", tmp_path / name, overwrite=True)
            assert text_of(tmp_path / name) == whole
            assert (tmp_path / "y.txt").read_text() == (whole if len(whole) > 2 else "3")
    assert parse_header((tmp_path / "y.ycd").read_bytes(), "y").first_digits == "7.5" + "0" * 49


def test_the_base_stays(tmp_path, results, capsys):
    results[16].write(tmp_path / "pi.txt")
    assert run(["convert", str(tmp_path / "pi.txt"), str(tmp_path / "out.txt"), "--base", "10"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "a conversion keeps the base: compute the digits of base 10 with 'compute N --base 10'" in error
    assert not (tmp_path / "out.txt").exists()


def test_the_command(tmp_path, results, capsys):
    source = tmp_path / "pi.txt"
    results[10].write(source)
    target = tmp_path / "x"
    assert run(["convert", str(source), str(target), "--format", "ycd", "--json", "-q"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 1
    assert (found["source_format"], found["format"], found["digits"], found["base"]) == ("text", "ycd", COUNT, 10)
    assert (found["hash"], found["read_back"], found["output"]) == (str(results[10].hash), True, str(target))
    assert run(["convert", str(source), str(target)]) == 2
    assert "--force" in capsys.readouterr().err
    assert run(["convert", str(source), str(target), "--force"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "12_345 digits of base 10 from text to text" in captured.err
    assert target.read_text() == results[10].text()
    assert run(["convert", str(source), str(tmp_path / "set.ycd"), "--block-size", "5000", "-q"]) == 0
    assert text_of(tmp_path / "set") == results[10].text()
    for arguments, message in (
        ([str(source), "-", "--json"], "choose one"),
        ([str(source), "-", "--block-size", "100", "--format", "ycd"], "cannot go to standard output"),
        ([str(source), str(tmp_path / "set.ycd"), "--block-size", "5000"], "--force"),
        ([str(source), str(tmp_path / "missing" / "pi.txt")], "does not exist"),
        ([str(tmp_path / "missing.txt"), str(tmp_path / "y.txt")], "No such file"),
        ([str(source), str(tmp_path / "y.bz2")], "bzip2 cannot be written"),
    ):
        assert run(["convert", *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == "" or "--json" in arguments
        assert message in captured.err
    source.write_text("3.14159x")
    assert run(["convert", str(source), str(tmp_path / "y.txt")]) == 5
    assert "comes 'x'" in capsys.readouterr().err
    assert not (tmp_path / "y.txt").exists()


@pytest.mark.slow
def test_pipes(results):
    for form in FORMATS:
        digits = results[10].text().encode()
        packed = pi("convert", "-", "-", "-q", "--format", form, input=digits, text=False)
        assert packed.returncode == 0
        plain = pi("convert", "-", "-", "-q", input=packed.stdout, text=False)
        assert plain.stdout == digits


def test_a_header_that_contradicts_its_data_is_not_converted(tmp_path, results):
    results[10].write(tmp_path / "pi.ycd")
    content = (tmp_path / "pi.ycd").read_bytes().replace(b"3.14159", b"3.14259", 1)
    (tmp_path / "pi.ycd").write_bytes(content)
    with pytest.raises(CorruptFileError, match="differ from its data at digit 3"):
        convert(tmp_path / "pi.ycd", tmp_path / "pi.txt")


def test_what_was_assumed_is_said(tmp_path, results, capsys, monkeypatch):
    """The notes of the reader, which are complete when all has been read: on stderr, and as a field."""

    class Noted(DigitFile):
        notes = ()

        def blocks(self):
            yield from super().blocks()
            self.notes = ["a header\n was left out"]

    monkeypatch.setattr("pi_engine.digits.conversion.DigitFile", Noted)
    source, target = tmp_path / "pi.txt", tmp_path / "pi.txt.gz"
    results[10].write(source)
    assert run(["convert", str(source), str(target), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["notes"] == ["a header\\n was left out"]
    assert said.err.splitlines()[0] == f"pi-engine: {source}: a header\\n was left out"
    assert run(["convert", str(source), str(target), "--force", "-q"]) == 0
    assert capsys.readouterr() == ("", "")
