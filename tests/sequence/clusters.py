"""A cluster that is none: its tasks are pickled and done here, in any order."""

import pickle

from pi_engine.distributed.connection.cluster import THREADS
from pi_engine.distributed.connection.cluster_use import ClusterUse


class ClusterHere:
    """What `Cluster.map` does, without workers; `pool` says how many there are said to be."""

    def __init__(self, rng, workers=2):
        self.rng, self.pool, self.tasks = rng, self, 0
        self.workers = range(workers)
        self.use = ClusterUse("here")

    def map(self, function, tasks):
        order = list(range(len(tasks)))
        self.rng.shuffle(order)
        for i in order:
            self.tasks += 1
            given = [2 if argument is THREADS else argument for argument in tasks[i]]
            called, arguments = pickle.loads(pickle.dumps((function, given)))
            yield i, pickle.loads(pickle.dumps(called(*arguments)))
