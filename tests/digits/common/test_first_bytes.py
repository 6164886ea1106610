"""What a file holds, by its first bytes and by its name."""

import pytest

from pi_engine.digits.common.formats import format_of_content, is_binary


@pytest.mark.parametrize(("beyond", "binary"), [(0, False), (16, False), (17, True), (64, True)])
def test_a_few_bytes_beyond_ascii_are_text(beyond, binary):
    """A line in another language may stand before the digits; what is compressed or encrypted holds more of them."""
    head = b"\xe9" * beyond + b"3.1415926535" * 6
    assert is_binary(head) == binary
    assert is_binary(b"3.1415926535" * 6 + b"\xe9" * beyond) is False
    assert format_of_content(head, "pi.zip") == ("zip" if binary else "text")


@pytest.mark.parametrize("control", [0, 8, 14, 31])
def test_control_characters_are_no_text(control):
    assert is_binary(b"3.14" + bytes([control]))
    assert not is_binary(b"3.14\t15\n92\x0b65\x0c35\r89")
