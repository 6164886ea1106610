"""The page in a browser: Debian's Chromium, where it is installed."""

import re
import shutil

import pytest

import pi_engine
from pi_engine.server.digit_service import DigitService
from pi_engine.server.running_server import RunningServer

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("uvicorn")

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page_of(browser):
    """A function that opens a page, of which no error and no request to another server is taken."""
    said, asked, pages = [], [], []

    def make(server, *, width=1280, dark=False, address=""):
        page = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        ).new_page()
        pages.append(page)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url + address)
        page.locator("#at", has_text=re.compile("^Position")).wait_for()
        return page

    yield make
    for page in pages:
        page.context.close()
    assert said == []
    assert {re.match(r"http://127\.0\.0\.1:[0-9]+/", url) is not None for url in asked} == {True}


@pytest.fixture
def served(tmp_path, million):
    million.write(tmp_path / "pi.ycd")
    with pi_engine.open(tmp_path / "pi.ycd") as digits, RunningServer(DigitService(digits), port=0, rate=0) as server:
        yield server


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_jump_search_and_count(page_of, served, million, width, dark):
    page = page_of(served, width=width, dark=dark)
    assert page.title() == "pi.ycd – pi-engine"
    assert page.inner_text("#about") == "1,000,000 decimal digits after the point"
    assert page.inner_text("#at") == "Position 1: 1"

    page.fill("#string", "999 999")
    page.click("#search button")
    page.locator("#at", has_text="Position 762: 9").wait_for()
    assert page.locator("#places button").all_inner_texts() == ["762", "193,034"]
    assert page.inner_text("#status") == "999999 occurs 2 times in these digits."
    page.click("#places button >> nth=1")
    page.locator("#at", has_text="Position 193,034: 9").wait_for()

    page.fill("#position", "1e6")
    page.press("#position", "Enter")
    page.locator("#at", has_text="Position 1,000,000: 1").wait_for()
    assert page.is_disabled("#on") and page.is_enabled("#back")

    page.click("#count")
    page.locator("#counts tbody tr >> nth=9").wait_for()
    assert page.locator("#counts tbody tr >> nth=0").inner_text().split() == ["0", "99,959", "−41", "−0.14"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    page.click("summary")
    shown = page.inner_text("#text").splitlines()[-1]
    position, digits = shown.split(maxsplit=1)
    at = int(position.replace(",", ""))
    assert million.text()[1 + at :].startswith(digits.replace(" ", "")[:20])


def test_the_picture_by_keys_and_by_clicks(page_of, served):
    page = page_of(served)
    picture = page.locator("#picture")
    picture.focus()
    for key, position in (("ArrowRight", "2"), ("ArrowDown", "52"), ("ArrowLeft", "51"), ("ArrowUp", "1"), ("ArrowUp", "1"),
                          ("PageDown", "1,001"), ("End", "1,000,000"), ("PageUp", "999,000"), ("Home", "1")):  # fmt: skip
        page.keyboard.press(key)
        page.locator("#at", has_text=re.compile(f"^Position {position}:")).wait_for()
    assert picture.get_attribute("aria-valuetext") == "position 1, digit 1"
    label, size = (float(picture.get_attribute(f"data-{name}")) for name in ("label", "size"))
    picture.click(position={"x": label + 8 + 2.5 * size, "y": 1.5 * size})  # the third of the second line
    page.locator("#at", has_text="Position 53: 2").wait_for()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "string"
    page.locator("#picture").focus()
    page.keyboard.press("g")
    assert page.evaluate("document.activeElement.id") == "position"


def test_a_digit_alone_and_its_colour(page_of, served):
    page = page_of(served)
    seven = page.locator("#legend button >> nth=7")
    before = page.locator("#picture").screenshot()
    seven.click()
    assert seven.get_attribute("aria-pressed") == "true"
    assert seven.get_attribute("aria-label") == "Digit 7: 95 times"
    assert page.locator("#picture").screenshot() != before
    seven.click()
    assert page.locator("#picture").screenshot() == before


def test_what_cannot_be_done_is_said(page_of, served):
    page = page_of(served)
    absent = "123456789 does not occur in these 1,000,000 digits. The probability that as many random digits contain it is 0.1 %."
    for field, text, message in (
        ("position", "0", "Write a position from 1 to 1,000,000."),
        ("position", "twelve", "Write a position from 1 to 1,000,000."),
        ("string", "12x4", "“X” is not a digit of base 10."),
        ("string", " ", "Write the digits to search for."),
        ("string", "123456789", absent),
    ):
        page.fill(f"#{field}", text)
        page.press(f"#{field}", "Enter")
        page.locator("#status", has_text=message).wait_for()
    assert page.locator("#places button").count() == 0


def test_an_address_leads_to_a_place(page_of, served):
    page = page_of(served, address="#at=193034&q=999999")
    page.locator("#at", has_text="Position 193,034: 9").wait_for()
    page.locator('#places button[aria-current="true"]', has_text="193,034").wait_for()


def test_hexadecimal_digits(page_of, tmp_path):
    pi_engine.compute(20_000, base=16).write(tmp_path / "hex.ycd")
    with pi_engine.open(tmp_path / "hex.ycd") as digits, RunningServer(DigitService(digits), port=0, rate=0) as server:
        page = page_of(server)
        page.fill("#string", "a8885a3")
        page.press("#string", "Enter")
        page.locator("#at", has_text="Position 6: A").wait_for()
        assert page.locator("#legend button").count() == 16
