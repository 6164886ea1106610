"""What the program's speed and memory are measured by: the suite that pytest runs, and scripts that print tables."""
