"""One run on several machines: work that other rooms have cut into parts, on the workers of a Dask cluster.

`connection` finds a cluster and gives its workers tasks, one at a time each; what a task is stands in the rooms beside it. Nothing here is
imported without a cluster, and `distributed` is an extra: `pi-engine[distributed]`.
"""
