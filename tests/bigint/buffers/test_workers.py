"""What kernels read and write by address lives as long as any thread works on it."""

import threading
import weakref

import pytest

from pi_engine.bigint.buffers import workers
from pi_engine.bigint.buffers.workers import share, share_several


class Interrupted:
    """A future whose waiting is broken off by a second interrupt."""

    def exception(self):
        raise KeyboardInterrupt


@pytest.fixture
def interrupted_twice(monkeypatch):
    """Work that goes on in another thread after both the caller's share and its waiting have been interrupted."""
    real = workers.executor(1)

    class Executor:
        def submit(self, *work):
            real.submit(*work)
            return Interrupted()

    monkeypatch.setattr(workers, "executor", lambda _: Executor())
    return real


class Memory:
    pass


@pytest.mark.parametrize("several", [False, True])
def test_memory_is_held_after_two_interrupts(interrupted_twice, several):
    go_on = threading.Event()

    def task(thread, *_):
        if thread == 1:
            raise KeyboardInterrupt
        go_on.wait()

    memory = Memory()
    left = weakref.ref(memory)
    with pytest.raises(KeyboardInterrupt):
        share_several(task, [1, 1], 2, memory) if several else share(task, 2, 2, memory)
    del memory
    assert left() is not None
    go_on.set()
    interrupted_twice.submit(int).result()  # behind it
    assert left() is None
