"""Signals, for the tests of processes."""

import signal

import pytest


@pytest.fixture(autouse=True)
def signals_are_heard():
    """Signals are heard also where these tests run in the background or under nohup, whose processes ignore some signals."""
    heard = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in heard.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
