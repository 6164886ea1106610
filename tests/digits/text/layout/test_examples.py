"""Texts as people have them, one by one, with the right answer to each: status, number of digits, base, and whether a note says more.

`test_layouts` combines the same shapes at random.
"""

import pytest

from pi_engine import verify_file
from pi_engine.cli.main import run
from tests.digits.digit_files import text_of, written
from tests.digits.text.layout.layout_digits import true_digits
from tests.digits.text.layout.layout_verdicts import answer_of_reader

D, H = true_digits(10), true_digits(16)
D50, D20, H32 = D[:50], D[:20], H[:32]
ROWS = [D[i : i + 10] for i in range(0, 50, 10)]


def rows(form, first="3.", end="\n"):
    """Rows of ten digits, each in a form that may say its number and its counts."""
    shown = [
        form.format(row=(first if i == 0 else "") + ROWS[i], i=i + 1, before=10 * i, from_=10 * i + 1, to=10 * i + 10)
        for i in range(5)
    ]
    return end.join(shown)


NO_POINT = [
    ("314159", 5, 10), ("31415926535", 10, 10), ("31415926535\n", 10, 10), (f"3{D50}", 50, 10), (f"3 {D50}", 50, 10),
    (f"3\n{D50}\n", 50, 10), (f"3\r\n{D50}", 50, 10), (f"3\t{D50}", 50, 10), (f"3\n\n{D50}", 50, 10),
    ("31415 92653 58979 32384", 19, 10), ("3141 5926 5358 9793", 15, 10), ("3 14159 26535 89793", 15, 10),
    ("3141592653\n5897932384\n6264338327\n", 29, 10), ("3 1 4 1 5 9 2 6 5 3 5", 10, 10),
    ("3\n1\n4\n1\n5\n9\n2\n6\n", 7, 10), ("pi = 314159265358979", 14, 10), ("pi = 3 14159 26535", 10, 10),
    ("π=31415926535", 10, 10), ("Pi:\n31415926535", 10, 10), ("1000\n31415926535", 10, 10),
    ("1,000,000\n31415926535", 10, 10), ("The digits of pi\n\n31415926535\n", 10, 10), (f"3{H32}", 32, 16),
    (f"3 {H32}", 32, 16), (f"3\n{H32.lower()}\n", 32, 16), ("3243F6A8885A3", 12, 16), ("3243f6a8", 7, 16),
    ("3243F6A8 885A308D 313198A2", 23, 16), ("0x3243F6A8885A3", 12, 16), ("pi = 3243F6A8885A3", 12, 16),
    ("pi = 0x3243f6a8885a3", 12, 16),
]  # fmt: skip

