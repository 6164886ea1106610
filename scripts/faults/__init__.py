"""Faults in the memory of a running computation, planted on purpose; `scripts/inject_faults.py` is the command."""
