"""The identities of the gallery: one, or a family of them, a module, each with its derivation.

`identity` is what a module gives: a statement, two sides as functions of a number of digits, and the cases to
evaluate. The two sides share nothing, so that agreement means something.
"""
