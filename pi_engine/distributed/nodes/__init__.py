"""The sum on a cluster: subtrees and merges as tasks, nodes as files that stay where they are made.

`sum_job` is what workers must know of a sum, `node_tasks` what they do, and `node_service` how they give each other the
files of nodes. `tree_run` decides what is made where and when, and what is made again. `node_store` is the client's
hand on the files, `shared_folder` tries whether all see one folder. `cluster_nodes` gives the tree in the client the
nodes, as a checkpoint does.
"""
