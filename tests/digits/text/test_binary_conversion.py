"""Conversion of digits of base 2 and 8: the base stays, and a .ycd file does not hold it."""

import pytest
from gmpy2 import mpz

from pi_engine.bigint.residues.kernels.mersenne import M61
from pi_engine.cli.main import run
from pi_engine.digits.conversion import convert
from pi_engine.digits.file_sizes import file_size
from pi_engine.errors import CorruptFileError, UsageError
from tests.digits.digit_files import BINARY, FORMATS, PACK, binary_text, text_of

N = 30_000


@pytest.mark.parametrize("base", BINARY)
def test_conversion(tmp_path, base):
    """Between text and compressed text; the hash is that of the integer ⌊π·base^N⌋."""
    forms = [form for form in FORMATS if form != "ycd"]
    for count in (1, 20, 64, 65, 1000, N):
        text = binary_text(base, count)
        value = int(mpz(text.replace(".", ""), base) % M61)
        for form in forms:
            source = tmp_path / f"source-{FORMATS[form]}"
            source.write_bytes(PACK.get(form, bytes)(text.encode()))
            for other in forms:
                target = tmp_path / FORMATS[other]
                done = convert(source, target, base=base, overwrite=True)
                assert done == (form, other, base, count, value, str(target), True, ())
                if count >= 20:
                    assert text_of(target) == text
                if other == "text":
                    assert target.read_text() == text


@pytest.mark.parametrize("base", BINARY)
def test_what_cannot_be_converted(tmp_path, base, capsys):
    path = tmp_path / "pi.txt"
    path.write_text(binary_text(base, 1000))
    for target in (["pi.ycd"], ["x", "--format", "ycd"], ["pi.ycd", "--block-size", "100"]):
        assert run(["convert", str(path), str(tmp_path / target[0]), *target[1:]]) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert f"holds digits of base {base}, and a .ycd file holds base 10 or 16: write text" in error
        assert not (tmp_path / target[0]).exists()
    for other in {2, 8, 10, 16} - {base}:
        with pytest.raises(UsageError, match=r"leave out --base|keeps the base"):
            convert(path, tmp_path / "y.txt", base=other)
    path.write_text(binary_text(base, 1000) + "x")
    with pytest.raises(CorruptFileError):
        convert(path, tmp_path / "y.txt")


def test_digits_that_are_not_those_of_pi_are_converted(tmp_path, rng):
    for base in BINARY:
        digits = "".join(rng.choices("01234567"[:base], k=5000))
        for whole in ("0", "1", "101" if base == 2 else "7"):
            (tmp_path / "x.txt").write_text(f"{whole}.{digits}")
            done = convert(tmp_path / "x.txt", tmp_path / "y.txt", overwrite=True)
            assert (tmp_path / "y.txt").read_text() == f"{whole}.{digits}"
            assert (done.base, done.hash) == (base, int(mpz(whole + digits, base) % M61))


@pytest.mark.parametrize("base", BINARY)
def test_compressed_files_fit_in_what_is_reserved(tmp_path, base):
    (tmp_path / "pi.txt").write_text(binary_text(base, 100_000))
    for form in ("gz", "xz", "zst"):
        target = tmp_path / FORMATS[form]
        convert(tmp_path / "pi.txt", target)
        assert 0.5 * file_size(100_000, base, form) < target.stat().st_size <= file_size(100_000, base, form)
