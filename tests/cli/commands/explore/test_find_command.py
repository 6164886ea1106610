"""`pi-engine find` as people call it: files and computed digits, tables and rows, JSON, and what it refuses."""

import gzip
import json

import pytest

from pi_engine.cli.main import run
from tests.command import pi, pi_on_terminal, run_code

THOUSAND = (
    "1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679"
    "8214808651328230664709384460955058223172535940812848111745028410270193852110555964462294895493038196"
    "4428810975665933446128475648233786783165271201909145648566923460348610454326648213393607260249141273"
    "7245870066063155881748815209209628292540917153643678925903600113305305488204665213841469519415116094"
    "3305727036575959195309218611738193261179310511854807446237996274956735188575272489122793818301194912"
    "9833673362440656643086021394946395224737190702179860943702770539217176293176752384674818467669405132"
    "0005681271452635608277857713427577896091736371787214684409012249534301465495853710507922796892589235"
    "4201995611212902196086403441815981362977477130996051870721134999999837297804995105973173281609631859"
    "5024459455346908302642522308253344685035261931188171010003137838752886587533208381420617177669147303"
    "5982534904287554687311595628638823537875937519577818577805321712268066130019278766111959092164201989"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "pi.txt").write_text(f"3.{THOUSAND}")
    (tmp_path / "pi.txt.gz").write_bytes(gzip.compress(f"3.{THOUSAND}".encode()))
    (tmp_path / "five.txt").write_text("3.14159")
    return tmp_path


@pytest.fixture
def rows(capsys):
    def rows(*arguments):
        assert run(["find", *arguments]) == 0
        header, *lines = capsys.readouterr().out.splitlines()
        return [dict(zip(header.split("\t"), line.split("\t"), strict=True)) for line in lines]

    return rows


