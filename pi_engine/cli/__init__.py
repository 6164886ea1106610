"""The command line: the console script, and the group of all commands. It parses, calls the library and prints.

`entry` is the console script, `main` the group of commands, where every error becomes one line and an exit code.
`main` names the commands as text and imports the one that is called. Nothing below this package prints, parses
arguments or exits, and nothing here computes.
"""
