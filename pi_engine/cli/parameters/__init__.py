"""What commands take: options that several of them share, counts and sizes as people write them, and completion.

`options` declares every shared option once, with its one help text. `quantities` reads `1e6` and `2GiB`. `names`
completes names of series, files and identities, and `shells` has the completion scripts. `lazy_group` answers an
unknown command with the one that may have been meant.
"""
