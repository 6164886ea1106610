"""`report` writes a page whole or not at all, says what it left out, and its object has the fields of the commands it joins."""

import functools
import json
import re
import sys

import pytest

import pi_engine
from pi_engine.cli.main import run
from pi_engine.report import gathering
from tests.conftest import ROOT
from tests.homes import command, environment_of
from tests.report.bench_answer import BENCH
from tests.report.page_reader import PageReader

CONVERGENCE = functools.cache(functools.partial(gathering.measure_convergence, terms=4))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with 40 digits, of which a walk and a raster can be drawn; times that are not measured each time."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pi.txt").write_text(pi_engine.compute(40).text())
    (tmp_path / "bench.json").write_text(json.dumps(BENCH))
    monkeypatch.setattr(gathering, "measure_convergence", lambda **_: CONVERGENCE())
    return tmp_path


def report(*arguments):
    times = [] if "--size" in arguments else ["--bench", "bench.json"]
    return run(["report", *times, *arguments])


def answer(capsys, *arguments, code=0):
    assert report(*arguments, "--json") == code
    return json.loads(capsys.readouterr().out)


def test_a_page_and_its_data(folder, capsys):
    found = answer(capsys, "pi.txt", "-o", "page.html", "--size", "9")
    assert found["output"] == "page.html"
    assert found["verification"]["status"] == "ok"
    assert found["digits"]["count"] == 40 and found["digits"]["origin"] == "file"
    assert found["computation"]["agreeing"] == 40
    assert [row["digits"] for row in found["speed"]["rows"]] == [9]
    names = {check["name"] for check in found["computation"]["checks"]}
    assert {"shadow", "root", "division", "conversion", "BBP"} <= names and {"near-integer", "other series"} & names
    page = (folder / "page.html").read_text()
    read = PageReader(page)
    assert read.faults == []
    assert found["verification"]["proved"] in "".join(read.texts["td"])
    assert sorted(path.name for path in folder.iterdir()) == ["bench.json", "page.html", "pi.txt"]


def test_parts_have_the_fields_of_the_commands_for_them(folder, capsys):
    if not (ROOT / "docs").is_dir():
        pytest.skip("the schema is in the source tree, which is not here")
    from tests.project.json_schema import require_valid

    found = answer(capsys, "pi.txt")
    require_valid("report", found)
    require_valid("info", {"schema": 1, **found["machine"]})
    require_valid("verify", {"schema": 1, **found["verification"]})
    require_valid("convergence", {"schema": 1, "series": found["series"], "output": None})
    assert found["statistics"]["digits"] == 40 and found["output"] is None
    computed = answer(capsys, "--digits", "8", "--base", "16")
    require_valid("report", computed)
    assert computed["verification"] is None and computed["digits"]["origin"] == "computed"
    assert computed["digits"]["checks"]
    assert computed["digits"]["value_start"] == "243F6A88"


def test_other_bases_and_few_digits(folder, capsys):
    (folder / "binary.txt").write_text("11." + bin(int(pi_engine.compute(2, base=16).value))[4:])
    found = answer(capsys, "binary.txt", "--base", "2", "-o", "page.html")
    assert found["digits"]["base"] == 2 and found["computation"]["agreeing"] is None
    assert "picture 'walk'" in [left["part"] for left in found["left_out"]]
    (folder / "one.txt").write_text("3.1")
    found = answer(capsys, "one.txt", "-o", "one.html", "--verify", "none")
    assert found["pictures"] == [] and found["verification"] is None and len(found["left_out"]) == 6
    assert PageReader((folder / "one.html").read_text()).faults == []


def test_a_wrong_digit_is_said_and_is_the_exit_code(folder, capsys):
    digits = pi_engine.compute(40).text()
    (folder / "wrong.txt").write_text(digits[:30] + "0000" + digits[34:])
    assert report("wrong.txt", "-o", "page.html") == 3
    said = capsys.readouterr()
    assert said.out == "" and "pi-engine: wrong.txt: wrong: position 29" in said.err
    page = (folder / "page.html").read_text()
    assert "The digit at position 29 differs from the computation below" in page


def test_a_page_does_not_replace_its_digits(folder, capsys):
    (folder / "pi.html").write_text("<pre>3.14159265358979323846</pre>")
    assert report("pi.html", "-o", "./pi.html", "--force") == 2
    assert "./pi.html holds the digits that are read: give -o another name" in capsys.readouterr().err
    assert (folder / "pi.html").read_text() == "<pre>3.14159265358979323846</pre>"