HEADERS = [
    ("let π: Double = 3.141_592_653_589_793", 15, 10), ('QString PI = QStringLiteral("3.14159265")', 8, 10),
    ("E +3.14159265358979", 14, 10), (f"\n\n3.{D50}\n\n\n", 50, 10), (f"50\n{D50}", 50, 10), (f"50\n\n{D50}\n", 50, 10),
    (f"50\n3.{D50}", 50, 10), (f"1000\r\n{D50}\r\n", 50, 10), ("1,000,000\n3.14159", 5, 10),
    ("1 000 000\n3.14159", 5, 10), ("1'000'000\n3.14159", 5, 10), ("1_000_000\n3.14159", 5, 10),
    ("1.000.000\n3,14159", 5, 10), ("10\n3.1415926535", 10, 10), ("20\n14159 26535 89793 23846", 20, 10),
    (f"32\n{H32}", 32, 16), (f"32\n3.{H32}", 32, 16), ("1,415,926,535", 10, 10),
    ("1,415,926,535,897,932,384,626", 22, 10), ("3,141,592,653", 9, 10), ("3.141,592,653", 9, 10),
    ("1,4,1,5,9,2,6", 7, 10), ("3,1,4,1,5,9,2,6", 7, 10), ("1, 4, 1, 5, 9, 2, 6, 5", 8, 10),
    ("pi = 3.141_592_653_589_793", 15, 10), ("pi = 3.141'592'653'589'793", 15, 10), ("3.141_592_653_589_793", 15, 10),
    ("pi = 3.141 592 653 589 793", 15, 10), ("π=3.14159", 5, 10), ("π = 3.14159", 5, 10), ("π≈3.14159", 5, 10),
    ("π ≈ 3.14159", 5, 10), ("pi=3.14159", 5, 10), ("PI=3.14159265", 8, 10), ("Pi:3.14159265", 8, 10),
    ("pi 3.14159265", 8, 10), ("pi\t3.14159265", 8, 10), ("pi,3.14159265", 8, 10), ("pi;3.14159265", 8, 10),
    ("Pi is 3.14159265", 8, 10), ("pi -> 3.14159265", 8, 10), ("𝜋 = 3.14159265", 8, 10), ("x = 3.14159265", 8, 10),
    ("Pi to 20 digits: 3." + D20, 20, 10), ("\ufeffπ = 3.14159265", 8, 10),
    ("const double pi = 3.141592653589793;", 15, 10), ("#define M_PI 3.14159265358979323846", 20, 10),
    ("0x243F6A88", 8, 16), ("0x243F6A8885A308D3", 16, 16), ("0x3.243F6A88", 8, 16), ("0X3.243f6a88", 8, 16),
    ("pi = 0x3.243F6A88", 8, 16), ("pi = 0x243F6A88", 8, 16), (".14159265", 8, 10), (".243F6A88", 8, 16),
    ("pi = .14159265", 8, 10), (",14159265", 8, 10), (f". {D50}", 50, 10),
    ("# the first digits of pi, about 3.14\n3.1415926535", 10, 10),
    (f"Pi to 50 digits, 2026-11-22, version 1.5\n\n{D50}\n", 50, 10), (f"PI (3.14...)\n\n3.{D50}\n", 50, 10),
    (f"-------\nPi, base 16\n-------\n3.{H32}\n", 32, 16),
]  # fmt: skip

AROUND = [
    ("[3.\n" + rows("{row}", first="") + "\n5]\n", 51, 10), (f"$\\pi = 3.{D20}\n2\\ldots$", 21, 10),
    (f"(3.{D20}\n2)", 21, 10), ("π = 3.14…", 2, 10),
    ("3.\n" + "\n".join(H[i : i + 2] for i in range(0, 200, 2)) + "\n", 200, 16),
    ("3." + "\\\n".join(H[i : i + 3] for i in range(0, 300, 3)) + "\n", 300, 16),
    ("3." + rows("{row}", first="", end="\\\n\t"), 50, 10),
    ("<P id=\"pi-value\">3. " + rows("{row}", first="", end=" ") + "</P>\n", 50, 10),
    (f'{{"PI": " 3.{D50} "}}', 50, 10), (f"3.{D50}'", 50, 10), ('"3.14159"', 5, 10), ("'3.14159'", 5, 10),
    ("“3.14159”", 5, 10), ("«3.14159»", 5, 10), ("„3.14159“", 5, 10), ("‘3.14159’\n", 5, 10), ("(3.14159)", 5, 10),
    ("[3.14159]", 5, 10), ("{3.14159}", 5, 10), ("`3.14159`", 5, 10), ("**3.14159**", 5, 10), ("$3.14159$", 5, 10),
    ("3.14159;", 5, 10), ("3.14159,\n", 5, 10), ("3.14159…", 5, 10), ("3.14159...", 5, 10), ("3.14159 ...\n", 5, 10),
    ("3.14159 . . .", 5, 10), ("3.14159\n...\n", 5, 10), ("pi = 3.14159…", 5, 10), ("3.243F6A88…", 8, 16),
    (f"```\n3.{D50}\n```\n", 50, 10), (f"# π\n\n```text\n3.{D50}\n```\nThat is all.\n", 50, 10),
    (f"~~~\n3.{D50}\n~~~\n", 50, 10), (f"<p>3.{D50}</p>", 50, 10), (f"<pre>\n3.{D50}\n</pre>\n", 50, 10),
    ("<p>" + rows("{row}", end="<br>\n") + "</p>", 50, 10),
    ("<html><body><h1>Pi</h1>\n" + rows("{row}", end="<br/>") + "\n</body></html>", 50, 10),
    (f'<script>\nvar pi = "3.{D50}";\n</script>\n', 50, 10), (f"<b>&pi;</b> = 3.{D50}", 50, 10),
    (f'<pi digits="50">3.{D50}</pi>', 50, 10), (f'const char pi[] = "3.{D50}";\n', 50, 10),
    (f'static const char pi[53] = "3.{D50}";', 50, 10),
    ('char *pi =\n    "3."\n' + rows('    "{row}"', first="") + ";\n", 50, 10),
    ("pi = (" + rows('"{row}"', end="\n      ") + ")\n", 50, 10),
    ('String pi = "' + rows("{row}", end='"\n    + "') + '";\n', 50, 10),
    ('var pi = "' + rows("{row}", end='" +\n"') + '";\n', 50, 10), (f'{{"pi": "3.{D50}"}}', 50, 10),
    ('{"pi": 3.14159265358979}', 14, 10), (f'pi = """\n{rows("{row}")}\n"""\n', 50, 10),
    (f"Decimal('3.{D50}')", 50, 10), (rows("{row}", end="\\\n") + "\n", 50, 10), (rows("{row}", end=" \\\n"), 50, 10),
    (rows("{row}", end="\u00a0"), 50, 10), (rows("{row}", end="\u2009"), 50, 10), (rows("{row}", end="\u202f"), 50, 10),
    (rows("{row}", end="\u200b"), 50, 10), (rows("{row}", end="\u00ad"), 50, 10), (rows("{row}", end="\u2028"), 50, 10),
    (rows("{row}", end="\u3000"), 50, 10), (rows("{row}", end="\x85"), 50, 10), ("\u200e3.14159\u200f", 5, 10),
    (f"3,{D50}", 50, 10), ("3, 14159 26535", 10, 10), ("3,243F6A88", 8, 16),
]  # fmt: skip

