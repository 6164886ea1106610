"""A report in one HTML page: this machine, speed, convergence, a file's statistics and pictures, what was checked."""
