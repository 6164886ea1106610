"""What digits are compared with: published digits and hashes, an iteration without a series, a second run.

`known` holds published digits, sums and digests with their sources. `iterations` computes π by Gauss–Legendre and by
Borwein's quartic iteration on GMP alone, with derived errors: oracles that share nothing with the engine. `reference`
says which of them a series that is not of the catalogue is compared with, `agreement` to how many digits a sum is π.
"""
