"""`pi-engine checkpoint`: what the folder of an interrupted run holds, and how it is taken away.

`checkpoint_group` holds the two subcommands: `contents` shows a checkpoint, and `removal` cleans it up.
"""
