"""Tables are dropped where they take memory that another step wants, and before a step is repeated that would read them again.

A bit that has changed in a table of a transform would make the same wrong number again, and the program would take the blame.
"""

from __future__ import annotations

import sys

TABLES = (
    ("pi_engine.bigint.fft.fourier_plans", "fourier_plan_for"),
    ("pi_engine.bigint.ntt.tables", "plan_for"),
    ("pi_engine.bigint.ntt.tables", "quarter_table"),
    ("pi_engine.bigint.residues.limb_residues", "_table"),
    ("pi_engine.bigint.residues.kernels.modulus_table", "modulus_table"),
    ("pi_engine.bigint.residues.kernels.modulus_table", "digit_tables"),
    ("pi_engine.splitting.levels.level_runs", "layout_of"),
    ("pi_engine.splitting.records.common_factors", "universal_divisor"),
    ("pi_engine.splitting.records.term_values", "term_values"),
)
"""Functions that keep tables, by module. Whoever uses a table keeps it alive."""


def forget_tables() -> None:
    """Drop the tables; what is not loaded has none."""
    for module, name in TABLES:
        if module in sys.modules:
            getattr(sys.modules[module], name).cache_clear()


def renew() -> None:
    """Drop the tables, and the free memory of the pool."""
    forget_tables()
    workspace = sys.modules.get("pi_engine.bigint.buffers.workspace")
    if workspace is not None:
        workspace.pool.release()
