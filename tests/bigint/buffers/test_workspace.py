"""The pool: blocks never overlap, return whether given back or dropped, and free memory goes back to the system."""

import ctypes
import os
import platform
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from pi_engine.bigint.buffers import arena, workspace
from pi_engine.bigint.buffers.arena import HUGE_PAGE, PAGE, Arena, FreeRanges, Mapping
from pi_engine.bigint.buffers.workspace import LARGE, Pool
from pi_engine.runtime.limits.address_space import mapped_size
from tests.command import run_code
from tests.conftest import MULTIPLIER


@pytest.fixture(params=[True, False], ids=["reserved", "added"])
def address_space(request, monkeypatch):
    monkeypatch.setattr(arena, "_address_space_is_free", lambda: request.param)


def test_free_ranges_are_a_map_of_bytes(rng, multiplier):
    for _ in range(20 * multiplier):
        size = rng.randrange(1, 60)
        free, taken = FreeRanges(size), {}
        state = [True] * size
        for _ in range(200):
            want = rng.randrange(1, size + 1)
            if taken and rng.random() < 0.5:
                start = rng.choice(list(taken))
                free.give(start, taken[start])
                length = taken.pop(start)
                state[start : start + length] = [True] * length
                continue
            first = next((i for i in range(size - want + 1) if all(state[i : i + want])), None)
            assert free.take(want) == first
            if first is not None:
                taken[first] = want
                state[first : first + want] = [False] * want
        for start, length in taken.items():
            free.give(start, length)
        assert (free.starts, free.ends) == ([0], [size])


def fill(address, size, value):
    ctypes.memset(address, value, size)


def bytes_at(address, size):
    return set(ctypes.string_at(address, size))


def test_trimmed_memory_is_gone_and_the_rest_stays():
    mapping = Mapping(16 * HUGE_PAGE)
    size = 3 * HUGE_PAGE
    a, b, c = (mapping.take(size) for _ in range(3))
    for value, address in enumerate((a, b, c), 1):
        fill(address, size, value)
    assert mapping.held() == 0
    mapping.give(a, size)
    mapping.give(c, size)
    assert mapping.held() == 2 * size
    assert mapping.trim(HUGE_PAGE) == HUGE_PAGE
    assert mapping.held() == HUGE_PAGE
    assert (bytes_at(a, HUGE_PAGE), bytes_at(a + HUGE_PAGE, 2 * HUGE_PAGE)) == ({1}, {0})
    assert (bytes_at(b, size), bytes_at(c, size)) == ({2}, {0})
    mapping.give(b, size)
    assert mapping.trim(0) == 0
    assert mapping.held() == 0
    assert mapping.used == 0


def test_what_is_held_is_never_overestimated(rng, multiplier):
    mapping = Mapping(32 * HUGE_PAGE)
    touched = set()
    taken = {}
    for _ in range(100 * multiplier):
        if taken and rng.random() < 0.45:
            start = rng.choice(list(taken))
            mapping.give(start, taken.pop(start))
        elif rng.random() < 0.1:
            mapping.trim(rng.randrange(8 * HUGE_PAGE))
            touched = {page for page in touched if bytes_at(page, 1) == {1}}
        else:
            size = rng.randrange(1, 2000) * PAGE
            address = mapping.take(size)
            if address is not None:
                taken[address] = size
                for page in range(address, address + size, PAGE):
                    fill(page, 1, 1)
                    touched.add(page)
        used = {page for start, size in taken.items() for page in range(start, start + size, PAGE)}
        assert mapping.used == len(used) * PAGE
        assert used <= touched
        assert mapping.held() <= (len(touched) - len(used)) * PAGE


def test_blocks_return_given_or_dropped(address_space):
    pool = Pool()
    for size in (5 << 20, LARGE, LARGE - 1, LARGE - 8192, 100):
        block = pool.take(size)
        assert block.size >= size
        assert block.address % 64 == 0
        fill(block.address, size, 7)
        address = block.address
        pool.give(block)
        assert pool.held() >= size
        again = pool.take(size)
        assert again.address == address
    before = pool.held()
    dropped = pool.take(20 << 20)
    fill(dropped.address, dropped.size, 1)
    del dropped
    assert pool.held() >= before
    assert pool.held() >= 20 << 20
    pool.release()
    assert pool.held() == 0


def test_what_was_trimmed_is_counted_again_when_it_is_used():
    mapping = Mapping(8 * HUGE_PAGE)
    size = 4 * HUGE_PAGE
    for _ in range(3):
        address = mapping.take(size)
        fill(address, size, 1)
        assert mapping.held() == 0
        mapping.give(address, size)
        assert mapping.held() == size
        assert mapping.trim(0) == 0 == mapping.held()
    guard = mapping.take(2 * HUGE_PAGE), mapping.take(HUGE_PAGE)  # what lies below the second one is not the end
    mapping.give(guard[0], 2 * HUGE_PAGE)
    mapping.trim(0)
    for part in (HUGE_PAGE, 2 * HUGE_PAGE):
        assert mapping.take(part) == guard[0]
        mapping.give(guard[0], part)
        assert mapping.held() == part


def test_what_is_kept_is_kept_of_all_mappings_together(monkeypatch):
    monkeypatch.setattr(arena, "_address_space_is_free", lambda: False)
    monkeypatch.setattr(arena, "LEAST_MAPPING", HUGE_PAGE)
    several, size = Arena(), 2 * HUGE_PAGE
    places = [several.take(size) for _ in range(3)]
    assert len(several._mappings) == 3
    for place in places:
        fill(place, size, 1)
        several.give(place + HUGE_PAGE, HUGE_PAGE)
    several.trim(2 * HUGE_PAGE)
    assert several.held() == 2 * HUGE_PAGE