ARRAYS = [
    ("const digits = [1,\n    4,\n    1,\n    5,\n    9,\n    2];\n", 6, 10),
    ("[3,\n 1,\n 4,\n 1,\n 5,\n 9,\n 2,\n 6]", 7, 10), ("[3, 1, 4, 1, 5, 9, 2, 6, 5]", 8, 10),
    ("[3,1,4,1,5,9,2,6,5]", 8, 10), ("{3, 1, 4, 1, 5, 9, 2, 6, 5};", 8, 10), ("[1, 4, 1, 5, 9, 2, 6, 5]", 8, 10),
    ('["3", ".", "1", "4", "1", "5", "9"]', 5, 10), ('["3","1","4","1","5","9"]', 5, 10),
    ('{"digits": [3, 1, 4, 1, 5, 9, 2, 6]}', 7, 10), ("int digits[] = {3, 1, 4, 1, 5, 9, 2, 6};", 7, 10),
    ("[\n  3,\n  1,\n  4,\n  1,\n  5,\n  9\n]\n", 5, 10), ("int pi[9] = {3, 1, 4, 1, 5, 9, 2, 6, 5};", 8, 10),
    ('["3.", "1415926535", "8979323846"]', 20, 10), ("(3, 1, 4, 1, 5, 9, 2)", 6, 10),
    ('["1415926535", "8979323846"]', 20, 10), ('["2","4","3","F","6","A","8","8"]', 8, 16),
    ("3,\n1,\n4,\n1,\n5,\n9,\n2\n", 6, 10),
]  # fmt: skip

