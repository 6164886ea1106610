"""A cluster: where it is, who works there, and what its workers have done.

`cluster` is what other rooms use. It opens a cluster by its address (`cluster_address`), at a scheduler
(`scheduler_client`) or as processes of this machine (`local_cluster`). It maps functions over tasks (`task_queue`).
Below it `worker_pool` starts tasks on workers that it chooses, and hears what becomes of both. `worker_questions` asks
workers what they are, and `worker_facts` judges the answers. `worker_task` runs on the worker. `cluster_use` counts
what ran where, and `cluster_faults` makes one line of what Dask raises.
"""
