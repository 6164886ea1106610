"""The screen on which keys move through digits: a page, a line that says where it is, and one for questions and answers."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout import BufferControl, ConditionalContainer, FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.layout.processors import BeforeInput
from prompt_toolkit.styles import Style

from pi_engine.cli.output.terminal import printable, text_width
from pi_engine.cli.parameters.quantities import END, parse_position
from pi_engine.cli.viewer.viewer_page import CURRENT, DIGITS, MATCH, POSITION, ViewerPage
from pi_engine.cli.viewer.viewer_search import next_place, pattern_of, previous_place
from pi_engine.errors import PiEngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPressEvent
    from prompt_toolkit.output import Output

    from pi_engine.sequence.digit_sequence import DigitSequence

_STYLE = Style(
    [
        (POSITION, "ansicyan"),
        (DIGITS, ""),
        (MATCH, "bold underline"),
        (CURRENT, "bold reverse"),
        ("status", "reverse"),
    ]
)
_HELP = (
    "↑ ↓  k j             a line up, down",
    "PgUp PgDn  b Space   a page up, down",
    "Home End  < G        the beginning, the end",
    "g                    go to a position",
    "/                    search for digits",
    "n N                  next match, previous",
    "Esc                  end the search",
    "q Ctrl-C             quit",
)
_HINT = "?  help   q  quit"
_REPORT_SECONDS = 0.1
"""Between two reports of a search on the screen."""


class _BrokenOffError(Exception):
    """The search was broken off."""


class _Search:
    """A search that runs in a thread; how far it is."""

    def __init__(self, invalidate: Callable[[], None]) -> None:
        """Call `invalidate`, which threads may do, when there is something to show."""
        self.broken_off, self.place = False, 0
        self._invalidate, self._shown = invalidate, time.monotonic()

    def report(self, place: int) -> None:
        """See `next_place`."""
        if self.broken_off:
            raise _BrokenOffError
        self.place, now = place, time.monotonic()
        if now - self._shown > _REPORT_SECONDS:
            self._shown = now
            self._invalidate()


class ViewerScreen:
    """A page of digits, what is asked and answered below it, and the search that is running.

    Attributes:
        application: what runs it.
    """

    def __init__(self, digits: DigitSequence, page: ViewerPage, *, keys: Input, terminal: Output) -> None:
        """Show the page of the digits on a terminal."""
        self._digits, self._page, self._terminal = digits, page, terminal
        self._message, self._has_help = "", False
        self._question = ""
        self._asked: Callable[[str], None] = self._go
        self._search: _Search | None = None
        self._task: asyncio.Task[None] | None = None
        self._answer = Buffer(multiline=False, accept_handler=self._take)
        self._body = Window(FormattedTextControl(self._rows, focusable=True, show_cursor=False))
        self._prompt = Window(
            BufferControl(self._answer, input_processors=[BeforeInput(lambda: self._question)]), height=1
        )
        self._asking = Condition(lambda: self.application.layout.has_focus(self._answer))
        lines = HSplit(
            [
                self._body,
                ConditionalContainer(
                    Window(FormattedTextControl("\n".join(_HELP)), height=len(_HELP)), Condition(lambda: self._has_help)
                ),
                Window(FormattedTextControl(self._status), height=1, style="class:status"),
                ConditionalContainer(self._prompt, self._asking),
                ConditionalContainer(Window(FormattedTextControl(self._said), height=1), ~self._asking),
            ]
        )
        self.application: Application[None] = Application(
            Layout(lines, focused_element=self._body),
            key_bindings=self._bindings(),
            style=_STYLE,
            full_screen=True,
            input=keys,
            output=terminal,
        )
        self.application.ttimeoutlen = self.application.timeoutlen = 0.05  # Escape is a key of its own

    def run(self) -> None:
        """Show it until `leave`.

        Raises:
            EOFError: the keyboard is gone.
            Exception: an error of the program; the terminal is as it was.
        """
        self.application.run(pre_run=self._hear_errors, set_exception_handler=False, handle_sigint=False)

    def _hear_errors(self) -> None:
        def end(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            if self.application.is_running and not self.application.is_done:
                self.application.exit(exception=context.get("exception") or RuntimeError(context["message"]))

        asyncio.get_running_loop().set_exception_handler(end)

    def leave(self) -> None:
        """End a search and the screen."""
        self._break_off()
        if self.application.is_running and not self.application.is_done:
            self.application.exit()

    def _suspend(self) -> None:
        self.application.suspend_to_background()

    def _bindings(self) -> KeyBindings:
        page, bindings = self._page, KeyBindings()
        actions: list[tuple[tuple[str, ...], Callable[[], object]]] = [
            (("down", "j", "enter"), lambda: page.move(1)),
            (("up", "k"), lambda: page.move(-1)),
            (("pagedown", "right", "space", "f"), lambda: page.move(max(page.lines - 1, 1))),
            (("pageup", "left", "b"), lambda: page.move(-max(page.lines - 1, 1))),
            (("home", "<"), page.begin),
            (("end", "G", ">"), page.end),
            (("g",), lambda: self._ask(f"position, 1 to {page.length:_}, or end: ", self._go)),
            (("/",), lambda: self._ask("search: ", self._find)),
            (("n",), lambda: self._find_again(forward=True)),
            (("N",), lambda: self._find_again(forward=False)),
            (("?", "h"), self._toggle_help),
            (("escape",), self._break_off),
            (("c-c",), lambda: None if self._break_off() else self.leave()),
            (("q",), self.leave),
            (("c-z",), self._suspend),
        ]

        def bind(keys: tuple[str, ...], action: Callable[[], object], *, asking: bool = False) -> None:
            def act(_event: KeyPressEvent) -> None:
                self._message = ""
                action()

            for key in keys:
                bindings.add(key, filter=self._asking if asking else ~self._asking, eager=True)(act)

        for keys, action in actions:
            bind(keys, action)
        bind(("escape", "c-c", "c-g"), self._end_question, asking=True)
        return bindings

    def _rows(self) -> StyleAndTextTuples:
        size = self._terminal.get_size()
        self._page.resize(size.columns, size.rows - 2 - (len(_HELP) if self._has_help else 0))
        return [
            piece
            for row in self._page.rows()
            for piece in (*((f"class:{kind}", text) for kind, text in row), ("", "\n"))
        ]

    def _status(self) -> str:
        page, columns = self._page, self._terminal.get_size().columns
        share = 100 * page.stop / page.length if page.length else 100.0
        where = f"  {min(page.top + 1, page.length):_}-{page.stop:_} of {page.length:_}"
        for more in (f"  {'<0.1' if share < 0.1 else f'{share:.3g}'} %", f"  base {self._digits.base}"):
            where += more if len(where + more) < columns else ""
        name, room = printable(self._digits.name), columns - 1 - len(where)
        if text_width(name) > room:
            while name and text_width(name) > room - 1:
                name = name[1:]
            name = f"…{name}" if name else ""
        return f" {name}{where}"

    def _said(self) -> str:
        if self._search is not None:
            return f"searching, at position {self._search.place + 1:_}; Esc or Ctrl-C ends it"
        return printable(self._message or self._page.error) or _HINT

    def _toggle_help(self) -> None:
        self._has_help = not self._has_help

    def _ask(self, question: str, then: Callable[[str], None]) -> None:
        self._question, self._asked = question, then
        self.application.layout.focus(self._answer)

    def _end_question(self) -> None:
        self._answer.reset()
        self.application.layout.focus(self._body)

    def _take(self, answer: Buffer) -> bool:
        self.application.layout.focus(self._body)
        try:
            self._asked(answer.text)
        except (UsageError, ValueError) as error:
            self._message = str(error)
        return False

    def _go(self, text: str) -> None:
        if not text.strip():
            return
        position = parse_position(text)
        if position == END:
            position = self._page.length
        if position > max(self._page.length, 1):
            raise UsageError(f"position {text.strip()} is after the end")
        self._page.show(position - 1)

    def _find(self, text: str) -> None:
        if not text.strip():
            self._find_again(forward=True)
            return
        pattern = pattern_of(text, self._digits.base)
        again = pattern == self._page.pattern
        self._page.pattern = pattern
        self._begin(self._from(behind=again), forward=True)

    def _find_again(self, *, forward: bool) -> None:
        if not self._page.pattern:
            self._message = "nothing to search for: press / and type digits"
            return
        self._begin(self._from(behind=forward), forward=forward)

    def _from(self, *, behind: bool) -> int:
        page = self._page
        if not (page.mark.digits and page.mark_is_visible()):
            return page.top
        return page.mark.place + behind

    def _begin(self, place: int, *, forward: bool) -> None:
        self._break_off()
        self._search = _Search(self.application.invalidate)
        self._search.place = place
        self._task = self.application.create_background_task(self._run(self._search, place, forward=forward))

    async def _run(self, search: _Search, place: int, *, forward: bool) -> None:
        pattern, find = self._page.pattern, next_place if forward else previous_place
        loop, message, found = asyncio.get_running_loop(), "", None
        try:
            found = await loop.run_in_executor(None, find, self._digits, pattern, place, search.report)
        except _BrokenOffError:
            return
        except PiEngineError as error:
            message = str(error)
        if self._search is not search:
            return
        self._search = None
        if found is not None:
            self._page.show(found, len(pattern))
            message = f"found at position {found + 1:_}"
        elif not message:
            side = "after" if forward else "before"
            message = f"{_shortened(pattern)} does not occur {side} position {place + (0 if forward else 1):_}"
        self._message = message
        self.application.invalidate()

    def _break_off(self) -> bool:
        """End the search that is running; False if there is none."""
        if self._search is None:
            return False
        self._search.broken_off, self._search = True, None
        self._message = "search ended"
        return True


def _shortened(pattern: bytes) -> str:
    text = pattern.decode("ascii")
    return text if len(text) <= 30 else f"{text[:27]}…"
