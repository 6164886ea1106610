"""What a run has finished, kept in a folder: it survives whatever ends the run.

A record is a key, named numbers (arrays of limbs with signs) and JSON-able fields; what they mean is the caller's.
`record_file` writes one to a file of its own and reads it again, each block of limbs with its hash. `record_header` is
what such a file says of itself. `manifest` names the records that belong together, the parameters of the run and the
prime of its residues. `manifest_pair` keeps two generations of it. `folder_lock` keeps two runs apart.
`checkpoint_store` puts these together, and `checkpoint_folder` knows the names of the files, lists them and takes them
away. `checkpoint_report` says what a checkpoint holds. `run_parameters` compares a run with the one that it is to go on
with. `untrusted_json` reads JSON that anybody may have written, and `folder_faults` says what a failing disk means for
the checkpoint.
"""
