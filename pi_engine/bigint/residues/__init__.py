"""Residues of large integers, by which every large result is checked.

All checks of a run use two moduli (`moduli`): 2^61 − 1 and a prime that is drawn at random in every process. So no
pattern of errors escapes both. `limb_residues` reduces limbs on several threads, by the kernels that `stored_residues`
lists. A `tracked` integer carries the residues that it must have, from the step that made it to its last use. They are
derived from those of its operands. An identity that does not hold raises VerificationError. A wrong number that looks
random passes with a probability of about 2^−121.
"""
