"""Large nodes outside of memory: as records of a checkpoint, and as files on their way to another process.

`node_record` says which numbers and fields a record of a node has, and makes the node of them again, compared with its residues.
`node_file` writes one to a file that need not outlast the run, and reads it.
"""
