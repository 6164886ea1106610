"""How many requests a client may make: a bucket of tokens for each, which fills at a steady rate."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BURST_SECONDS = 2.0
"""A client that was silent may make as many requests at once as the rate allows in this time."""

_MOST_CLIENTS = 4096
"""Clients that are remembered. The one that was heard of least recently is forgotten, and begins with a full bucket."""


class ClientRates:
    """Counts requests by client. It is used by one thread."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Allow `rate` requests a second, any number if it is 0."""
        self._rate, self._clock = rate, clock
        self._room = max(rate * BURST_SECONDS, 1.0)
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def seconds_to_wait(self, client: str) -> int:
        """0 where the client may make a request now, which is counted; else after how many seconds."""
        if not self._rate:
            return 0
        now = self._clock()
        tokens, before = self._buckets.pop(client, (self._room, now))
        tokens = min(tokens + (now - before) * self._rate, self._room)
        allowed = tokens >= 1
        self._buckets[client] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(math.ceil((1 - tokens) / self._rate), 1)
