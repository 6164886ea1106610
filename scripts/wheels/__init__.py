"""Building wheels: the machine code of kernels, and the hook that puts it into a wheel."""
