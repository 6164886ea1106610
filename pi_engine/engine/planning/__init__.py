"""What a computation will do and need, decided before it starts.

`plan` fixes everything for N digits: terms, bits, guard bits, an upper bound of memory and address space, and which
path is taken. A run that does not fit is refused here. `confirmation_method` says by which other way a full check
confirms the digits. `footprint` is the model of memory, `forecast` the model of time. `backend` decides between the
plain path, GMP alone, and the compiled path. It asks whether kernels are loaded, stored or worth compiling, and loads
them when a run begins. To plan computes nothing and loads no kernel.
"""