NOTED = [
    ("3141592653\t:10\n5897932384\t:20\n6264338   \t:27\n", 26, 10),
    ("π=3.\u200e\r\n" + rows("{row}\u200e: {i} ", first="", end="\r\n"), 50, 10),
    (f"π 的前 51 位\n计算时间: 2025-12-14 21:20:50\n==========\n3.{D50}\n\n==========\n总位数: 51\n", 50, 10),
    (f"3.{D50}\n... cut for brevity ...\n", 50, 10),
    ("3.\n" + "".join(f"[{i // 40 + 1}] {H[i : i + 40]}\n" for i in range(0, 400, 40)), 400, 16),
    ("3.\n" + "".join(f"{i // 40 + 1}: {H[i : i + 40]}\n" for i in range(0, 400, 40)), 400, 16),
    ("3.\n" + "".join(f"{i // 40 + 1:04}: {D[i : i + 40]}\n" for i in range(0, 800, 40)), 800, 10),
    ("3.\n" + "\n".join(ROWS[:2]) + "\n\f17\n\n" + "\n".join(ROWS[2:4]) + "\n\f18\n\n" + ROWS[4], 50, 10),
    (rows("{row} : {to}"), 50, 10), (rows("{row} :{to}"), 50, 10), (rows("{row}: {to}"), 50, 10),
    (rows("{row} ({to})"), 50, 10), (rows("{row} // {to}"), 50, 10), (rows("{i}: {row}"), 50, 10),
    (rows("{i}) {row}"), 50, 10), (rows("[{i}] {row}"), 50, 10), (rows("{i:04} {row}"), 50, 10),
    (rows("{i}\t{row}"), 50, 10), (rows("{i:>6}  {row}"), 50, 10), (rows("{from_}-{to}: {row}"), 50, 10),
    (rows("{before:>5}: {row}"), 50, 10), ("3.\n" + rows("{i}: {row}", first=""), 50, 10),
    (rows("{i}: {row}", first=""), 50, 10),
    ("Pi\n\n3.\n" + rows("{row} : {to}", first="") + "\n\nTotal: 50 digits\n", 50, 10),
    ("3.\n" + "".join(f"{D[i : i + 500]} : {i + 500:,}\n" for i in range(0, 2000, 500)), 2000, 10),
    ("3.\n" + "".join(f"{H[i : i + 40]} : {i + 40}\n" for i in range(0, 400, 40)), 400, 16),
    (f"3.{D50}\n\n50\n", 50, 10), (f"3.{D50}\n51\n", 50, 10), (f"3.{D[:1000]}\n\n1,000\n", 1000, 10),
    (f"3.{D50}\n\nTotal: 50 digits\n", 50, 10), (f"3.{D50}\n(50 digits)\n", 50, 10), (f"3.{D50}\n-- end --\n", 50, 10),
    (f"3.{D50}\n\nreal\t0m0.012s\nuser\t0m0.010s\nsys\t0m0.002s\n", 50, 10),
    (f"3.{H32}\n\nComputed on 2026-11-29, base 16.\n", 32, 16),
    ("3.\n" + "\n".join(ROWS[:2]) + "\n\f2\n" + "\n".join(ROWS[2:4]) + "\n\f3\n" + ROWS[4] + "\n", 50, 10),
    ("3.\n" + "\n".join(ROWS[:2]) + "\n\n1\n\f" + "\n".join(ROWS[2:4]) + "\n\n2\n\f" + ROWS[4] + "\n", 50, 10),
    ("3.\n" + "\n".join(ROWS[:2]) + "\n- 1 -\n\f" + "\n".join(ROWS[2:]) + "\n- 2 -\n", 50, 10),
    ("3.\n" + "\n".join(ROWS[:2]) + "\nPage 2 of 2\n" + "\n".join(ROWS[2:]), 50, 10), (f"3.{D20}…{D[900:910]}", 20, 10),
    (f"3.{D20}...{D[900:910]}\n", 20, 10),
]  # fmt: skip

