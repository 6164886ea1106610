"""What `mutation_check` breaks, by rooms."""

from scripts.mutations.arithmetic import ARITHMETIC
from scripts.mutations.custody import CUSTODY
from scripts.mutations.mutation import Mutation
from scripts.mutations.outside import OUTSIDE
from scripts.mutations.sum import SUM
from scripts.mutations.survival import SURVIVAL

MUTATIONS = [*ARITHMETIC, *SUM, *OUTSIDE, *CUSTODY, *SURVIVAL]

__all__ = ["MUTATIONS", "Mutation"]
