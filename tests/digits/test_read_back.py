"""What differs between the digits in memory and the file as read back is seen, in every format, by bytes and by digits."""

import hashlib

import pytest

import pi_engine
from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.cli.main import run
from pi_engine.digits import writer
from pi_engine.digits.common.sha256 import ByteHash
from pi_engine.digits.conversion import convert
from pi_engine.digits.spool import Spool
from pi_engine.digits.text import text_file
from pi_engine.digits.text.text_hash import TextHash
from pi_engine.digits.ycd.ycd_header import MOST_BYTES, parse_header
from pi_engine.errors import VerificationError
from pi_engine.radix import DigitHash
from tests.conftest import MULTIPLIER
from tests.digits.digit_files import BASES, FORMATS, PACK, unpacked


def swapped(data, start, width, distance):
    """Two parts of so many bytes exchanged; None where they are equal."""
    a, b = data[start : start + width], data[start + distance : start + distance + width]
    if a == b:
        return None
    return data[:start] + b + data[start + width : start + distance] + a + data[start + distance + width :]


def changed(form, content, rng):
    """The content of a file with two blocks of digits exchanged, 61·j digits or words apart, which 2^61 − 1 cannot see in base 16."""
    while True:
        j = rng.randrange(1, 5)
        if form == "ycd":
            begin = parse_header(content[:MOST_BYTES], "pi").length
            words = (len(content) - begin) // 8 - 1
            found = swapped(
                content, begin + 8 * rng.randrange(words - 61 * j - 20), 8 * rng.randrange(1, 20), 8 * 61 * j
            )
        else:
            text = content if form == "text" else unpacked(form, content)
            found = swapped(text, 2 + rng.randrange(len(text) - 2 - 61 * j - 30), rng.randrange(1, 30), 61 * j)
            found = found and (found if form == "text" else PACK[form](found))
        if found is not None:
            return found


def spoil(monkeypatch, how):
    """A disk that does something to the content of what is written before it is read back."""
    real_text, real = text_file._reads_back, writer._reads_back

    def text_reads_back(stream, *a):
        stream.seek(0)
        content = how(stream.read())
        stream.seek(0)
        stream.write(content)
        return real_text(stream, *a)

    def reads_back(place, *a, **k):
        file = place if place.is_file() else min(place.iterdir())
        file.write_bytes(how(file.read_bytes()))
        return real(place, *a, **k)

    monkeypatch.setattr(text_file, "_reads_back", text_reads_back)
    monkeypatch.setattr(writer, "_reads_back", reads_back)


CASES = [*((form, None) for form in FORMATS), ("ycd", 6000)]


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize(("form", "block_size"), CASES)
@pytest.mark.parametrize("base", BASES)
def test_exchanged_blocks_are_seen(tmp_path, results, rng, monkeypatch, base, form, block_size, blind):
    """By the bytes and, where those are not looked at, by the digits modulo the random prime."""
    if blind:
        monkeypatch.setattr(ByteHash, "found", lambda self: (results[base].digits + 2, ""))
    spoil(monkeypatch, lambda content: changed(form, content, rng))
    (tmp_path / "target").mkdir()
    for _ in range(int(2 * MULTIPLIER)):
        with pytest.raises(VerificationError, match="the digits are still in the result"):
            results[base].write(tmp_path / "target" / FORMATS[form], block_size=block_size)
    (tmp_path / "source.txt").write_text(results[base].text())
    with pytest.raises(VerificationError, match="read back"):
        convert(tmp_path / "source.txt", tmp_path / "target" / FORMATS[form], block_size=block_size)
    assert list((tmp_path / "target").iterdir()) == []


SAME_DIGITS = {
    **{form: lambda content, form=form: PACK[form](unpacked(form, content)) for form in PACK},
    "ycd": lambda content: content.replace(b"1.1.0", b"1.0.0", 1),
}


@pytest.mark.parametrize("form", SAME_DIGITS)
def test_other_bytes_with_the_same_digits_are_seen(tmp_path, results, monkeypatch, form):
    spoil(monkeypatch, SAME_DIGITS[form])
    with pytest.raises(VerificationError, match="no file was left"):
        results[10].write(tmp_path / FORMATS[form])
    assert list(tmp_path.iterdir()) == []


def test_the_bytes_of_a_text_are_compared_too(tmp_path, results, rng, monkeypatch):
    result = results[10]

    class Blind:
        def __init__(self, *a):
            self.values, self.count = list(result.residues.values()), result.digits + 1

        def update(self, digits):
            pass

    monkeypatch.setattr(text_file, "TextHash", Blind)
    spoil(monkeypatch, lambda content: changed("text", content, rng))
    with pytest.raises(VerificationError, match="read back"):
        result.write(tmp_path / "pi.txt")


@pytest.mark.parametrize("how", [lambda f: (f.seek(800), f.write(b"1")), lambda f: f.truncate(1600)])
def test_digits_that_are_put_aside_are_compared(tmp_path, results, monkeypatch, how):
    """Between the text that is read and the .ycd file."""
    real = Spool.blocks

    def blocks(spool):
        how(spool._file)
        return real(spool)

    monkeypatch.setattr(Spool, "blocks", blocks)
    (tmp_path / "source.txt").write_text(results[10].text())
    with pytest.raises(pi_engine.OutputError, match="reads back differently"):
        convert(tmp_path / "source.txt", tmp_path / "pi.ycd")
    assert [path.name for path in tmp_path.iterdir()] == ["source.txt"]


def test_a_disk_that_is_wrong_once_is_written_to_again(tmp_path, results, monkeypatch):
    real, calls = text_file._reads_back, []
    monkeypatch.setattr(text_file, "_reads_back", lambda *a: (bool(calls) and real(*a)) or bool(calls.append(1)))
    (check,) = results[10].write(tmp_path / "pi.txt")
    assert "SHA-256" in check.detail and "2^61 − 1 and the random prime" in check.detail
    assert (tmp_path / "pi.txt").read_text() == results[10].text()
    assert [path.name for path in tmp_path.iterdir()] == ["pi.txt"]


@pytest.mark.parametrize("name", FORMATS.values())
def test_digits_that_have_changed_in_memory_are_not_written(tmp_path, after_the_run, capsys, name):
    """Between the check of the run and the file; another place would not help."""

    def change(result):
        text = result.text()
        object.__setattr__(result, "_text", text[:500] + text[561:622] + text[561:622] + text[622:])

    after_the_run(change)
    assert run(["compute", "2000", "--base", "16", "-o", str(tmp_path / name)]) == 3
    assert "have changed since they were checked" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_hashes_of_text_and_bytes(rng):
    """In any cut, with a thread and without."""
    for base in BASES:
        moduli = (M61, 1152921504606847009)
        text = "".join(rng.choices("0123456789ABCDEF"[:base], k=30_000))
        one, other = DigitHash(base, moduli), TextHash(base, moduli, expected=10**5)
        one.update(text)
        at = 0
        while at < len(text):
            step = rng.choice([1, 7, 5000, 9000])
            other.update(text[at : at + step])
            at += step
        assert (other.values, other.count) == (one.values, one.count)
        with pytest.raises(ValueError, match="digit"):
            other.update("12 34")
    content = rng.randbytes(9 << 20)
    for threads in (1, 2):
        with ByteHash(threads, len(content)) as found:
            for start in range(0, len(content), 1 << 20):
                found.update(content[start : start + (1 << 20)])
            assert found.found() == (len(content), hashlib.sha256(content).hexdigest())
