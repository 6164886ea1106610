"""One run on several machines: parts of it as tasks of the workers of a Dask cluster.

The room connection finds a cluster and gives its workers tasks, one at a time each; the other rooms cut work into tasks and say what
a worker does. Dask is an extra, `pi-engine[distributed]`, and imported only where a cluster is asked for.
"""
