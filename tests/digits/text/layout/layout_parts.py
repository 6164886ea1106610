"""What people put before, between and behind the digits of π: the terminals of the grammar in `layouts`.

Each part says in its name what it is, so that a failure tells which shapes met. `{n}` is the number of digits after the point.
"""

from typing import NamedTuple

BLANKS = {
    "no-break blank": "\u00a0", "narrow no-break blank": "\u202f", "thin blank": "\u2009", "figure blank": "\u2007",
    "hair blank": "\u200a", "em blank": "\u2003", "ideographic blank": "\u3000",
}  # fmt: skip
INVISIBLE = {
    "zero-width blank": "\u200b", "zero-width joiner": "\u200d", "word joiner": "\u2060", "soft hyphen": "\u00ad",
    "left-to-right mark": "\u200e",
    "byte order mark within": "\ufeff",
}  # fmt: skip
SEPARATORS = {
    "blank": " ", "two blanks": "  ", "comma": ",", "comma and blank": ", ", "underscore": "_", "tab": "\t",
    "apostrophe": "'", **BLANKS, **INVISIBLE,
}  # fmt: skip
HARD_SEPARATORS = {"HTML blank": "&nbsp;", "LaTeX thin blank": "\\,", "middle dot": "·", "hyphen": "-", "bar": "|"}
"""Corrupt is an honest answer to these: nobody has promised to read them. "Wrong" is not."""

LINE_ENDS = {"LF": "\n", "CRLF": "\r\n", "CR": "\r", "blank lines": "\n\n", "blanks at line ends": "  \n"}


class Wrap(NamedTuple):
    """What opens a text and what closes it; hard where "corrupt" is as good an answer as the digits' verdict."""

    name: str
    opening: str
    closing: str = ""
    hard: bool = False


