"""Whole computations timed on this machine: this program's phases, and the programs a Python user has beside it."""

from pi_engine.bench.measuring import Measurement, measure, title
from pi_engine.bench.programs import PROGRAMS, Program, installed_peers

__all__ = ["PROGRAMS", "Measurement", "Program", "installed_peers", "measure", "title"]
