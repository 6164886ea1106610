"""How a series is summed: leaves, the tree of merges, and the shadow that checks both."""

from pi_engine.splitting.node import Node
from pi_engine.splitting.shadow import begin_shadow, check_against_shadow, shadow_residues
from pi_engine.splitting.split import split

__all__ = ["Node", "begin_shadow", "check_against_shadow", "shadow_residues", "split"]
