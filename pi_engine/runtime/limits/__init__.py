"""How much memory and address space this process may use, and what an error says if that is too little.

`memory` reads the machine, the control group and `ulimit` for what may be used, and the process for what is used.
`address_space` does the same for mappings, which `ulimit -v` limits: libraries and stacks use up much of it without
using memory. `memory_errors` words the refusal and finds the largest number that would fit. All sizes are bytes.
"""
