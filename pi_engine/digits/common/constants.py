"""The first digits of π, and of constants whose files are found beside it: what a file of digits may begin with."""

from __future__ import annotations

import math
from typing import NamedTuple


class Constant(NamedTuple):
    """A constant's digit before the point, and the first ones after it in base 10 and 16."""

    name: str
    integer: str
    decimal: str
    hexadecimal: str

    def fraction(self, base: int) -> str:
        """The first digits after the point, in base 2, 8, 10 or 16."""
        if base in {10, 16}:
            return self.decimal if base == 10 else self.hexadecimal
        bits = f"{int(self.hexadecimal, 16):0{4 * len(self.hexadecimal)}b}"
        return bits if base == 2 else "".join(f"{int(bits[i : i + 3], 2)}" for i in range(0, len(bits) - 2, 3))

    def whole(self, base: int) -> str:
        """The digits before the point, in base 2, 8, 10 or 16."""
        return f"{int(self.integer):{ {2: 'b', 8: 'o', 10: 'd', 16: 'X'}[base] }}"


def whole_number(integer: str, base: int) -> int:
    """The value of the digits before a point: of base 2, else one digit, which may be a letter in any base."""
    return int(integer, 2 if base == 2 else 16)


PI = Constant(
    "π",
    "3",
    "14159265358979323846264338327950288419716939937510",
    "243F6A8885A308D313198A2E03707344A4093822299F31D008",
)

OTHERS = (
    Constant("e", "2", "718281828459045235360287", "B7E151628AED2A6ABF715880"),
    Constant("√2", "1", "414213562373095048801688", "6A09E667F3BCC908B2FB1366"),
    Constant("√3", "1", "732050807568877293527446", "BB67AE8584CAA73B25742D70"),
    Constant("√5", "2", "236067977499789696409173", "3C6EF372FE94F82BE73980C0"),
    Constant("√10", "3", "162277660168379331998893", "298B075B4B6A524094579061"),
    Constant("the golden ratio", "1", "618033988749894848204586", "9E3779B97F4A7C15F39CC060"),
    Constant("ln 2", "0", "693147180559945309417232", "B17217F7D1CF79ABC9E3B398"),
    Constant("ln 10", "2", "302585092994045684017991", "4D763776AAA2B05BA95B58AE"),
    Constant("ζ(3)", "1", "202056903159594285399738", "33BA004F0062138371715C59"),
    Constant("Euler's constant γ", "0", "577215664901532860606512", "93C467E37DB0C7A4D1BE3F81"),
    Constant("Catalan's constant", "0", "915965594177219015054603", "EA7CB89F409AE845215822E3"),
    Constant("2π", "6", "283185307179586476925286", "487ED5110B4611A62633145C"),
    Constant("1/π", "0", "318309886183790671537767", "517CC1B727220A94FE13ABE8"),
    Constant("π²", "9", "869604401089358618834490", "DE9E64DF22EF2D256E26CD98"),
    Constant("Γ(1/3)", "2", "678938534707747633655692", "ADCEEA72905E2CEEC8D3E92C"),
    Constant("Γ(1/4)", "3", "625609908221908311930685", "A027F88FDDDD479B38A50A51"),
    Constant("the lemniscate constant", "2", "622057554292119810464839", "9F3F29F3EA160DCF30EED758"),
)

CERTAIN = 8
"""First digits that two expansions do not share by accident: one file of random digits in a million has them of any of these."""


def recognise(fraction: str, base: int) -> Constant | None:
    """The constant other than π whose digits after the point begin like these, at least `CERTAIN` of them, or as many bits."""
    if len(fraction) < max(CERTAIN, math.ceil(CERTAIN * math.log2(10) / math.log2(base))):
        return None
    for constant in OTHERS:
        known = constant.fraction(base)
        if fraction[: len(known)] == known[: len(fraction)]:
            return constant
    return None
