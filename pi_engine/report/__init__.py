"""A report in one HTML page: this machine, speed, convergence, a file's statistics and pictures, what was checked.

`gathering` measures and reads everything that the page says, in parts (measured). `html_page` makes the page of it, a
section a module in sections, written by markup, which escapes all text. The page holds no script and asks no network.
"""
