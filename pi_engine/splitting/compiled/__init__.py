"""The compiled tree: subtrees, levels of many nodes, large nodes one by one, their checks, and low limbs cut off.

`compiled_tree` cuts the range into chunks and goes up from their leaves. `subtrees` decides how many subtrees there are
and how large their numbers can be, `lane_subtrees` the same for eight at once. `lower_tree` merges a level in one
kernel call, nodes shared out over threads. `upper_tree` merges two large nodes with all threads inside each step, every
operand transformed once. `level_division` divides common factors out, `truncated_nodes` drops limbs that no digit
depends on, and `rounding` adds up a bound of what this has cost. `node_residues` carries residues from node to node, so
that an error is found at the merge that made it. The size of every buffer follows from a proved bound, before a kernel
starts.
"""
