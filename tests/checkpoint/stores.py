"""Stores of small records, and how they are compared."""

import numpy as np

from pi_engine.checkpoint.checkpoint_store import CheckpointStore

PARAMETERS = {"digits": 1000, "base": 10, "series": "chudnovsky", "cuts": [71, 8]}
BLOCK = 4096


def limbs(rng, count):
    return np.frombuffer(rng.randbytes(8 * count), "<u8").astype(np.uint64)


def numbers_of(rng, *counts):
    """Numbers P, Q, T, … with so many limbs and any signs."""
    return {name: (limbs(rng, count), rng.random() < 0.5) for name, count in zip("PQTRS", counts, strict=False)}


def plain(numbers):
    """Numbers in a form that can be compared."""
    return {name: (array.tobytes(), negative) for name, (array, negative) in numbers.items()}


def loaded(store):
    """Key → numbers of all that the store holds."""
    return {key: plain(store.load(key).numbers) for key in store.keys()}  # noqa: SIM118 (a store is no dict)


def resumed(folder):
    return CheckpointStore.resume(folder, PARAMETERS)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def make_checkpoint(folder, rng, records=2):
    """A checkpoint of a few records, node-0-1 and so on, and what is in them."""
    kept = {}
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for i in range(records):
            key, numbers = f"node-{i}-{i + 1}", numbers_of(rng, 700, 3, 0)
            store.keep(key, numbers, {"place": i}, phase="sum")
            kept[key] = plain(numbers)
    return kept


def file_of(folder, key):
    """The newest file of a record."""
    return max(folder.glob(f"{key}.*.limbs"), key=lambda path: path.stat().st_mtime_ns)


def damage(path, place, bit=0):
    """Flip a bit of a byte; a negative place counts from the end."""
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)
