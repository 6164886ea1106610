"""Kernels of the search: 64 places of a text compared at once, and the places at which one of many patterns may begin."""
