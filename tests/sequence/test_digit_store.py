"""The store of digits: what is kept, what is used, what makes room, and what others cannot do to it."""

import multiprocessing
import os
import shutil

import pytest

import pi_engine
from pi_engine.engine.compute import compute
from pi_engine.errors import CapacityError, OutputError, UsageError
from pi_engine.runtime.storage.temporaries import temporary_path
from pi_engine.sequence import digit_store
from pi_engine.sequence.digit_sequence import DigitSequence
from pi_engine.sequence.digit_store import DigitStore, stated_limit

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture(autouse=True)
def small(monkeypatch):
    monkeypatch.setattr(digit_store, "LEAST_DIGITS", 1000)


@pytest.fixture(scope="module")
def results():
    return {n: pi_engine.compute(n) for n in (1000, 2000, 3000, 5000)}


def names(store):
    return sorted(path.name.rsplit("-", 1)[0] for path in store.folder.iterdir())


def computed(monkeypatch):
    """The numbers of digits that are computed from here on."""
    asked, real = [], compute
    monkeypatch.setattr(
        "pi_engine.engine.compute.compute", lambda n, **options: (asked.append(n), real(n, **options))[1]
    )
    return asked


def test_what_is_stored_is_not_computed_again(home, monkeypatch, mpfr_digits):
    asked = computed(monkeypatch)
    for digits, again in ((2000, True), (2000, False), (1500, False), (1000, False), (3000, True), (2999, False)):
        before = len(asked)
        with DigitSequence.computed(digits) as found:
            assert found.text() == mpfr_digits[:digits] and len(found) == digits
        assert (len(asked) > before) == again
    assert names(DigitStore()) == ["pi-10-3000"]
    with DigitSequence.computed(1200, base=16) as found:
        assert found.text(0, 8) == "243F6A88"
    assert names(DigitStore()) == ["pi-10-3000", "pi-16-1200"]
    DigitSequence.computed(1001, cache=False)
    assert asked[-1] == 1001
    DigitSequence.computed(999)
    assert asked[-1] == 999 and len(names(DigitStore())) == 2


def test_the_folder_is_for_its_user_alone(store, results):
    store.keep(results[2000]).close()
    for folder in (store.folder, store.folder.parent):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert all(not path.stat().st_mode & 0o022 for path in store.folder.iterdir())


@pytest.mark.parametrize("damage", ["digit", "cut", "empty", "header", "name", "longer", "other hash"])
def test_damage_is_found_and_removed(store, results, damage):
    store.keep(results[2000]).close()
    (path,) = store.folder.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "digit":
        content[-400] ^= 1
    elif damage == "header":
        content[5] ^= 1
    elif damage == "longer":
        content += bytes(8)
    elif damage == "cut":
        del content[-8:]
    elif damage == "empty":
        content.clear()
    path.write_bytes(content)
    if damage == "name":
        path.rename(path.with_name(path.name.replace("2000", "3000")))
    elif damage == "other hash":
        path.rename(path.with_name(f"{path.name[:-21]}-{'0' * 16}.ycd"))
    assert store.open(1500, 10) is None
    assert list(store.folder.iterdir()) == []


def test_a_damaged_file_gives_way_to_a_larger_one(store, results):
    for digits in (5000, 2000):
        results[digits].write(store_path(store, results[digits]))
    damaged = store_path(store, results[2000])
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\xff")
    found = store.open(1500, 10)
    assert b"".join(piece.tobytes() for piece in found.pieces(0, None)) == results[2000].text()[2:1502].encode()
    found.close()
    assert names(store) == ["pi-10-5000"]


def store_path(store, result):
    store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return store.folder / f"pi-10-{result.digits}-{result.hash:016x}.ycd"


@pytest.mark.parametrize("kind", ["link", "folder", "fifo", "writable"])
def test_what_is_no_file_of_ones_own_is_left_alone(store, results, tmp_path, kind):
    path = store_path(store, results[2000])
    results[2000].write(tmp_path / "pi.ycd")
    if kind == "link":
        path.symlink_to(tmp_path / "pi.ycd")
    elif kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        shutil.copy(tmp_path / "pi.ycd", path)
        path.chmod(0o666)
    assert store.open(1500, 10) is None and store.size == 0
    assert os.path.lexists(path)


@as_root
def test_files_and_folders_of_others_are_not_used(store, results, tmp_path):
    results[2000].write(store_path(store, results[2000]))
    os.chown(store_path(store, results[2000]), 12345, -1)
    assert store.open(1500, 10) is None
    os.chown(store_path(store, results[2000]), 0, -1)
    store.open(1500, 10).close()
    os.chown(store.folder, 12345, -1)
    assert store.open(1500, 10) is None and store.keep(results[3000]) is None
    os.chown(store.folder, 0, -1)
    store.folder.chmod(0o777)
    assert store.open(1500, 10) is None and store.keep(results[3000]) is None
    assert names(store) == ["pi-10-2000"]


