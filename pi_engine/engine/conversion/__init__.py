"""Digits as words instead of text, for runs on disk: made of a fraction in base 16, read as characters in both bases."""
