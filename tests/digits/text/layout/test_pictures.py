"""docs/files.md: each picture of a file is read as its row says, and every note that a reading can make has its place."""

import re
import shlex
import subprocess

import pytest

from pi_engine import verify_file
from pi_engine.cli.main import run
from pi_engine.digits.text.layout.between import between
from tests.command import COMMAND
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "files.md"
if not PAGE.is_file():
    pytest.skip("the source tree is not here: only the installed package is tested", allow_module_level=True)
SIGNS = {"⏎": "\n", "⍽": "\u00a0", "␌": "\f"}
_CODE = re.compile(r"(`+) ?(.+?) ?(?<!`)\1(?!`)")
_NAMED = re.compile(r'left_out\.add\(\s*"([^"]+)"')


def rows(header):
    """The rows of all tables with this header, as lists of cells."""
    tables = re.findall(
        rf"^\| {re.escape(header)}.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for table in tables for line in table.splitlines()
    ]


def code(cell):
    """What a cell has in back-quotes."""
    return [text for _, text in _CODE.findall(cell)]


def picture(cell):
    (text,) = code(cell)
    for sign, character in SIGNS.items():
        text = text.replace(sign, character)
    return text


READ, NOT_READ = rows("in the file | digits |"), rows("in the file | the answer says |")


def answer(folder, content, capsys):
    path = folder / "f.txt"
    path.write_text(content, encoding="utf-8")
    run(["verify", str(path)])
    return verify_file(path), capsys.readouterr().out


def test_there_are_rows():
    assert len(READ) > 40 and len(NOT_READ) > 6


@pytest.mark.parametrize(("file", "digits", "said", "known"), READ)
def test_a_file_is_read_as_its_row_says(tmp_path, capsys, file, digits, said, known):
    found, line = answer(tmp_path, picture(file), capsys)
    count, base = re.fullmatch(r"(\d+)(?:, base (\d+))?", digits).groups()
    assert (found.status, found.digits, found.base) == ("ok", int(count), int(base or 10)), line
    assert all(text in line for text in code(said)), line
    assert code(said) or "note:" not in line, line


@pytest.mark.parametrize(("file", "said", "advice"), NOT_READ)
def test_what_cannot_be_read_is_said_as_its_row_says(tmp_path, capsys, file, said, advice):
    found, line = answer(tmp_path, picture(file), capsys)
    assert found.status in ("wrong", "corrupt") and code(said), line
    assert all(text in line for text in code(said)), line


def test_every_note_is_on_the_page():
    sources = (ROOT / "pi_engine" / "digits" / "text" / "layout").glob("*.py")
    names = {name for path in sources for name in _NAMED.findall(path.read_text(encoding="utf-8"))}
    names |= {shape.name for base in (10, 16) for shape in between(base)}
    said = [text for row in READ for text in code(row[2])]
    assert {name for name in names if not any(text.startswith(name) for text in said)} == set()


def test_the_answer_at_the_top_is_the_one_that_is_printed(tmp_path):
    page = PAGE.read_text(encoding="utf-8")
    (command,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    shown = re.search(r"```text\n(.*?)```", page, re.DOTALL)[1]
    line = command.replace("pi-engine", shlex.join(COMMAND))
    printed = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    seconds = re.compile(r"\d+\.\d+ s")
    assert seconds.sub("", " ".join(printed.split())) == seconds.sub("", " ".join(shown.split()))
