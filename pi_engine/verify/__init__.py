"""Checks of digits against what is known, whoever computed them."""
