"""Whole computations timed on this machine: this program's phases, and the programs a Python user has beside it.

`measuring` runs programs in turn, each in a process of its own (`child`), and takes medians, and ratios within a
round. `programs` lists what is timed. `tune` compiles all kernels, measures the crossovers and times computations
without and with kernels. Nothing here is imported by a computation.
"""

from pi_engine.bench.measuring import Measurement, measure, title
from pi_engine.bench.programs import PROGRAMS, Program, installed_peers

__all__ = ["PROGRAMS", "Measurement", "Program", "installed_peers", "measure", "title"]
