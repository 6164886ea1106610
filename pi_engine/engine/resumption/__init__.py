"""What a run keeps on its way, so that it goes on after whatever has ended it.

`run_checkpoint` decides what of a run is kept, and when; `kept_nodes` does so for the nodes of the tree, and `kept_numbers` turns
numbers with residues into records of `pi_engine.checkpoint` and back; `writing_share` holds what that may cost, and `equal_parameters`
what two runs must have in common.
"""
