"""The arithmetic of this installation on this machine, compared with GMP and with what is known of π.

`parts` lists what is compared: each part makes its cases of sizes and a seed, so that a case can be repeated. `trial`
runs a case, and repeats one that fails. `short_run` runs all parts once. `stress` goes on for minutes, with several
threads and with patterns in memory, and writes a log. `variants` says which variants of kernels this processor can run.
`variant_runs` runs all parts in each, in processes of their own (`variant_child`).
"""