def test_a_limited_address_space_gets_back_what_nothing_uses(monkeypatch):
    monkeypatch.setattr(arena, "process_memory_limit", lambda: 1 << 40)
    monkeypatch.setattr(arena, "LEAST_MAPPING", HUGE_PAGE)
    several, size = Arena(), 64 * HUGE_PAGE
    first, second = several.take(size), several.take(size)
    before = mapped_size()
    several.give(first, size)
    assert several.take(size) == first  # as long as nothing larger is asked for and nothing is trimmed
    several.give(first, size)
    larger = several.take(size + HUGE_PAGE)
    assert len(several._mappings) == 2 and mapped_size() < before + 8 * HUGE_PAGE
    several.give(larger, size + HUGE_PAGE)
    several.trim(1 << 40)
    assert len(several._mappings) == 1 and mapped_size() < before - size + 8 * HUGE_PAGE
    fill(second, size, 1)
    several.give(second, size)
    several.trim(0)
    assert not several._mappings


def test_an_unlimited_address_space_keeps_its_mapping(monkeypatch):
    monkeypatch.setattr(arena, "_address_space_is_free", lambda: True)
    one = Arena()
    place = one.take(HUGE_PAGE)
    one.give(place, HUGE_PAGE)
    one.trim(0)
    assert one.take(HUGE_PAGE) == place


def test_small_blocks_are_little_larger_than_what_is_asked_for(rng):
    pool = Pool(limit=3 << 20)
    blocks = [
        pool.take(size) for size in (0, 1, 4096, 4097, 1 << 17, LARGE - 1, *(rng.randrange(LARGE) for _ in range(40)))
    ]
    assert pool.take(1 << 16).size == 1 << 16
    for block in blocks:
        pool.give(block)
        assert pool.held() <= pool.limit
    assert pool.held() > pool.limit - LARGE
    for size in (1, 5000, 70_000, 300_000, LARGE - 5000):
        assert size <= pool.take(size).size <= size + max(4096, size // 16)


def test_a_workspace_grows_with_what_is_asked_for():
    place = workspace.Workspace()
    small = place.address(1000)
    assert place.address(500) == small
    for size in (LARGE, 3 * LARGE, 2 * LARGE):
        address, taken = place.address(size), workspace.pool.take(size)
        fill(address, size, 1)
        fill(taken.address, size, 2)
        assert bytes_at(address, size) == {1}
        workspace.pool.give(taken)
    place.release()
    place.release()


def test_free_memory_beyond_the_limit_goes_back():
    pool = Pool(limit=8 << 20)
    blocks = [pool.take(6 << 20) for _ in range(4)]
    for block in blocks:
        fill(block.address, block.size, 1)
        pool.give(block)
    assert pool.held() <= 8 << 20


@pytest.mark.slow
def test_threads_never_share_a_block(address_space, rng):
    pool = Pool()
    seeds = [rng.random() for _ in range(8)]

    def work(seed):
        mine = random.Random(seed)
        for _ in range(round(15 * MULTIPLIER)):
            size = mine.choice([mine.randrange(1, 4096), mine.randrange(LARGE - 9000, 3 * LARGE)])
            block = pool.take(size)
            mark = mine.randrange(1, 256)
            fill(block.address, size, mark)
            other = pool.take(mine.randrange(LARGE, 2 * LARGE))
            fill(other.address, other.size, 0)
            assert bytes_at(block.address, size) == {mark}
            if mine.random() < 0.7:
                pool.give(block)
            pool.give(other)

    with ThreadPoolExecutor(4) as executor:
        list(executor.map(work, seeds))


def test_more_than_there_is():
    with pytest.raises(MemoryError, match="workspace"):
        Arena().take(1 << 60)
    with pytest.raises(ValueError, match="not taken"):
        Arena().give(4096, 4096)


def test_memory_returns_to_the_system_but_for_what_is_always_kept(monkeypatch):
    monkeypatch.setattr(workspace, "LEAST_KEPT", 4 * HUGE_PAGE)
    pool = Pool()
    blocks = [pool.take(4 * HUGE_PAGE) for _ in range(4)]
    for block in blocks:
        fill(block.address, block.size, 1)
        pool.give(block)
    assert pool.held() == 16 * HUGE_PAGE
    pool.return_to_system(5 * HUGE_PAGE)
    assert pool.held() == 11 * HUGE_PAGE
    pool.return_to_system(1 << 40)
    assert pool.held() == 4 * HUGE_PAGE


FAULTS_OF_FREED_BLOCKS = """
import resource, gmpy2
from pi_engine.bigint.buffers.workspace import keep_freed_blocks
keep_freed_blocks()
faults = []
for _ in range(3):
    numbers = [gmpy2.mpz(1) << (8 << 22) for _ in range(3)]
    del numbers
    faults.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
print(faults[-1] - faults[0])
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what other libraries do with freed blocks is theirs")
def test_numbers_of_megabytes_find_their_pages_again():
    # variables of the C library would decide it
    without = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    done = run_code(FAULTS_OF_FREED_BLOCKS, env=without)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) < 1024  # of 6144: 3 numbers of 4 MB, twice
