"""What kernels read and write by address lives as long as any thread works on it."""

import threading
import weakref
from itertools import pairwise

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


@pytest.mark.parametrize("failing", range(3))
@pytest.mark.parametrize("several", [False, True])
def test_an_error_of_any_thread_is_raised_when_all_have_ended(failing, several):
    ended = []

    def task(thread, *_):
        if thread == failing:
            raise ZeroDivisionError
        ended.append(thread)

    with pytest.raises(ZeroDivisionError):
        share_several(task, [1, 1, 1], 3) if several else share(task, 3, 3)
    assert sorted(ended) == [thread for thread in range(3) if thread != failing]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 64])
@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_shares_are_equal_and_cover_everything(count, threads):
    given = []
    share(lambda thread, first, last: given.append((first, last, thread)), count, threads)
    given.sort()
    assert [given[0][0], given[-1][1]] == [0, count] and all(a[1] == b[0] for a, b in pairwise(given))
    sizes = [last - first for first, last, _ in given]
    assert max(sizes) - min(sizes) <= 1 and [thread for *_, thread in given] == list(range(max(1, min(count, threads))))
