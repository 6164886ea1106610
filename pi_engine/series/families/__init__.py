"""The catalogue's series, a module for each family, with its source and the derivation of its constants.

Every module ends in `ROWS`, a tuple of series; an entry there is all the code that a new series takes. The docstring of a
module states the formula of its family and where it comes from. Series that converge too slowly to compute with are
kept as lessons (`sublinear`). Data only: the same engine sums them all.
"""
