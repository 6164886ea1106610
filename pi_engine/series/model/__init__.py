"""What a series is: three polynomials, how π follows from the sum, and the bounds of tail and truncation.

A series is Σ a(k)·∏ p(j)/q(j) (`hypergeometric`, `polynomial`) with the value of π by its sum S (`closed_form`).
`pi_series` puts both together with a name and a source. Two proved bounds follow from the polynomials alone: how many
terms leave a tail that is small enough (`tail`), and how many leading bits of a node the sum needs (`truncation`).
`partial_values` gives π after one, two, three terms, in integers. Nothing here depends on how a series is summed.
"""
