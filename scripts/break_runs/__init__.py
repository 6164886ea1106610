"""Break whole runs that keep a checkpoint, in every way that is known, and see that they go on to the same digits.

`scenario` is a short run that has nodes on disk; `child` does it in a process of its own; `damages` change the files between two runs;
`ends` kill a run or take from it what it needs; `verdict` says what came of it. `python -m scripts.break_runs` counts.
"""
