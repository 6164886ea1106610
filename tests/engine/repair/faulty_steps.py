"""Steps of a computation whose results are damaged, on either path: what a test plants."""

import gmpy2
import numpy as np
from gmpy2 import mpz

from pi_engine.bigint import root_quotient
from pi_engine.engine import fraction_to_text, summation
from pi_engine.radix import word_text, words_of_fraction
from pi_engine.splitting.compiled import upper_tree
from pi_engine.splitting.shadow import compiled_shadow
from tests.backends import pretend


def of_mpz(found, bit):
    return found + (mpz(1) << bit)


def of_number(found, bit):
    found.limbs[1] ^= np.uint64(1 << bit)
    return found


def of_array(found, bit):
    found[1000] ^= type(found[0])(1 << bit % 4)
    return found


def of_words(found, bit):
    found[0][1000] ^= np.uint64(1 << bit)
    return found


def of_root(found, bit):
    return found._replace(X=of_mpz(found.X, 100 + bit))


def of_pair(found, bit):
    return of_mpz(found[0], bit), found[1]


def of_shadow(found, bit):
    return found[0] + bit, found[1]


def of_scaled(found, bit):
    return found._replace(value=of_mpz(found.value, 500 + bit))


def of_text(found, bit):
    return found[:700] + str((int(found[700]) + 1 + bit % 9) % 10) + found[701:]


def of_node(found, bit):
    return found._replace(T=of_mpz(found.T, found.T.bit_length() - 100 - bit))


PLAIN = {
    "the sum": (summation, "split", of_node),
    "the shadow of the sum": (summation, "shadow_residues", of_shadow),
    "the square root": (gmpy2, "isqrt_rem", of_pair),
    "the division": (gmpy2, "f_divmod", of_pair),
    "the conversion to digits": (fraction_to_text, "scale", of_scaled),
    "the conversion to digits: text": (fraction_to_text, "digit_text", of_text),
}
COMPILED = {
    "the sum": (upper_tree, "_finish", of_number),
    "the sum: root": (summation, "split", of_node),
    "the shadow of the sum": (compiled_shadow, "compiled_shadow_residues", of_shadow),
    "the square root": (root_quotient, "inverse_root", of_root),
    "the division": (root_quotient, "shifted", of_mpz),
    "the conversion to digits": (words_of_fraction, "words_of", of_words),
    "the conversion to digits: text": (word_text, "word_text", of_array),
}
FAULTS = [("plain", name) for name in PLAIN] + [("compiled", name) for name in COMPILED]
"""Path and step; where a result is damaged, and how: by the number of a bit."""


def plant(monkeypatch, path, step, bits):
    """Damage results of a step: the first ones by these bits, later ones not at all."""
    pretend(monkeypatch, pays=path == "compiled")
    module, name, damage = (PLAIN if path == "plain" else COMPILED)[step]
    real, left = getattr(module, name), iter(bits)

    def damaged(*arguments, **options):
        found = real(*arguments, **options)
        bit = next(left, None)
        return found if bit is None else damage(found, bit)

    monkeypatch.setattr(module, name, damaged)
