"""The suite of benchmarks, by what users run; docs/benchmarks.md says how to run it and to compare runs."""