def test_a_link_in_place_of_the_folder_leads_to_where_the_user_wants_it(store, results, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    store.folder.parent.mkdir(parents=True)
    store.folder.symlink_to(tmp_path / "elsewhere")
    if (kept := store.keep(results[2000])) is not None:  # tmp_path lies in folders of others where these tests run so
        kept.close()
        assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_what_was_not_used_for_longest_makes_room(home, results):
    hexadecimal = pi_engine.compute(3000, base=16)
    sizes = {}
    for result in (results[5000], hexadecimal):
        store = DigitStore(limit=1 << 20)
        store.keep(result).close()
        sizes[result.base] = sum(path.stat().st_size for path in store.folder.glob(f"pi-{result.base}-*"))
    assert store.size == sum(sizes.values())
    tight = DigitStore(limit=sum(sizes.values()) + 500)
    longer = pi_engine.compute(3500, base=16)
    for path, used in ((next(store.folder.glob("pi-10-*")), 10**18), (next(store.folder.glob("pi-16-*")), 2 * 10**18)):
        os.utime(path, ns=(used, 10**18))
    tight.keep(longer).close()
    assert names(tight) == ["pi-16-3500"] and tight.size <= tight.limit
    assert DigitStore(limit=100).keep(results[2000]) is None
    assert names(tight) == ["pi-16-3500"]


def test_reading_notes_the_use_and_changes_nothing_for_other_readers(store, results):
    store.keep(results[3000]).close()
    (path,) = store.folder.iterdir()
    os.utime(path, ns=(10**18, 10**18))
    first = store.open(2000, 10)
    assert path.stat().st_atime_ns > 10**18 and path.stat().st_mtime_ns == 10**18
    second = store.open(2500, 10)
    store.keep(results[5000]).close()
    assert names(store) == ["pi-10-5000"]
    for access, digits in ((first, 2000), (second, 2500)):
        assert (
            b"".join(piece.tobytes() for piece in access.pieces(0, None))
            == results[3000].text()[2 : 2 + digits].encode()
        )
        access.close()


def test_digits_that_were_not_checked_are_not_kept(store):
    assert store.keep(pi_engine.compute(2000, check="none")) is None
    assert not store.folder.exists()


def test_what_killed_processes_leave_is_removed(store, results):
    path = store_path(store, results[2000])
    left = temporary_path(path)
    left.write_bytes(bytes(100))
    (store.folder / "other.txt").write_text("mine")
    store.keep(results[3000]).close()
    assert not left.exists() and (store.folder / "other.txt").exists()


@pytest.mark.parametrize("error", [CapacityError("full"), OutputError("refused"), OSError(28, "full")])
def test_a_disk_that_is_full_costs_nothing_but_time(home, monkeypatch, error, mpfr_digits):
    def write(*_arguments, **_options):
        raise error

    monkeypatch.setattr("pi_engine.engine.result.ComputeResult.write", write)
    with DigitSequence.computed(2000) as digits:
        assert digits.text() == mpfr_digits[:2000]


def test_a_home_that_cannot_be_written_costs_nothing_but_time(home, mpfr_digits):
    (home / "cache").write_text("no folder")
    with DigitSequence.computed(2000) as digits:
        assert digits.text() == mpfr_digits[:2000]


def _compute(digits, barrier):
    digit_store.LEAST_DIGITS = 1000
    barrier.wait()
    for _ in range(5):
        with DigitSequence.computed(digits) as found:
            assert found.text(digits - 3).isdigit() and len(found) == digits


def test_processes_at_once(home, mpfr_digits):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    processes = [context.Process(target=_compute, args=(n, barrier)) for n in (2000, 2000, 3000)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert "pi-10-3000" in names(DigitStore())
    with DigitSequence.computed(3000) as digits:
        assert digits.text() == mpfr_digits[:3000]


@pytest.mark.parametrize(
    ("text", "limit"), [("", 1 << 30), ("0", 0), (" 2GiB ", 2 << 30), ("500MB", 5 * 10**8), ("1G", 1 << 30)]
)
def test_the_variable_sets_the_limit(monkeypatch, text, limit):
    monkeypatch.setenv("PI_ENGINE_DIGIT_STORE", text)
    assert stated_limit() == limit


@pytest.mark.parametrize("text", ["lots", "-1", "1e9x", "GiB", "0.1"])
def test_a_variable_that_holds_no_size_is_one_line(home, monkeypatch, text):
    monkeypatch.setenv("PI_ENGINE_DIGIT_STORE", text)
    with pytest.raises(UsageError, match=r"PI_ENGINE_DIGIT_STORE: .* is not a size: .*, or 0 to keep no digits"):
        DigitSequence.computed(2000)
    assert len(DigitSequence.computed(2000, cache=False)) == 2000


def test_a_limit_of_nothing_keeps_and_reads_nothing(home, monkeypatch):
    DigitSequence.computed(2000).close()
    asked = computed(monkeypatch)
    monkeypatch.setenv("PI_ENGINE_DIGIT_STORE", "0")
    DigitSequence.computed(2000).close()
    assert asked == [2000] and names(DigitStore()) == ["pi-10-2000"]
