"""Digits as a sequence: of a file of any format, read at any place, or of π, computed now or taken from the store of digits."""
