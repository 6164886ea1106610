"""What Linux, macOS and Windows do differently: every call that one of them lacks goes through here.

`open_flags` has the flags of opening files, 0 where a system has none of that kind. `file_calls` reads, writes, locks and syncs
files. `process_facts` says what the machine and this process have, and where a system does not say, None. Nothing here imports
what only one system has before it is called. docs/notes/portability.md lists what was found in the package, and what each system does
instead.
"""
