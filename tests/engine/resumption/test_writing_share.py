"""How much of a run's time its records may take."""

import time

import pytest

from pi_engine.engine.resumption.writing_share import SHARE, WritingShare, _usual_seconds


@pytest.mark.parametrize("size", [0, 1 << 20, 1 << 34])
def test_a_slow_disk_gets_fewer_records_and_a_fast_one_more(size):
    usual = _usual_seconds(size) / SHARE
    share = WritingShare()
    assert share.is_worth(size, None, 1e6 + usual) and not share._allows(size, 0.99 * usual)
    assert share._allows(size, 1.01 * usual)
    share.has_written(size, time.monotonic() - 20 * _usual_seconds(size) - 1e-3)
    assert not share._allows(size, 19 * usual)
    fast = WritingShare()
    fast.has_written(1 << 50, time.monotonic())
    assert fast._allows(size, 0.5 * usual)
