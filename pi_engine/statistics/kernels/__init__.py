"""Loops over digits that count: k-grams, blocks, gaps, runs and collisions, on a share of a piece each."""
