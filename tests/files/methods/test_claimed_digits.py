import pytest

import pi_engine
from pi_engine import verify_file
from pi_engine.files.methods.claimed_digits import claimed_by_name


@pytest.mark.parametrize(
    ("name", "claim"),
    [
        ("pi-1000000.txt", 10**6),
        ("pi_1e6.txt", 10**6),
        ("pi1M.txt", 10**6),
        ("1000000.txt", 10**6),
        ("pi-10k.txt", 10_000),
        ("1e6", 10**6),
        ("pi1000.txt.gz", 1000),
        ("PI-1MILLION.TXT", 10**6),
        ("pi-1-million.txt", 10**6),
        ("10k-digits.txt", 10_000),
        ("1000digits.dat", 1000),
        ("pi-1_000_000.xz", 10**6),
        ("pi-1,000,000.zst", 10**6),
        ("pi-1b.ycd", 10**9),
        ("π1000.txt", 1000),
        ("pi_hex_1000.txt", 1000),
        ("pi-1000000-2026-11-29.txt", 10**6),
        ("pi-1000 (2).txt", 1000),
        ("pi-3.1415926535-1000.txt", 1000),
        ("some/folder-2000/pi-1000.txt", 1000),
    ],
)
def test_what_a_name_claims(name, claim):
    assert claimed_by_name(name) == claim


@pytest.mark.parametrize(
    "name",
    [
        "pi.txt", "pi-2026.txt", "pi-2026-11-29.txt", "pi-20261129.txt", "20261129.txt", "202611.txt", "2000.txt", "pi_v2.txt",
        "pi-v100.txt", "pi-1.2.3.txt", "pi-10.100.txt", "pi(1).txt", "pi-16.txt", "pi-x86-64.txt", "pi-sha256.txt", "pi-2^20.txt",
        "3.14159.txt", "pi314.txt", "pi-3.14.txt", "data-1000.txt", "file12345.txt", "pi-1000-2000.txt", "pi-64bit.txt",
        "pi-part1000.txt", "p" * 300 + "1000", "", "-", "pi-" + "9" * 200, "pi-1e99.txt",
    ],
)  # fmt: skip
def test_what_is_no_claim(name):
    assert claimed_by_name(name) is None


@pytest.mark.parametrize(
    ("name", "count", "says"),
    [
        ("pi-1000.txt", 1000, None),
        ("pi-1000.txt", 999, None),  # and the 3
        (
            "pi-1000.txt",
            998,
            "its name says 1_000 digits; the file holds 998 after the point: 2 digits fewer, or 1 if the 3 before the point is one of them",
        ),
        ("pi-1000.txt", 1001, "its name says 1_000 digits; the file holds 1_001 after the point: 1 digit more"),
        ("pi-1k.txt", 500, "500 digits fewer, or 499 if"),
        ("pi-2026.txt", 500, None),
    ],
)
def test_a_length_that_is_not_the_claimed_one_is_a_note(tmp_path, name, count, says):
    path = tmp_path / name
    path.write_text(pi_engine.compute(count).text())
    for method in ("auto", "known"):
        found = verify_file(path, method)
        assert found.status == ("ok" if method == "auto" else "unproved")  # and no error
        assert found.notes == () if says is None else says in found.notes[0]
    assert verify_file(path, digits=count).notes == ()  # who says the length needs no name


def test_a_header_s_claim_is_a_note_too_and_notes_of_the_reader_come_first(tmp_path):
    path = tmp_path / "pi.txt"
    digits = pi_engine.compute(500).text()
    for claim, says in ((600, "100 digits fewer, or 99 if"), (501, None), (500, None), (400, "100 digits more")):
        path.write_text(f"π to {claim} digits\n{digits}\nthe end")
        title, footer, *claims = verify_file(path).notes
        assert title.startswith("left out: ") and "“the end”" in footer
        assert len(claims) == (says is not None)
        if says:
            assert claims[0].startswith(f"its header says {claim} digits; the file holds 500 after the point: {says}")
