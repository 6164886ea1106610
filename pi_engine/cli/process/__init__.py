"""How a command's process starts and ends: few imports, signals, and the child process that does the work.

`supervision` runs a command in a child process, whose kernels cannot be interrupted, and its parent answers signals.
`interrupts` has them raised as exceptions where nothing is running that would lose them. A long command is interrupted
at once, and leaves nothing behind. `lean_imports` spares it what libraries import and it never needs.
"""