WRAPS = (
    Wrap("no header", ""),
    Wrap("byte order mark", "\ufeff"),
    Wrap("pi =", "pi = "),
    Wrap("π=", "π="),
    Wrap("π =", "π = ", "…"),
    Wrap("π ≈", "π ≈ ", "..."),
    Wrap("Pi:", "Pi: ", " ..."),
    Wrap("PI line", "PI\n"),
    Wrap("title", "Pi to {n:,} digits\n\n"),
    Wrap("title with numbers", "Pi to {n:,} digits, 2026-11-22, version 1.5\n\n"),
    Wrap("underlined title", "The first {n} digits of pi\n==========================\n\n"),
    Wrap("prose", "The digits of pi follow.\nThey were computed in 12.5 s on 2 cores.\n\n"),
    Wrap("Chinese with a line", "π 的前 {n} 位有效数字\n计算时间: 2025-12-14 21:20:50\n====================\n"),
    Wrap("mention", "# People say that pi is about 3.14, or 22/7.\n\n"),
    Wrap("longer mention", "# 3.14159 and so on; see 31415 below.\n# digits: {n}\n\n"),
    Wrap("long header", "The digits follow.\n" * 300),
    Wrap("accents", "Les décimales de π – voilà\n\n"),
    Wrap("count", "{n}\n"),
    Wrap("count and blank line", "{n}\n\n"),
    Wrap("count with commas", "{n:,}\n"),
    Wrap("a million", "1,000,000\n"),
    Wrap("count of digits", "{n} digits\n"),
    Wrap("digits:", "digits: {n}\n"),
    Wrap("quotes", '"', '"'),
    Wrap("single quotes", "'", "'\n"),
    Wrap("typographic quotes", "“", "”"),
    Wrap("parentheses", "(", ")"),
    Wrap("brackets", "[", "]\n"),
    Wrap("braces", "{{", "}}"),
    Wrap("C string", 'const char pi[] = "', '";\n'),
    Wrap("C string of known size", '#include <stdio.h>\n\nstatic const char PI[{n} + 3] = "', '";\n'),
    Wrap("C macro", "#define PI ", "\n"),
    Wrap("C macro and code", "#define PI ", "\n\nint main(void) {{\n    return 0;\n}}\n"),
    Wrap("JavaScript", "var pi = '", "';\n"),
    Wrap("JavaScript template", "const PI = `", "`;\n\nexport default PI;\n"),
    Wrap("Python string", 'PI = "', '"\n'),
    Wrap("Python lines", 'PI = """\n', '\n"""\n'),
    Wrap("Python decimal", "from decimal import Decimal\n\npi = Decimal('", "')\nprint(pi)\n"),
    Wrap("Java", 'class Pi {{\n    static final String PI = "', '";\n}}\n'),
    Wrap("JSON string", '{{"pi": "', '"}}\n'),
    Wrap("JSON string with blanks", '{{"PI": " ', ' "}}'),
    Wrap("JSON number", '{{"pi": ', "}}"),
    Wrap("JSON with count", '{{\n  "digits": {n},\n  "value": "', '"\n}}\n'),
    Wrap("YAML", "pi: '", "'\n"),
    Wrap("CSV", "name,value\npi,", "\n"),
    Wrap("XML", '<?xml version="1.0" encoding="UTF-8"?>\n<constant name="pi" digits="{n}">', "</constant>\n"),
    Wrap("HTML paragraph", "<p>", "</p>"),
    Wrap("HTML", "<html><head><title>Pi</title></head>\n<body>\n<h1>Pi</h1>\n<pre>\n", "\n</pre>\n</body></html>\n"),
    Wrap(
        "HTML page",
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n<style>body {{ margin: 0 12px; color: #333 }}</style>\n'
        '<script src="a1.js"></script></head><body><h2>{n:,} digits of π</h2><p class="c1">',
        "</p>\n<p>&copy; 1999</p></body></html>\n",
    ),
    Wrap("HTML script", '<html><script>\nvar x = 5;\nvar pi = "', '";\n</script></html>\n'),
    Wrap("Markdown fence", "# Pi\n\n```\n", "\n```\n"),
    Wrap("Markdown fence with a language", "Digits:\n\n```text\n", "\n```\n\nThat is all.\n"),
    Wrap("Markdown code", "- Pi: `", "`\n"),
    Wrap("Markdown bold", "**", "**\n"),
    Wrap("LaTeX", "$\\pi = ", "\\ldots$\n"),
    Wrap("bc", "$ echo 'scale={n}; 4*a(1)' | bc -l\n"),
    Wrap("full stop", "Pi is ", ".\n", hard=True),
    Wrap("BigInt", "const PI = ", "n;\n", hard=True),
    Wrap("long double", "long double pi = ", "L;\n", hard=True),
    Wrap("sum", "pi = ", " + O(x)", hard=True),
    Wrap("Latin-1", "D\udce9cimales\n\n", hard=True),
)

FOOTERS = {
    "line end": "\n", "nothing": "", "blank lines": "\n\n\n", "ellipsis": "…", "dots": "...", "dots on a line": "\n...\n",
    "total in words": "\n\nTotal: {n} digits\n", "count in words": "\n({n:,} digits)\n", "the end": "\n-- end --\n",
    "bare total": "\n\n{n}\n", "bare total with the 3": "\n{more}\n", "bare total with commas": "\n\n{n:,}\n",
    "time": "\n\nComputed 2026-11-29 in 12.5 s by a spigot.\n", "time of the shell": "\n\nreal\t0m0.012s\nuser\t0m0.010s\n",
    "line and total": "\n\n====================\n统计信息:\n总位数: {n}\n", "cut for brevity": "\n... cut for brevity ...\n",
    "stray quote": "'", "copyright": "\nCopyright (c) 1999, 2004 by somebody.\n", "ellipsis and last digits": "…{last}\n",
    "Ctrl-Z": "\n\x1a", "zeros": "\x00\x00\x00",
}  # fmt: skip
HARD_FOOTERS = {"Ctrl-Z", "zeros"}
TOLD_FOOTERS = {
    "line and total",
    "cut for brevity",
    "total in words",
    "count in words",
    "the end",
    "time",
    "time of the shell",
    "copyright",
}
"""They say something, so leaving them out has to be said."""

FIRST = "{first}"
COUNTERS_BEFORE = {
    "1: ": "{i}: ", "1) ": "{i}) ", "[1] ": "[{i}] ", "(1) ": "({i}) ", "   1: ": "{i:>4}: ", "0001: ": "{i:04}: ",
    "51-100: ": "{from_}-{to}: ", "1,001: ": "{from_:,}: ", "50: ": "{to}: ", "0: ": "{before}: ",
}  # fmt: skip
BARE_COUNTERS_BEFORE = {
    "0001 ": "{i:04} ",
    "1 tab": "{i}\t",
    "   1  ": "{i:>4}  ",
    "00050 ": "{to:05} ",
    "0 ": "{before:<6} ",
}
COUNTERS_BEHIND = {
    " : 50": " : {to}", " : 1,000": " : {to:,}", ": 50": ": {to}", " (50)": " ({to})", " // 50": " // {to}",
    "  :50": "  :{to}", "tab :10": "\t:{to}", ": line ": ": {i} ", " : 51": " : {past}", " : line": " : {i}",
}  # fmt: skip
HARD_COUNTERS_BEHIND = {" # 50": " # {to}", " [50]": " [{to}]", " <- 50": " <- {to}"}

PREFIXES = {"indent": "    ", "tab": "\t"}
HARD_PREFIXES = {"> ": "> ", "# ": "# ", "// ": "// ", " * ": " * ", "% ": "% ", "-- ": "-- ", "output": "# output: "}

PAGES = {
    "form feed": "\n\f\n", "bare number before the feed": "\n\n{page}\n\f", "bare number behind the feed": "\n\f{page}\n\n",
    "- 1 -": "\n- {page} -\n\f", "Page 1": "\n\nPage {page}\n\n", "Page 1 of 9": "\nPage {page} of {pages}\n\f",
    "heading": "\n\nDigits from {next} on:\n\n",
}  # fmt: skip
TOLD_PAGES = {*PAGES} - {"form feed"}

INTEGERS = {
    "3.": "3.", "3. ": "3. ", "3 . ": "3 . ", "3. line": "3.\n", "3. blank line": "3.\n\n", "decimal comma": "3,",
    "joined": "3", "3 and blank": "3 ", "3 and line": "3\n", "none": "", "point": ".",
}  # fmt: skip
HEXADECIMAL_INTEGERS = {"0x3.": "0x3.", "0X3.": "0X3.", "0x joined": "0x3", "0x none": "0x"}
POINTED = {"3.", "3. ", "3 . ", "3. line", "3. blank line", "decimal comma", "point", "0x3.", "0X3."}

QUOTED = {
    "C literals": ('"', '"'), "Python or Java": ('"', '" +'), "list of strings": ('"', '",'), "single quotes": ("'", "',"),
    "Python backslash": ("'", "' \\"),
}  # fmt: skip
ARRAYS = {"brackets": ("[", "]"), "braces": ("{{", "}};"), "C": ("int pi[{n} + 1] = {{", "}};\n"), "JSON": ('{{"digits": [', "]}}"),
          "tuple": ("(", ")"), "JavaScript": ("const digits = [", "];\n"), "bare": ("", "")}  # fmt: skip
ITEMS = {"numbers": "{}", "strings": '"{}"', "single quotes": "'{}'"}
