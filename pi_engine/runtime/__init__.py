"""The machine underneath: threads, progress, versions, and what was measured on it.

It knows nothing of π. It has what every other room needs of the process that it runs in. This is integers as callers
give them, the number of threads, progress and the time of each phase, and versions for a bug report. `tuning` has the
sizes at which one way of computing overtakes another, and `machine_faults` the messages about arithmetic that has gone
wrong. Nothing here imports numpy, LLVM or Numba, so that small computations and `--help` stay instant. It uses the
files below it, and no other package.
"""
