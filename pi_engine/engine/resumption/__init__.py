"""What a run keeps on its way, so that it goes on after whatever has ended it.

`run_checkpoint` decides what of a run is kept, and when. `kept_nodes` does so for the nodes of the tree, and
`kept_numbers` turns numbers with residues into records of `pi_engine.checkpoint` and back. `writing_share` says what
that may cost, and `disk_reserve` holds the disk that it may take. `equal_parameters` is what two runs must have in
common. `kernel_note` what they need not. `checkpoint_use` tells what a run has done.
"""
