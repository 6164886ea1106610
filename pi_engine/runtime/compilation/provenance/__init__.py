"""What machine code is made of and made for: the sources that count, the levels of instructions, and code that a wheel brings along.

`kernel_sources` finds the digest of the sources that kernels are compiled from. `feature_levels` names the levels of instructions that
this program makes kernels for, and says which instructions this processor has. `shipped_code` decides, by both, whether this process
uses machine code that its installation brings along.
"""
