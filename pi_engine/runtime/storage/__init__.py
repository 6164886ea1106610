"""Files as the system keeps them: written whole or not at all, and read only from folders that can be trusted.

A file is written to a hidden, locked temporary beside its target, synced, and then named by one call (`pending_file`,
`atomic`). So a target is the old file or the new one, however the process ends. `temporaries` names the leftovers of a
killed process and finds them again, and `watcher` tells the parent process about them. `durable` holds the system calls
with their answers to errors. `trusted_files` refuses a file of a cache that another user could have written. The
content is bytes: what digits are is known further up. `presence` says whether a name leads to something.
"""
