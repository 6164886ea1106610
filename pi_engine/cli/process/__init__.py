"""Signals and the child process: a long command is interrupted at once, and leaves nothing behind.

`supervision` runs a command in a child process, whose kernels cannot be interrupted, and its parent answers signals;
`interrupts` has them raised as exceptions where nothing is running that would lose them.
"""