ONE_BY_ONE = [  # the last digits of two lines may be 1 and 2, or 0 and 1, and are no numbers of lines
    ("\n".join(("3." if i == 0 else "") + gap.join(D[i : i + 37]) for i in (0, 37)) + "\n", 74, 10)
    for gap in (" ", "  ", "\u00a0", "\u200b", "\ufeff", "\u3000")
] + [
    (f"Pi is 3{ROWS[0]} (10)\n{ROWS[1]} (20).\n", 20, 10), (f"const PI = 3.\n{ROWS[0]} (10)\n{ROWS[1][:9]} (19)n;\n", 19, 10),
    (f"const PI = 0x3{' '.join(H[:40])}\n{' '.join(H[40:80])}\n{H[80].lower()}n;\n", 81, 16),
    ("3.\n" + "\r".join(f"   {i // 40 + 1}  " + "  ".join(D[i : i + 40]) for i in (0, 40, 80)), 120, 10),
    (f"3.{D50}\n5 : 2\n", 51, 10), (f"# pi\n\n3.{D50}\n5 : 52\n", 51, 10), (f"3.{H[:50].lower()}\n2 : 51\n", 51, 16),
    (f"3.{D50}\n2: 5820974944\n", 60, 10), (f"π = 00020 3.{D20}\n00040 {D[20:40]}\n00050 {D[40:50]}\n", 50, 10),
    (f"pi = 00025 3.{' '.join(D[i : i + 5] for i in range(0, 25, 5))}\n00050 {' '.join(D[i : i + 5] for i in range(25, 50, 5))}", 50, 10),
    (f"pi = Decimal('# out: 3 {D20}\n# out: {D[20:40]}')\nprint(pi)\n", 40, 10),
    (f"3.\n{D20}\n\nDigits from 21 on:\n\n{D[20:40]}\n\nDigits from 41 on:\n\n{D[40:43]}\n", 43, 10),
    ("[3.\r   1  " + ", ".join(D[:9]) + "\r   2  " + ", ".join(D[9:18]) + "]", 18, 10),
    ("3.\n" + " ".join(D[:37]) + "\n" + " ".join(D[37:53]) + "\n", 53, 10),
    ("3.1" + "\u200b".join(D[1:50]) + "\r" + "\u200b".join(D[50:94]) + "\n", 94, 10),
    ('{\n  "digits": 8,\n  "value": "3\n14159265"\n}\n', 8, 10), ('{\n  "digits": 8,\n  "value": "243f6\u200da88"\n}\n', 8, 16),
    ('{\n  "digits": 9,\n  "value": "    14159265 3"\n}\n', 9, 10),
    ("long double pi = 3.\n" + f"{D[:38]} (38)\n{D[38:76]} (76)\n{D[76:90]} (90)L;\n", 90, 10),
    ("$\\pi = 3.\n" + f"{D[:37]} [37]\n{D[37:74]} [74]\n{D[74:85]} [85]\\ldots$\n", 85, 10),
    (f"3.\n{D[:70]} (70)\n{D[70:138]} (138)…{D[900:910]}\n", 138, 10),
    (f"00016 3.{D[:15]}\n00032 {D[15:31]}\n00043 {D[31:42]}…{D[900:910]}\n", 42, 10),
    (f"π = 3.\n{D[:40]}\n{D[40]} : 41…\n", 41, 10),
    ("3.\n\n" + "\n".join(D[i : i + 60] for i in range(0, 300, 60)) + f"\n\f\n{D[300:304]}\n\n304\n", 304, 10),
    ("3,2  4  3  f  6  a  8  8  8  5  a  3  0  8  d  3  1  3  1  9\n", 20, 16),
]  # fmt: skip

