"""Constants of the engine, lowered for a while, so that short runs go through the code of long ones.

A constant that is no more is an error: without it a part of the engine would no longer be reached, and nobody would know.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
from typing import TYPE_CHECKING

from pi_engine.bigint import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TREE: Mapping[str, object] = {
    "pi_engine.splitting.split.COMPILED_TERMS": 20,
    "pi_engine.splitting.compiled.compiled_tree.SUBTREE_BITS": 500,
    "pi_engine.splitting.compiled.compiled_tree.LANE_SUBTREE_BITS": 500,
    "pi_engine.splitting.compiled.compiled_tree.CHUNK_BITS": 6000,
    "pi_engine.splitting.compiled.compiled_tree.SIDE_BY_SIDE_BITS": 1,
    "pi_engine.splitting.compiled.compiled_tree.DIVIDE_AGAIN_LEVELS": 99,
}
"""Every node of the compiled tree above the subtrees is made in a merge of its own."""

LEVELS: Mapping[str, object] = {
    "pi_engine.splitting.split.COMPILED_TERMS": 20,
    "pi_engine.splitting.compiled.compiled_tree.SUBTREE_BITS": 1000,
    "pi_engine.splitting.compiled.compiled_tree.LANE_SUBTREE_BITS": 1000,
    "pi_engine.splitting.compiled.compiled_tree.CHUNK_BITS": 16_000,
    "pi_engine.splitting.compiled.compiled_tree.SIDE_BY_SIDE_BITS": 6000,
    "pi_engine.splitting.compiled.compiled_tree.LEAST_SIDE_BY_SIDE_BITS": 4000,
    "pi_engine.splitting.compiled.compiled_tree.DIVIDE_AGAIN_LEVELS": 2,
    "pi_engine.splitting.compiled.compiled_tree.LARGE_BITS": 2000,
}
"""Levels of many nodes, a second division by common factors, then merges one by one."""

NEWTON: Mapping[str, object] = {
    "pi_engine.bigint.division.DIVIDE_FROM_BITS": 640,
    "pi_engine.bigint.division.ROOT_FROM_BITS": 640,
    "pi_engine.bigint.division.transform_pays": lambda _seconds: True,
    "pi_engine.bigint.square_root.ROOT_FROM_LIMBS": 5,
    "pi_engine.bigint.square_root.SQUARE_FROM_LIMBS": 5,
    "pi_engine.bigint.reciprocal.RECIPROCAL_FROM_LIMBS": 5,
}
"""Quotients and roots by Newton's iteration."""

FUSED: Mapping[str, object] = {**NEWTON, "pi_engine.engine.evaluation.pi_fraction.FUSED_FROM_BITS": 1000}
"""Quotients and roots by Newton's iteration, and root and quotient made together."""

CONVERSION: Mapping[str, object] = {
    "pi_engine.radix.powers.MOST_LEAF": 16,
    "pi_engine.radix.powers.TRANSFORM_FROM": 32,
    "pi_engine.radix.powers.CHECKED_FROM": 32,
    "pi_engine.radix.node_sharing.MOST_WORDS": 64,
    "pi_engine.engine.fraction_to_text.TREE_FROM_DIGITS": 1,
}
"""A conversion tree of several levels, with products by transforms, and levels above its subtrees."""

CYCLIC: Mapping[str, object] = {"pi_engine.bigint.negacyclic.fourier_below": lambda _threads: 0}
"""Products of Newton's iteration and of the conversion by the number-theoretic transform, as those of long numbers."""

HELPED: Mapping[str, object] = {"pi_engine.bigint.negacyclic.HELPED_FROM_BITS": 0}
"""The same by the complex transform, with all threads in each."""

PIECES: Mapping[str, object] = {
    "pi_engine.bigint.residues.moduli.PIECE_BITS": 61 * 64,
    "pi_engine.bigint.residues.moduli.WHOLE_BITS": 2 * 61 * 64,
}
"""Residues piece by piece, as GMP finds those of long numbers."""

KERNELS: Mapping[str, object] = {"pi_engine.bigint.residues.moduli.KERNEL_FROM_BITS": 640}
"""Residues by a kernel."""


@contextlib.contextmanager
def patched(patches: Mapping[str, object]) -> Iterator[None]:
    """With these values: by `module.NAME`, or `module.function(parameter)` for a parameter's default.

    What `tune` has measured does not count meanwhile.

    Raises:
        LookupError: there is no such constant.
    """
    with contextlib.ExitStack() as undo:
        undo.callback(product.thresholds.cache_clear)
        _patch("pi_engine.runtime.tuning.stored", lambda _path=None: None, undo)
        product.thresholds.cache_clear()
        for name, value in patches.items():
            _patch(name, value, undo)
        yield


def _patch(name: str, value: object, undo: contextlib.ExitStack) -> None:
    target, parameter = name.removesuffix(")").partition("(")[::2]
    module, _, attribute = target.rpartition(".")
    holder = importlib.import_module(module)
    if not hasattr(holder, attribute):
        raise LookupError(f"{target} is no more: say in scripts/faults/patches.py what has taken its place")
    old = getattr(holder, attribute)
    if not parameter:
        undo.callback(setattr, holder, attribute, old)
        setattr(holder, attribute, value)
        return
    defaults = [p.name for p in inspect.signature(old).parameters.values() if p.default is not p.empty]
    if parameter not in defaults:
        raise LookupError(f"{name} is no more: say in scripts/faults/patches.py what has taken its place")
    undo.callback(setattr, old, "__defaults__", old.__defaults__)
    old.__defaults__ = tuple(
        value if name == parameter else default for name, default in zip(defaults, old.__defaults__, strict=True)
    )
