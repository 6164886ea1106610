"""Numbers on disk while nothing works on them, so that a run is not bounded by memory.

A `scratch_space` is a folder and a limit of memory. The run that uses one sets it, and every step asks it how much
memory is free. A `scratch_file` is a file without a name in that folder, which the system removes however the process
ends. It bypasses the page cache if the file system allows that. Bytes that it gives back are compared with the hashes
of those that were written. `parked_numbers` puts integers and arrays of limbs there and brings them back. What works
modulo one prime after another is in `ntt.stored_products`.
"""
