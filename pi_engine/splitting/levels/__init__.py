"""Levels of nodes as their kernel merges them: which transform each node takes, and several levels in one call.

`merge_plans` chooses transforms by the lengths of the numbers. `level_runs` has threads merge nodes, level after level: each of them goes
on as soon as the level below is done.
"""
