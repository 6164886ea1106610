"""The machine underneath: threads, progress, versions, and what was measured on it.

What every other room needs of the process it runs in, and what knows nothing of π: integers as callers give them, the
number of threads, progress and the time of each phase, the sizes at which one way of computing overtakes another
(`tuning`), versions for a bug report, and the messages about arithmetic that has gone wrong on a faulty machine
(`machine_faults`). Nothing here imports numpy, LLVM or Numba, so that small computations and `--help` stay instant.
It uses the files below it, and no other package.
"""
