"""Flags for opening files; 0 for what the system does not have."""

from __future__ import annotations

import os

AS_BYTES = getattr(os, "O_BINARY", 0)
"""Windows changes line ends without it."""

CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
"""Programs that this process starts do not have the file."""

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
"""A symbolic link is refused, with ELOOP."""

NO_WAIT = getattr(os, "O_NONBLOCK", 0)
"""A pipe is opened without waiting for whoever has its other end."""

REGULAR = NO_FOLLOW | NO_WAIT | CLOSE_ON_EXEC | AS_BYTES
"""For what should be a regular file, and may be something else that lies in wait."""

AROUND_CACHE = getattr(os, "O_DIRECT", 0)
"""What is read and written goes around the page cache. Linux has it."""

NAMELESS = getattr(os, "O_TMPFILE", 0)
"""A file in a folder, without a name, which is gone when it is closed. Linux has it."""

GONE_WHEN_CLOSED = getattr(os, "O_TEMPORARY", 0)
"""A file that Windows removes when it is closed: there an open file cannot be removed."""
