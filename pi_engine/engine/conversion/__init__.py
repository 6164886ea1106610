"""Digits as words in the place of text, for runs by way of the disk: made of a fraction in base 16, read as characters in both bases."""