def test_a_page_does_not_replace_its_times(folder, capsys):
    times = (folder / "bench.json").read_text()
    assert report("--bench", "bench.json", "-o", "./bench.json", "--force") == 2
    assert "./bench.json holds the times that are read: give -o another name" in capsys.readouterr().err
    assert (folder / "bench.json").read_text() == times


def test_an_existing_page_is_kept(folder, capsys):
    (folder / "page.html").write_text("mine")
    assert report("-o", "page.html") == 2
    assert "page.html exists" in capsys.readouterr().err
    assert (folder / "page.html").read_text() == "mine"
    assert report("--digits", "9", "-o", "page.html", "--force", "-q") == 0
    assert capsys.readouterr().err == ""
    assert (folder / "page.html").read_text().startswith("<!doctype html>")


def test_a_page_to_stdout(folder, capsys):
    assert report("--digits", "9", "-o", "-", "-q") == 0
    said = capsys.readouterr()
    assert PageReader(said.out).faults == [] and said.err == ""


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        ("", 5, "holds no digits|is empty"),
        ("3.", 2, "no digits after the point"),
        ("3", 2, "no digits after the point"),
        ("3.14159?" + "2" * 80, 5, "\\?"),
        ("once upon a time", 5, "digit"),
    ],
)
def test_what_is_no_file_of_digits_is_refused(folder, capsys, content, code, message):
    (folder / "bad.txt").write_text(content)
    assert report("bad.txt", "-o", "page.html") == code
    said = capsys.readouterr()
    assert said.err.count("\n") == 1 and said.out == ""
    assert re.search(message, said.err)
    assert not (folder / "page.html").exists()


def test_digits_of_the_store_are_called_so(folder, capsys, monkeypatch, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(gathering, "draw_all", lambda *_: [])
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda *_, **__: str(cache))
    asked = ["--digits", "100000", "-o", "page.html", "--force"]
    assert answer(capsys, *asked)["digits"]["origin"] == "computed"
    assert "They were computed in this run, with these checks." in (folder / "page.html").read_text()
    assert answer(capsys, *asked)["digits"]["origin"] == "store"
    assert "An earlier run computed them" in (folder / "page.html").read_text()


def test_digits_that_can_be_read_once(folder, capsys, monkeypatch):
    monkeypatch.setattr(gathering, "draw_all", lambda *_: [])
    with (folder / "pi.txt").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert answer(capsys, "-")["left_out"][0]["part"] == "verification"


def test_a_set_and_a_compressed_text(folder, capsys, monkeypatch):
    monkeypatch.setattr(gathering, "draw_all", lambda *_: [])
    result = pi_engine.compute(100)
    result.write("set.ycd", block_size=50)
    result.write("pi.txt.gz")
    for name, form in (("set", "ycd"), ("pi.txt.gz", "gz")):
        found = answer(capsys, name)
        assert found["digits"]["format"] == form and found["digits"]["count"] == 100
        assert found["verification"]["status"] == "ok"
        assert found["digits"]["value_end"] == result[-50:]


@pytest.mark.parametrize(
    ("name", "part", "package"), [("scipy", "statistics", "SciPy"), ("matplotlib", "pictures", "matplotlib")]
)
def test_an_extra_that_is_missing_is_left_out(folder, capsys, monkeypatch, name, part, package):
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(sys, "meta_path", [_Without(name), *sys.meta_path])
    (folder / "nine.txt").write_text("3.141592653")
    found = answer(capsys, "nine.txt", "-o", "page.html")
    (left,) = [left for left in found["left_out"] if left["part"] == part]
    assert package in left["reason"] and "run " in left["reason"]
    page = (folder / "page.html").read_text()
    assert f'id="{part}"' not in page and f"{part}: " in page


class _Without:
    """Finds no module of a package."""

    def __init__(self, name):
        self.name = name

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == self.name:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def test_in_a_home_of_its_own(tmp_path):
    """Nothing of the user's is needed, and nothing is left behind but caches."""
    done = command(
        environment_of(tmp_path), "report", "--size", "9", "--digits", "9", "-o", str(tmp_path / "page.html")
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and done.stderr.endswith(f"pi-engine: the page is in {tmp_path / 'page.html'}\n")