@pytest.fixture
def answer(capsys):
    def answer(*arguments):
        assert run(["find", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return answer


@pytest.mark.parametrize(
    "source", [["pi.txt"], ["pi.txt.gz"], ["--digits", "1000"], ["--digits", "1000", "--no-cache"]]
)
def test_digits_from_anywhere(rows, source):
    (row,) = rows(*source, "999999")
    assert (row["count"], row["positions"], row["before"], row["after"]) == ("1", "762", "1870721134", "8372978049")


def test_digits_from_stdin(folder):
    done = pi("find", "-", "999999", "-q", input=(folder / "pi.txt").read_text())
    assert done.stdout.splitlines()[1].split("\t")[5] == "762"
    done = pi("find", "pi.txt", "-f", "-", "--count-only", input="999999\n\n 26535 \n")
    assert [line.split("\t")[::2][:2] for line in done.stdout.splitlines()[1:]] == [["999999", "1"], ["26535", "1"]]


def test_patterns_of_all_kinds(answer):
    found = answer(
        "pi.txt",
        "9?9?9",
        "--date",
        "1988-03-14",
        "--run",
        "9",
        "--length",
        "4",
        "--palindromes",
        "7",
        "--self-locating",
    )
    kinds = [row["kind"] for row in found["patterns"]]
    assert kinds == ["digits"] * 11 + ["run", "palindrome", "self-locating"]
    assert [row["name"] for row in found["patterns"]][:3] == [None, "ddmmyy", "ddmmyyyy"]
    run_of_nines, palindromes, numbers = found["patterns"][-3:]
    assert (run_of_nines["positions"], run_of_nines["lengths"]) == ([762], [6])
    assert run_of_nines["longest"] == {"digits": 6, "position": 762}
    for position, length in zip(palindromes["positions"], palindromes["lengths"], strict=True):
        text = THOUSAND[position - 1 : position - 1 + length]
        assert length >= 7 and text == text[::-1]
    assert numbers["positions"] == [1]
    assert (found["file"], found["base"], found["position"], found["digits"]) == ("pi.txt", 10, 1, 1000)


def test_runs_of_any_digit(rows):
    (row,) = rows("pi.txt", "--length", "3")
    assert row["pattern"] == "runs of any digit, 3 digits or more"
    assert row["positions"].split()[0] == str(THOUSAND.index("111") + 1)


def test_a_range_counts_positions_from_the_beginning_of_the_file(rows):
    assert rows("pi.txt", "999", "--range", "763-766")[0]["positions"] == "763 764"
    assert rows("pi.txt", "999", "--range", "764-")[0]["positions"] == "764 765"
    assert rows("pi.txt", "--self-locating", "--range", "2-")[0]["count"] == "0"
    assert rows("pi.txt", "1415", "--range", "2-")[0]["count"] == "0"


def test_the_limit_bounds_positions_and_not_the_count(rows):
    few, every = rows("pi.txt", "1")[0], rows("pi.txt", "1", "--limit", "all")[0]
    assert few["count"] == every["count"] == str(THOUSAND.count("1"))
    assert len(few["positions"].split()) == 10
    assert every["positions"].split() == [str(i) for i, digit in enumerate(THOUSAND, 1) if digit == "1"]
    for without in (["--limit", "0"], ["--count-only"]):
        (row,) = rows("pi.txt", "1", *without)
        assert (row["count"], "positions" in row) == (every["count"], False)


def test_coverage(answer, folder, capsys):
    found = answer("pi.txt", "--coverage", "2", "-o", "table.tsv")
    assert found["coverage"]["last"] == {"number": "68", "position": 605}
    assert found["coverage"]["first_positions"] == [THOUSAND.index(f"{n:02}") + 1 for n in range(100)]
    assert (found["digits"], found["patterns"], found["output"]) == (606, [], "table.tsv")
    lines = (folder / "table.tsv").read_text().splitlines()
    assert lines == [f"{n:02}\t{THOUSAND.index(f'{n:02}') + 1}" for n in range(100)]
    assert run(["find", "pi.txt", "--coverage", "3", "-o", "table.tsv"]) == 2
    assert "give --force" in capsys.readouterr().err
    assert run(["find", "pi.txt", "--coverage", "3", "-o", "table.tsv", "--force"]) == 0
    lines = (folder / "table.tsv").read_text().splitlines()
    assert len(lines) == 1000
    assert sum(line.endswith("\t") for line in lines) == sum(f"{n:03}" not in THOUSAND for n in range(1000))
    summary = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert summary["found"] == f"{sum(f'{n:03}' in THOUSAND for n in range(1000)):_}"


def test_nothing_found_is_an_answer(capsys):
    assert run(["find", "pi.txt", "99999999"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[1].startswith("99999999\t\t0\t")
    assert captured.err.rstrip().endswith("; not found")
    assert run(["find", "pi.txt", "99999999", "14", "000000"]) == 0
    assert capsys.readouterr().err.rstrip().endswith("; 2 of 3 patterns not found")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_of_any_width(columns):
    code, shown, _ = pi_on_terminal("find", "pi.txt", "999999", columns=columns)
    assert code == 0
    assert "762" in shown
    code, table, _ = pi_on_terminal(
        "find", "pi.txt", "--date", "1926-05-03", "999999", "--length", "4", columns=columns
    )
    assert code == 0
    assert "too narrow" not in table or columns == 40
    assert ("…1870721134[999999]8372978049…" in table) == (columns == 200)
    assert all(len(line) <= columns for line in (shown + table).splitlines())


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["pi.txt"], 2, "no pattern: give at least one"),
        (["14159"], 2, "no FILE before the pattern 14159"),
        ([], 2, "no digits: name a FILE"),
        (["--digits", "100"], 2, "no pattern: give at least one"),
        (["pi.txt", "12a4"], 2, "'12a4' is not a pattern: 'a' is not a decimal digit"),
        (["--digits", "1e12", "12a4"], 2, "'12a4' is not a pattern"),
        (["--digits", "100", "3.14"], 2, "write digits after the point, without '3.'"),
        (["--digits", "100", "1988-03-14"], 2, "for a date, give the option --date YYYY-MM-DD"),
        (["--digits", "100", "14.3."], 2, "for a date, give the option --date YYYY-MM-DD"),
        (["14.3."], 2, "for the date 14.3., give --date YYYY-MM-DD, and FILE or --digits N"),
        (["1988-03-14"], 2, "for the date 1988-03-14, give --date YYYY-MM-DD"),
        (["3/14"], 2, "for the date 3/14, give --date YYYY-MM-DD"),
        (["pi.text", "1"], 2, "pi.text cannot be read: No such file or directory: did you mean pi.txt?"),
        (["--digits", "100", "14.3.88"], 2, "for a date, give the option --date YYYY-MM-DD"),
        (["--digits", "100", "--base", "16", "G"], 2, "'G' is not a hexadecimal digit"),
        (["pi.txt", ""], 2, "a pattern is empty"),
        (["pi.txt", "??"], 2, "matches everywhere"),
        (["five.txt", "141592"], 2, "pattern '141592' of 6 digits is longer than the 5 digits to search"),
        (["pi.txt", "14159", "--range", "10-12"], 2, "longer than the 3 digits to search"),
        (["pi.txt.gz", "1" * 1001], 2, "of 1_001 digits is longer than the 1_000 digits to search"),
        (["pi.txt", "1", "--range", "1001-"], 2, "position 1_001 is after the end: pi.txt has 1_000 digits"),
        (["pi.txt", "1", "--range", "10-1001"], 2, "position 1_001 is after the end"),
        (["pi.txt.gz", "1", "--range", "10-1001"], 2, "position 1_001 is after the end"),
        (["pi.txt.gz", "1", "--range", "2000-"], 2, "position 2_000 is after the end"),
        (["pi.txt", "1", "--range", "0-5"], 2, "positions are counted from 1"),
        (["pi.txt", "-f", "missing.txt"], 2, "missing.txt cannot be read: No such file"),
        (["pi.txt", "-f", "."], 2, "cannot be read: Is a directory"),
        (["pi.txt", "-f", "empty.txt"], 2, "empty.txt holds no pattern"),
        (["pi.txt", "-f", "bad.txt"], 2, "bad.txt, line 3: '1x' is not a pattern"),
        (["pi.txt", "-f", "binary"], 2, "binary is not a text of patterns"),
        (["-", "-f", "-"], 2, "stdin can be read once"),
        (["pi.txt", "-f", "-", "-f", "-"], 2, "stdin can be read once"),
        (["missing.txt", "1"], 2, "missing.txt cannot be read"),
        (["broken.ycd", "1"], 5, "broken.ycd is truncated"),
        (["words.txt", "1"], 5, "words.txt"),
        (["pi.txt", "--date", "1988-02-30"], 2, "'1988-02-30' is not a date: there is no such day"),
        (["pi.txt", "--date", "14.3.1988"], 2, "write year, month and day like 1988-03-14"),
        (["pi.txt", "--run", "9"], 2, "--run needs --length N"),
        (["pi.txt", "--run", "x", "--length", "3"], 2, "a run consists of one digit of base 10, not of 'x'"),
        (["pi.txt", "--length", "0"], 2, "a run has at least 1 digit"),
        (["pi.txt", "--palindromes", "1"], 2, "2 to 1000, not 1"),
        (["pi.txt", "--coverage", "8"], 2, "1 to 7 digits in base 10, not of 8"),
        (["pi.txt", "--coverage", "2", "14"], 2, "leave patterns and the other searches out"),
        (["pi.txt", "14", "-o", "new.txt"], 2, "-o writes what --coverage finds"),
        (["pi.txt", "--coverage", "2", "-o", "missing/new.txt"], 2, "does not exist"),
        (["pi.txt", "1", "--limit", "-1"], 2, "the limit must not be negative; 'all' shows all positions"),
        (["pi.txt", "1", "--limit", "many"], 2, "'many' is not a count"),
        (["--digits", "0", "1"], 2, "--digits 0 asks for no digits: give 1 or more"),
        (["pi.txt", "--digits", "5", "7"], 2, "pi.txt is a file, and --digits computes the digits: leave one of them out"),
        (["pi.txt", "1", "--no-cache"], 2, "--no-cache is about digits that are computed: leave it out with a FILE"),
        (["pi.txt", "1", "--base", "16"], 2, "pi.txt holds the digits of π in base 10, not 16: leave out --base"),
        (["pi.txt", "--coverage", "2", "-o", "./pi.txt", "--force"], 2, "./pi.txt holds the digits that are read"),
        (["pi.txt", "-5"], 2, "No such option"),
        (["pi.txt", "--", "-5"], 2, "'-5' is not a pattern: '-' is not a decimal digit"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(folder, capsys, arguments, code, message):
    from pi_engine import compute

    (folder / "empty.txt").write_text("\n \n")
    (folder / "bad.txt").write_text("1\n2\n1x\n")
    (folder / "binary").write_bytes(bytes(range(256)))
    (folder / "words.txt").write_text("no digits here\n")
    compute(1000).write("whole.ycd")
    content = (folder / "whole.ycd").read_bytes()
    (folder / "broken.ycd").write_bytes(content[:-100])
    before = {*map(str, folder.iterdir())}
    assert run(["find", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("pi-engine: error: ")
    assert {*map(str, folder.iterdir())} <= before | {str(folder / "cache")}
    assert run(["find", "--json", *arguments]) == code
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert message in error["message"]


def test_patterns_of_closed_stdin(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", None)
    assert run(["find", "pi.txt", "-f", "-"]) == 2
    assert "standard input is closed: send it patterns, or name a file" in capsys.readouterr().err


def test_a_pattern_given_twice_has_one_row(rows):
    found = rows("pi.txt", "999999", "14159", "999999")
    assert [(row["pattern"], row["count"]) for row in found] == [("999999", "1"), ("14159", "1")]


def test_a_damaged_word_is_found_on_the_way(folder, capsys):
    from pi_engine import compute

    compute(1000).write("pi.ycd")
    content = bytearray((folder / "pi.ycd").read_bytes())
    content[-80:-72] = b"\xff" * 8
    (folder / "pi.ycd").write_bytes(content)
    assert run(["find", "pi.ycd", "14159"]) == 5
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "does not hold 19 digits" in captured.err


def test_a_small_search_imports_no_compiler(folder):
    code = (
        "import sys; from pi_engine.cli.main import run; "
        "assert run(['find', 'pi.txt', '999999', '9?9', '--date', '1988-03-14', '--length', '4', '--palindromes', '7']) == 0; "
        "assert run(['find', 'pi.txt', '--coverage', '2']) == 0; assert run(['find', 'pi.txt', '--self-locating']) == 0; "
        "print({'numba', 'llvmlite', 'scipy', 'rich'} & set(sys.modules))"
    )
    assert run_code(code).stdout.splitlines()[-1] == "set()"


def test_borders_of_files_divide_nothing(rows, capsys):
    assert run(["compute", "1000", "-o", "set.ycd", "--block-size", "77", "-q"]) == 0
    wanted = [THOUSAND[border - 5 : border + 5] for border in range(77, 960, 77)]
    capsys.readouterr()
    found = rows("set", *wanted, THOUSAND[70:990])
    assert [row["positions"] for row in found] == [*(str(border - 4) for border in range(77, 960, 77)), "71"]
    assert rows("set", "--run", "9", "--length", "6", "--range", "700-766")[0]["count"] == "0"
    assert rows("set", "--run", "9", "--length", "5", "--range", "700-766")[0]["lengths"] == "5"


def test_hexadecimal_digits(rows):
    assert run(["compute", "500", "--base", "16", "-o", "hex.ycd", "-q"]) == 0
    for source in (["hex.ycd"], ["--digits", "500", "--base", "16"]):
        assert rows(*source, "243f6A8885")[0]["positions"] == "1"
