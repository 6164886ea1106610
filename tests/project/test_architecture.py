"""The rooms of the package, read from the sources and drawn: `scripts/architecture/import_graph.py` and `scripts/draw_architecture.py`."""

import importlib
import re
from collections import Counter
from xml.etree import ElementTree as ET

import pytest


@pytest.fixture
def import_graph(checkout):
    from scripts.architecture import import_graph

    return import_graph


@pytest.fixture
def package(tmp_path):
    """A function that writes modules of a package `pi_engine` and gives the folder it lies in."""

    def write(modules):
        for name, text in {"__init__": '"""A package."""\n', "errors": "", **modules}.items():
            path = tmp_path / "pi_engine" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "import pi_engine.low.numbers",
        "from pi_engine.low import numbers",
        "from pi_engine.low.numbers import add",
        "def work():\n    from pi_engine.low.numbers import add",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pi_engine.low.numbers import Add",
        'KERNELS = KernelSet("pi_engine.low.numbers:ADD", "others:ADD")',
        'NAMES = {"add": "pi_engine.low.numbers"}',
        'def kernel(module):\n    return f"pi_engine.low.{module}"',
    ],
)
def test_every_way_to_name_a_module_uses_its_room(import_graph, package, text):
    graph = import_graph.ImportGraph(package({"low/numbers": "", "low/__init__": "", "high/work": text}))
    assert set(graph.uses) == {("high", "low")}


def test_a_module_of_a_room_uses_nothing_by_naming_its_neighbours(import_graph, package):
    text = 'from pi_engine.low import digits\nfrom pi_engine import errors\nNAME = f"pi_engine.low.{digits}"'
    graph = import_graph.ImportGraph(package({"low/numbers": text, "low/digits": ""}))
    assert not graph.uses


def test_a_room_below_another_folder_is_a_room_of_its_own(import_graph, package):
    text = 'def kernel(module):\n    return f"pi_engine.low.{module}"\nfrom pi_engine.low import numbers'
    root = package(
        {
            "low/__init__": '"""Numbers.\n\nAll of them."""\n',
            "low/numbers": "\n" * 250,
            "low/kernels/__init__": "",
            "low/kernels/add": text,
        }
    )
    graph = import_graph.ImportGraph(root)
    assert set(graph.rooms) == {"", "low", "low.kernels"}
    assert set(graph.uses) == {("low.kernels", "low")}
    room = graph.rooms["low"]
    assert (room.package, room.modules, room.purpose, room.rounded_lines) == ("low", ("numbers",), "Numbers", 300)


def test_of_a_cycle_the_arrow_of_the_fewest_imports_points_up(import_graph):
    uses = Counter({("high", "middle"): 3, ("middle", "low"): 2, ("low", "high"): 1, ("high", "low"): 5})
    assert import_graph.upward(uses) == {("low", "high")}
    del uses["low", "high"]
    assert import_graph.upward(uses) == set()


def test_each_level_is_right_below_its_lowest_user_and_implied_arrows_are_left_out(import_graph):
    uses = [("a", "b"), ("a", "c"), ("a", "d"), ("b", "d"), ("d", "e"), ("a", "e")]
    assert import_graph.levels("abcdef", uses) == [["a", "f"], ["b", "c"], ["d"], ["e"]]
    assert import_graph.direct(uses) == [("a", "b"), ("a", "c"), ("b", "d"), ("d", "e")]


def drawn(graph):
    from scripts.draw_architecture import picture

    text = picture(graph)
    assert text == picture(graph)
    return ET.fromstring(text)


def arrows(root, kind):
    return {path.find("{*}title").text for path in root.findall(".//{*}path") if path.get("class") == kind}


def test_the_picture_shows_rooms_modules_and_arrows(import_graph, package):
    root = package(
        {
            "high/work": "import pi_engine.low.kernels.add\nimport pi_engine.low.numbers",
            "low/numbers": "import pi_engine.low.kernels.add",
            "low/kernels/add": "",
        }
    )
    picture = drawn(import_graph.ImportGraph(root))
    assert {"pi_engine", "high", "low", "kernels", "numbers", "add"} <= {
        text.text for text in picture.findall(".//{*}text")
    }
    assert arrows(picture, "between") == {"high uses low"}
    assert arrows(picture, "within") == {"low uses low.kernels"}
    assert not arrows(picture, "up")


def test_an_arrow_that_points_up_is_drawn_as_such(import_graph, package):
    root = package(
        {
            "high/work": "import pi_engine.low.numbers\nimport pi_engine.low.digits",
            "low/numbers": "import pi_engine.high.work",
            "low/digits": "",
        }
    )
    assert arrows(drawn(import_graph.ImportGraph(root)), "up") == {"low uses high: upwards"}


def test_nothing_in_the_picture_of_this_package_lies_outside_or_over_its_neighbours(import_graph, checkout):
    picture = drawn(import_graph.ImportGraph(checkout))
    width, height = (float(picture.get(side)) for side in ("width", "height"))
    rooms = [box for box in picture.findall(".//{*}rect") if box.get("class") in {"python", "kernels"}]
    places = [tuple(float(box.get(side)) for side in ("x", "y", "width", "height")) for box in rooms]
    assert len(places) > 10
    for i, (x, y, w, h) in enumerate(places):
        assert x >= 0 and y >= 0 and x + w <= width and y + h <= height
        for left, top, beside, below in places[:i]:
            assert x + w <= left or left + beside <= x or y + h <= top or top + below <= y


def test_what_a_room_says_of_itself_names_modules_that_it_has(import_graph, checkout):
    """A docstring may also name what can be imported from the room; `ulimit` is the shell's, and `compute` and `check` are the engine's."""
    for name, room in import_graph.ImportGraph(checkout).rooms.items():
        words = set(re.findall(r"`([a-z_]+)`", room.docstring)) - {"ulimit", "compute", "check"} - {*room.modules}
        package = importlib.import_module(f"pi_engine.{name}".removesuffix("."))
        assert [word for word in words if not hasattr(package, word)] == [], name
