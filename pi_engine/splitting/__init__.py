"""How a series is summed: leaves, the tree of merges, and the shadow that checks both."""

from pi_engine.splitting.node import Node
from pi_engine.splitting.shadow import check_against_shadow, concurrent_shadow, shadow_residues
from pi_engine.splitting.tree import split

__all__ = ["Node", "check_against_shadow", "concurrent_shadow", "shadow_residues", "split"]
