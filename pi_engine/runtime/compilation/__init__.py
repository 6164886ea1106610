"""Kernels: how they are compiled, stored and loaded, and when that is worth the wait.

A kernel is a function that Numba compiles and ctypes calls, without the GIL, on numbers and addresses. `routine` is the
one decorator for compiled code and fixes all options. `object_code` turns a kernel into an object file by
`numba_compiler`, or loads the one that `stored_code` finds in the user's cache (`kernel_folder`). So a process with
stored kernels never imports Numba. A stored file is used only if it was made by this version, for this processor, from
these sources, and if its SHA-256 is right. `provenance.kernel_sources` finds the digest of the sources.
`provenance.shipped_code` finds the machine code that a wheel brings along; then nothing has to be compiled. Where many
kernels are missing, `preparation` has them compiled in several processes at once (`compiler_pool`, `compiler_process`),
and `announcements` says so. `kernel_set` is the one rule that says whether kernels or GMP do the work. It compares the
seconds that the work takes without kernels with the seconds that pass before kernels can begin.
"""
