"""The language of pages, help texts, messages and docstrings, as far as a rule can hold it: `python -m scripts.prose`.

`style.toml` has the rules: how long a sentence may be, and which phrases are not used. Code, tables and formulas have no sentences
that could be too long; the phrases are looked for in tables too.
"""
