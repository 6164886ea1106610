"""What the page says, as data: facts of this machine, the speed of computations, a look at the digits, and what was left out."""