WRONG = [
    ("370\n\n-- 3.24f6a8885a308d3\n\n-- 13198a2e03707344\n", 3, 16),
    ("177\n% 3.1415952653589793238462643\n% 38327950288419716939937510\n", 6, 10),
    ("3.\n0001 243f638885\n0002 a308d31319\n0003 8a2e037073\n0004 44a4093822\n", 6, 16),
    ("const digits = [\"1\",\n" + ",\n".join(f'"{c}"' for c in D[:40]) + "];\n", 2, 10),
    ("const digits = ['3',\n'.',\n'3',\n" + ",\n".join(f"'{c}'" for c in H[:40]) + "];\n", 1, 16),
    ('var pi = "    7 . 243f6a8885a308d313";\n', 0, 16), ("digits: 60\n0," + "-".join(D[:60]) + "\n", 0, 10),
    ("pi: float = 3.141_592_653_589_793_238_463\n", 21, 10), ("value: 3.14159265358979320597...\n", 17, 10),
    ("[3.\n" + rows("{row}", first="") + "\n6]\n", 51, 10),
    ("const digits = [1,\n    4,\n    1,\n    5,\n    9,\n    3];\n", 6, 10),
    ("3141592653\t:10\n5897932385\t:20\n6264338   \t:27\n", 19, 10), ("π = 3.1425926535897932384626433832795", 3, 10),
    ("pi: 3.2415926535897932384626433832795", 1, 10), ("Pi\n\n3.1415826535897932384626433832795", 5, 10),
    ("π=3.1415936535897932384626433832795", 6, 10), ("\ufeffpi = 3.1414926535897932384626433832795", 4, 10),
    ('var pi = "3.1425926535897932384626433832795";', 3, 10), ("1,000,000\n3.1425926535897932384626433832795", 3, 10),
    ("50\n3.1515926535897932384626433832795", 2, 10), ("pi = 3.342F6A8885A308D313198A2E03707344", 1, 16),
    ("3.\n7 1 4 1 5 9 2 6 5 3 5 8 9 7 9", 1, 10), ("pi = 3. \n    7 1 4 1 5 9 2 6 5 3 5 8 9 7 9", 1, 10),
    (f"3.0{D50}", 1, 10), (f"4.{D50}", 0, 10), (f"0.{D50}", 0, 10), ("3" + D20[:-1] + "7", 20, 10),
    ("3 " + D20[:-1] + "7", 20, 10), ("3" + H32[:-1] + "5", 32, 16), ("50\n" + D50[:-1] + "1", 50, 10),
    ("1,415,926,536", 10, 10), ("[3,1,4,1,5,9,2,7]", 7, 10),
    ('["3", ".", "1", "4", "1", "5", "9", "2", "6", "5", "4"]', 9, 10), ('"3.14159265358979323847"', 20, 10),
    ("3.14159\\\n26535\\\n89799\n", 15, 10), ("3.1415926536…", 10, 10),
    ("3.1415926536 : 10\n8979323846 : 20\n", 10, 10), ("3.1415926535 : 10\n1415926535 : 20\n", 11, 10),
    ("1: 1415926535\n2: 8979323847\n", 20, 10), ("1 3.1415926535\n2 8979323846\n3 2643383278\n", 30, 10),
    ("<p>3.14159265358979323847</p>", 20, 10), ("3.1415926535\n42\n8979323846\n", 11, 10),
    ("3.1415926535\n\n1\n\n8979323846\n", 11, 10), (f"3.{D50[:-1]}1\n\nTotal: 50 digits\n", 50, 10),
    ("3.1415926535,8979323847", 20, 10), ("3.1415926535\u00a08979323847", 20, 10),
    ("3.1415926535\u200b8979323847", 20, 10), ("3.\n1415926535\n\f2\n8979323847\n\f3\n2643383279\n", 20, 10),
    ("```\n3.14159265358979323847\n```\n", 20, 10), ("3.141592653589793115997963468544185161590576171875", 16, 10),
    (f"3.\n% c {' '.join(H32)}\n", 1, 16), (f'3.\n<td class="c1">c {" ".join(H32)}</td>\n', 1, 16), (f"3\nB {' '.join(H[:60])}\n", 1, 16),
    (f"[0x3,\n0x1,\n{','.join('0x' + d for d in H)}]", 1, 16),
    (f"digits = [3.,\n1,\n{', '.join(D)}]", 2, 10), (f"1,000,000\n3.\n# output: 14 05 {D[4:60]}\n# output: {D[60:90]}\n", 3, 10),
    (f"3,\n<td>1145 9265</td>…{D[60:70]}\n", 2, 10), (f"40 digits\n  1: 7 . {H[:9]}C {H[10:40]}\n\nComputed in 2 s.\n", 0, 16),
    ("0001: 7.14 11 92 65\n", 0, 10), ("digits: 9\n.14152265\n", 5, 10), (f"PI\n4,{'·'.join(D[:40])}\n", 0, 10),
    (f"9,{'_'.join(D[:20])} // 20\n{'_'.join(D[20:40])} // 40\n", 0, 10), ("\t3,2_4_3_F_A_4_B_D'", 5, 16),
    (f"3.\n{D20}\n\nDigits from 22 on:\n\n{D[21:43]}\n", 21, 10),
]  # fmt: skip

STRAY = [
    ("3.1415926x5358979", 7, 1, 10, "x"), ("3.14159O65358979", 5, 1, 8, "O"), ("3.1415926535e+00", 10, 1, 13, "e"),
    ("3.14159265358979323846L\n", 20, 1, 23, "L"), ("3.14159265358979n", 14, 1, 17, "n"),
    ("3.\n1415926535\n89793é23846\n", 15, 3, 6, "é"), ("3.14159.26535", 5, 1, 8, "."),
    ("3.\n1415926535 8979G32384", 14, 2, 16, "G"), ("3.243F6A88x85A308D3", 8, 1, 11, "x"),
    ("π = 3.1415926535?8979323846", 10, 1, 17, "?"), ("3.1415926535\n8979323846\n264338O3279\n", 26, 3, 7, "O"),
]  # fmt: skip

