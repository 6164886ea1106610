"""Counting digits in one pass, and what the counts say: tests of randomness, entropy, a maximum-entropy model of the next digit."""
