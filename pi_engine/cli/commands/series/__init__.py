"""`pi-engine series`: the catalogue as a list, one series in full, its partial sums, and series derived anew.

`group` holds the three subcommands. `listing`, `show` and `derive` are one each, and `partial_sums` shows π after one,
two, three terms.
"""
