"""Arithmetic on large integers: roots, quotients, and the residues that check them."""
