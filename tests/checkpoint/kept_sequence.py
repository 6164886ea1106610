"""A sequence of records that follows from a seed alone, so that another process knows what has been kept."""

import random

from tests.checkpoint.stores import numbers_of, plain

KEYS = 5


class Sequence:
    """Steps 0, 1, 2, …: each keeps a record under one of a few keys, and now and then drops others."""

    def __init__(self, seed, most_limbs=1500):
        self.seed, self.most_limbs = seed, most_limbs

    def step(self, i):
        """Key, numbers, fields and dropped keys of step i."""
        rng = random.Random(f"{self.seed} {i}")
        key = f"node-{rng.randrange(KEYS)}"
        counts = [rng.choice([0, 1, 511, 512, 513, rng.randrange(self.most_limbs)]) for _ in range(rng.randrange(1, 4))]
        others = [f"node-{j}" for j in range(KEYS) if rng.random() < 0.2 and f"node-{j}" != key]
        return key, numbers_of(rng, *counts), {"step": i}, others

    def keep(self, store, i):
        key, numbers, fields, others = self.step(i)
        store.keep(key, numbers, fields, drop=others)

    def state(self, steps):
        """Key → the step that kept it, after so many."""
        found = {}
        for i in range(steps):
            key, _, _, others = self.step(i)
            for other in others:
                found.pop(other, None)
            found.pop(key, None)
            found[key] = i
        return found

    def require(self, record, i):
        """The record is what step i kept."""
        key, numbers, fields, _ = self.step(i)
        assert record is not None
        assert (record.key, record.fields, plain(record.numbers)) == (key, fields, plain(numbers))

    def require_state(self, store, *possible):
        """The store holds exactly what it did after one of the possible numbers of steps; says which."""
        held = store.keys()
        steps = {store.load(key).fields["step"] for key in held}
        for count in possible:
            state = self.state(count)
            if (list(state), set(state.values())) == (held, steps):
                for key, i in state.items():
                    self.require(store.load(key), i)
                assert store.notes == []
                return count
        raise AssertionError((held, steps, possible))
