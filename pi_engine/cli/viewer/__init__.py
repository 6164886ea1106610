"""Digits on a terminal: rows with their positions, and the screen on which keys move through them.

`viewer_page` says what is on the screen, and `viewer_search` where a string of digits occurs: both know nothing of terminals.
`viewer_screen` draws them and hears keys, by prompt_toolkit, an extra. `viewer_session` has the terminal before and after.
"""