NEVER_OK = [
    "22/7 = 3.142857142857142857142857142857", "#define PI 1.\n" + rows("{row}", first=""),
    "pi = Decimal('9.\n1415926535 8979323846 2643383279')", "[6.\n" + rows("{row}", first="") + "]", f"13.{D50}",
    f"23.{D50}", f"103.{D50}", f"33.{D50}", f"pi = 13.{D50}", f"4 {D50}", f"pi = 4.{D50}", f"e = 2.{D50}", f"1.{D50}",
    f"3.3.{D50}", f"3.x{D50}", f"3.0 {D50}", f"3. 0 {D50}", f"3\n0\n{D50}", f"3.{D20}\n3.{D20}\n",
    f"3.{D20}\n\n21 22\n{D[20:50]}", f"3.{D50}\n\n49\n", f"3.{D50}\n\n60\n", f"3.{D20}x{D[21:50]}",
    f"3.{D20}-{D[21:50]}", f"0x3.{D50}", f"0x{D50}", f"3,{D20},{D[21:50]}", f"3.{D20}\n\f{D[21:50]}\n",
    f"3.{D20}\n\nignored 7 here\n\n{D[21:50]}", rows("{row} : {to}").replace(ROWS[2] + " : 30\n", ""),
    f"11\n{D50}1"[1:], "pi", "3.14.15.92.65", f"7{D50}", f"3.9{D50}",
]  # fmt: skip
"""Digits that are not π's, however one reads them, or a second number that is none of them."""


@pytest.mark.parametrize(("content", "count", "base"), NO_POINT + HEADERS + AROUND + ARRAYS + NOTED + ONE_BY_ONE)
def test_right_digits(tmp_path, content, count, base):
    found = verify_file(written(tmp_path, content))
    assert (found.status, found.digits, found.base) == ("ok", count, base), found.message


@pytest.mark.parametrize("content", [row[0] for row in NO_POINT + NOTED])
def test_what_is_assumed_or_left_out_is_said(tmp_path, content):
    assert len(answer_of_reader(written(tmp_path, content)).notes) >= 1


@pytest.mark.parametrize(
    "content", [f"3.{D50}", f"3.{H32}\n", f"3.\n{rows('{row}', first='')}\n", "3.14159 26535", f"\ufeff3.{D50}\r\n"]
)
def test_nothing_is_said_of_plain_text(tmp_path, content):
    assert answer_of_reader(written(tmp_path, content)).notes == ()


@pytest.mark.parametrize(("content", "place", "base"), WRONG)
def test_a_wrong_digit_is_found_at_its_place(tmp_path, content, place, base):
    found = verify_file(written(tmp_path, content))
    assert (found.status, found.first_wrong, found.base, found.exit_code) == ("wrong", place, base, 3), found.message


@pytest.mark.parametrize(("content", "count", "line", "column", "character"), STRAY)
def test_a_stray_character_ends_what_is_judged(tmp_path, content, count, line, column, character):
    found = verify_file(written(tmp_path, content))
    assert (found.status, found.digits) == ("corrupt", count), found.message
    assert f"line {line}, column {column}" in found.message
    assert f"U+{ord(character):04X}" in found.message or f"'{character}'" in found.message


@pytest.mark.parametrize("content", NEVER_OK)
def test_never_ok(tmp_path, content):
    found = verify_file(written(tmp_path, content))
    assert found.status in ("wrong", "corrupt"), found


@pytest.mark.parametrize(("content", "count", "base"), NO_POINT + HEADERS + AROUND + ARRAYS + NOTED + ONE_BY_ONE)
def test_convert_joins_nothing(tmp_path, content, count, base):
    """What `convert` writes are the digits, or it refuses."""
    target = tmp_path / "converted.txt"
    if run(["convert", str(written(tmp_path, content)), str(target), "-q"]) == 0:
        assert text_of(target).lstrip("3") == "." + true_digits(base)[:count]
    else:
        assert not target.exists()


@pytest.mark.parametrize("content", ["3.1615", "3. 1615\n\n", "3.1615070\n"])
def test_few_digits_that_are_those_of_another_base_are_of_the_base_asked_for(tmp_path, content):
    found = answer_of_reader(written(tmp_path, content), 10)
    assert (found.status, found.first_wrong) == ("wrong", 2)
