"""The page in a browser: nothing is asked of a network, nothing is complained of, it can be used by keyboard, and it fits any screen."""

import os
import shutil

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium")
WIDTHS = {"phone": 390, "desk": 1280}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

SMALL_TEXT = """
    [...document.querySelectorAll('body *')]
        .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && parseFloat(getComputedStyle(e).fontSize) < 13)
        .map(e => e.outerHTML.slice(0, 80))
"""
LOW_CONTRAST = """
    (() => {
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const light = colour => {
            canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
            const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(x => x / 255)
                .map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = e => {
            for (; e; e = e.parentElement) {
                const colour = getComputedStyle(e).backgroundColor;
                if (colour !== 'rgba(0, 0, 0, 0)') return colour;
            }
            return 'white';
        };
        return [...document.querySelectorAll('body *')]
            .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .filter(e => !['title', 'desc'].includes(e.tagName))
            .map(e => {
                const style = getComputedStyle(e), ink = e instanceof SVGElement ? style.fill : style.color;
                const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x);
                return [(a + 0.05) / (b + 0.05), e.outerHTML.slice(0, 80)];
            })
            .filter(([ratio]) => ratio < 4.5);
    })()
"""
OVERLAPS = """
    [...document.querySelectorAll('.chart')].flatMap(chart => {
        const boxes = [...chart.querySelectorAll('text')].map(e => [e.textContent, e.getBoundingClientRect()]);
        const frame = chart.closest('figure').getBoundingClientRect(), below = chart.nextSibling.getBoundingClientRect().top;
        const out = boxes.filter(([, b]) => b.left < frame.left - 1 || b.right > frame.right + 1 || b.top < frame.top || b.bottom > below);
        const over = boxes.flatMap(([s, a], i) => boxes.slice(i + 1)
            .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
            .map(([t]) => [s, t]));
        return [...out.map(([s]) => s), ...over];
    })
"""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the page on a screen; at the end, nothing may have been asked for or complained of."""
    contexts, said, asked = [], [], []

    def opened(width, scheme="light", media="screen"):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        contexts.append(context)
        shown = context.new_page()
        shown.on("console", lambda message: said.append(message.text))
        shown.on("pageerror", lambda error: said.append(str(error)))
        shown.on("request", lambda request: asked.append(request.url))
        shown.emulate_media(media=media, color_scheme=scheme)
        shown.goto(address, wait_until="load")
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} == {address}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", WIDTHS)
def test_it_can_be_read(opened, screen, scheme):
    shown = opened(WIDTHS[screen], scheme)
    assert shown.evaluate("document.documentElement.scrollWidth") <= WIDTHS[screen]
    assert shown.evaluate(SMALL_TEXT) == []
    assert shown.evaluate(LOW_CONTRAST) == []
    assert shown.evaluate(OVERLAPS) == []
    assert shown.evaluate("[...document.images].filter(image => !image.complete || !image.naturalWidth).length") == 0
    dark = shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 27)"
    assert dark == (scheme == "dark")


def test_the_contents_lead_to_sections(opened):
    shown = opened(WIDTHS["phone"])
    for link in shown.locator("nav a").all():
        target = link.get_attribute("href")
        link.click()
        assert shown.evaluate("location.hash") == target
        assert shown.locator(f"{target} h2").is_visible()
        top = shown.evaluate(f"document.querySelector('{target}').getBoundingClientRect().top")
        end = shown.evaluate("scrollY + innerHeight >= document.documentElement.scrollHeight - 2")
        assert abs(top) < 40 or end


def test_it_works_by_keyboard(opened):
    shown = opened(WIDTHS["desk"])
    shown.keyboard.press("Tab")
    skip = shown.locator(":focus")
    assert skip.inner_text() == "Skip to the report"
    assert skip.bounding_box()["y"] >= 0
    assert shown.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "report"
    frame = shown.locator(".frame").first
    frame.focus()
    assert shown.evaluate("document.activeElement.className") == "frame"


def test_it_can_be_heard(opened):
    """What a screen reader gets of the charts and of the sections."""
    shown = opened(WIDTHS["desk"])
    tree = shown.locator("body").aria_snapshot()
    for role in (
        "banner", "main", 'navigation "Contents"', 'img "Time of a computation by number of digits', 'table "Tests of randomness',
    ):  # fmt: skip
        assert role in tree, role


def test_it_is_printed_light_and_without_contents(opened):
    shown = opened(WIDTHS["desk"], "dark", "print")
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.locator("nav").is_visible()
    assert shown.pdf().startswith(b"%PDF")
