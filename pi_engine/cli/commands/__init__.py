"""The commands, one a module, each a click command that is imported when it is used.

A command parses its options, calls one function of the library and prints what comes back. What a command prints to
stdout is the result alone; all else goes to stderr. A command of several modules has a room of its own.
"""
