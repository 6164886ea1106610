"""What `mutation_check` breaks, by rooms."""

from scripts.mutations.arithmetic import ARITHMETIC
from scripts.mutations.custody import CUSTODY
from scripts.mutations.mutation import Mutation
from scripts.mutations.outside import OUTSIDE
from scripts.mutations.sum import SUM

MUTATIONS = [*ARITHMETIC, *SUM, *OUTSIDE, *CUSTODY]

__all__ = ["MUTATIONS", "Mutation"]
