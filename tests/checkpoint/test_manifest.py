"""Manifests: each field of a hostile or damaged one is looked at, and one clear line refuses it; and the two generations."""

import errno
import json
import os
import re
import shutil

import gmpy2
import pytest
from xxhash import xxh3_128_hexdigest

from pi_engine.bigint.residues.moduli import GAP_BITS, M61, random_prime
from pi_engine.checkpoint.checkpoint_folder import MANIFESTS
from pi_engine.checkpoint.checkpoint_report import read_checkpoint
from pi_engine.checkpoint.checkpoint_store import CheckpointStore
from pi_engine.checkpoint.manifest import MOST_BYTES, KeptFile, Manifest, parse_manifest
from pi_engine.checkpoint.manifest_pair import ManifestWriter, read_generations
from pi_engine.checkpoint.untrusted_json import canonical
from pi_engine.errors import CorruptFileError, UsageError
from tests.checkpoint.stores import PARAMETERS, loaded, make_checkpoint, numbers_of, plain, resumed
from tests.checkpoint.system_calls import counted, failing


def manifest(**values):
    usual = {
        "run": "0123456789abcdef" * 2,
        "generation": 7,
        "written": "2026-11-30T05:38:26Z",
        "phase": "sum",
        "prime": random_prime(),
        "versions": {"pi_engine": "0.1.0"},
        "parameters": {"digits": 1000, "cuts": [1, 2.5, None, "x"]},
        "records": {"node-0-5": KeptFile("node-0-5.88191491.limbs", 4184, "3294e7a8b29008b7f1a534352958629f")},
    }
    return Manifest(**{**usual, **values})


def test_what_is_written_is_read():
    for made in (manifest(), manifest(records={}, phase=None, parameters={}), manifest(parameters={"größe": "ü"})):
        assert parse_manifest(made.to_bytes(), "it") == made


def test_layout_does_not_matter():
    text = manifest().to_bytes()
    assert parse_manifest(json.dumps(json.loads(text)).encode(), "it") == manifest()


def test_any_other_byte_is_seen(rng):
    text = manifest().to_bytes()
    for _ in range(300):
        place, bit = rng.randrange(len(text)), rng.randrange(8)
        changed = bytearray(text)
        changed[place] ^= 1 << bit
        try:
            assert parse_manifest(bytes(changed), "it") == manifest()
        except CorruptFileError:
            continue
        assert chr(text[place]).isspace() and chr(changed[place]).isspace()  # a line break is a blank
    for cut in range(0, len(text) - 1, 7):
        with pytest.raises(CorruptFileError, match=r"^it is damaged"):
            parse_manifest(text[:cut], "it")


def forged(change):
    """A manifest with another content and the right hash."""
    fields = json.loads(manifest().to_bytes())
    del fields["hash"]
    change(fields)
    fields["hash"] = xxh3_128_hexdigest(canonical(fields))
    return json.dumps(fields).encode()


def putting(name, value):
    return lambda fields: fields.update({name: value})


def in_record(**values):
    return lambda fields: fields["records"]["node-0-5"].update(values)


def as_key(key):
    return lambda fields: fields.update(records={key: fields["records"]["node-0-5"]})


composite = next(n for n in range(M61 - 4, 0, -2) if not gmpy2.is_prime(n))
HOSTILE = {
    **{
        f"{name} {i}": (putting(name, value), name)
        for name, values in {
            "run": [None, 5, "", "x" * 32, "0" * 31, "0" * 33, ["0" * 32]],
            "generation": [None, -1, 1.0, True, "7", 2**62 + 1, [7]],
            "written": [None, 5, "", "yesterday", "2026-11-30T05:38:26", "2026-11-30T05:38:26Z\n"],
            "phase": [5, ["sum"], "a\nb", "\x1b[31m", "x" * 201],
            "versions": [None, [], {"a": 5}, {"a\n": "5"}, {"a": "\x1b[0m"}, {"x" * 201: "5"}],
            "parameters": [None, [], 5, "digits", {"a\nb": 5}, {"\x1b": 5}],
            "prime": [None, random_prime(), "", "x" * 19, "7", "0" * 19, str(M61), str(composite)],
            "records": [None, [], 5, {"node-0-5": 5}, {"node-0-5": None}, {"node-0-5": {}}, {"": {}}],
        }.items()
        for i, value in enumerate(values)
    },
    "a small prime": (putting("prime", str(gmpy2.next_prime(2**60)).rjust(19, "0")), "prime"),
    "a prime just below": (putting("prime", str(gmpy2.prev_prime(2**61 - 2**GAP_BITS))), "prime"),
    "a path": (in_record(file="../../etc/passwd"), "records"),
    "another path": (in_record(file="a/node-0-5.88191491.limbs"), "records"),
    "a file of another key": (in_record(file="node-0-6.88191491.limbs"), "records"),
    "the manifest itself": (in_record(file="checkpoint-a.json"), "records"),
    "bytes below zero": (in_record(bytes=-1), "records"),
    "bytes in a fraction": (in_record(bytes=1.0), "records"),
    "a digest that is none": (in_record(digest="x" * 32), "records"),
    "a digest that is a number": (in_record(digest=5), "records"),
    "something more": (in_record(more=5), "records"),
    "a key that is a path": (as_key("../node"), "records"),
    "a key with a line break": (as_key("node-0-5\n"), "records"),
    "a long key": (as_key("n" * 81), "records"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_manifest_with_the_right_hash_is_not_believed(name):
    change, field = HOSTILE[name]
    with pytest.raises(CorruptFileError, match=f"^it is damaged: the field '{field}' has an impossible value$"):
        parse_manifest(forged(change), "it")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no valid JSON"),
        (b"\0" * 100, "no valid JSON"),
        (b"\xff\xfe{}", "no valid JSON"),
        (b"[" * 100_000, "no valid JSON"),
        (b'{"a":' * 100_000, "no valid JSON"),
        (b"9" * 5000, "no valid JSON"),
        (b'{"format":"a","format":"a"}', "no valid JSON"),
        (b'{"format":Infinity}', "no valid JSON"),
        (b"[]", "no JSON object"),
        (b"null", "no JSON object"),
        (b"{}", "does not say that it is of a checkpoint"),
        (b'{"format":"pi-engine checkpoint"}', "of a version that this program does not know"),
        (forged(putting("version", 2)), "of a version that this program does not know"),
        (forged(putting("version", [])), "of a version that this program does not know"),
        (forged(putting("format", "pi")), "does not say that it is of a checkpoint"),
        (forged(putting("more", 1)), "a field that is not known"),
        (forged(lambda fields: fields.pop("prime")), "the field 'prime' is missing"),
        (manifest().to_bytes().replace(b'"generation": 7', b'"generation": 8'), "does not have its hash"),
    ],
)
def test_what_is_no_manifest(content, message):
    with pytest.raises(CorruptFileError, match=message) as refused:
        parse_manifest(content, "it")
    assert "\n" not in str(refused.value) and str(refused.value).isprintable()


def write(folder, made):
    with counted():
        ManifestWriter(folder).write(made)


def test_each_generation_takes_the_place_of_the_one_before_the_last(quick_path):
    with pytest.raises(UsageError, match="holds no checkpoint: start without --resume"):
        read_generations(quick_path)
    for generation in range(5):
        write(quick_path, manifest(generation=generation))
        found = read_generations(quick_path)
        assert found.current.generation == generation
        assert found.previous == (manifest(generation=generation - 1) if generation else None)
        assert found.damaged is None and found.set_damaged_aside() is None


@pytest.mark.parametrize("damaged", MANIFESTS)
def test_one_that_is_damaged_is_set_aside(quick_path, damaged):
    for generation in (3, 4):
        write(quick_path, manifest(generation=generation))
    (quick_path / damaged).write_bytes(b"{}")
    found = read_generations(quick_path)
    assert found.previous is None and found.current.generation == (3 if damaged == MANIFESTS[0] else 4)
    assert re.search(f"{damaged} is damaged: .*; it is set aside as {damaged}.bad", found.set_damaged_aside())
    assert sorted(path.name for path in quick_path.iterdir()) == sorted({*MANIFESTS, f"{damaged}.bad"} - {damaged})


def test_two_that_are_damaged_are_an_error(quick_path):
    for generation in (3, 4):
        write(quick_path, manifest(generation=generation))
    (quick_path / MANIFESTS[0]).write_bytes(b"{}")
    (quick_path / MANIFESTS[1]).write_bytes(b"")
    with pytest.raises(
        CorruptFileError, match=r"cannot be read: .*checkpoint-a.*checkpoint-b.*'pi-engine checkpoint clean'"
    ):
        read_generations(quick_path)
    (quick_path / MANIFESTS[0]).unlink()
    with pytest.raises(CorruptFileError, match="no valid JSON"):
        read_generations(quick_path)


def test_manifests_of_two_runs_are_an_error(quick_path):
    for change in (
        {"run": "f" * 32},
        {"parameters": {"digits": 1001}},
        {"prime": int(gmpy2.prev_prime(random_prime()))},
    ):
        write(quick_path, manifest(generation=3))
        write(quick_path, manifest(generation=4, **change))
        with pytest.raises(CorruptFileError, match="holds manifests of two runs"):
            read_generations(quick_path)


def test_one_that_is_no_file_or_larger_than_memory(quick_path):
    write(quick_path, manifest(generation=3))
    for make in (os.mkfifo, os.mkdir, lambda path: path.symlink_to("checkpoint-b.json")):
        make(quick_path / MANIFESTS[0])
        found = read_generations(quick_path)
        assert found.current.generation == 3 and "is not a regular file" in str(found.damaged[1])
        found.set_damaged_aside()
        for path in quick_path.glob("*.bad"):
            path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    (quick_path / MANIFESTS[0]).touch()
    os.truncate(quick_path / MANIFESTS[0], MOST_BYTES + 1)
    assert "67_108_865 bytes" in str(read_generations(quick_path).damaged[1])


def test_an_older_manifest_is_an_older_state(folder, rng):
    """What it names and is still there is right; what is gone is made again."""
    with CheckpointStore.create(folder, PARAMETERS) as store:
        numbers, states = [numbers_of(rng, 50) for _ in range(6)], []
        for i in range(6):
            store.keep(f"node-{i}", numbers[i], {"step": i}, drop=[f"node-{i - 2}"])
            states.append({name: (folder / name).read_bytes() for name in MANIFESTS if (folder / name).exists()})
    newest = states[5]
    for state in states[:5]:
        for name, content in {**newest, **state}.items():
            (folder / name).write_bytes(content)
        for name in set(newest) - set(state):
            (folder / name).unlink(missing_ok=True)
        with counted(failing(errno.EIO, 1, lasting=True, names={"unlink"})), resumed(folder) as store:
            held = store.keys()
            for key in held:
                record = store.load(key)
                if record is None:
                    assert "is missing" in store.notes[-1]
                else:
                    assert plain(record.numbers) == plain(numbers[record.fields["step"]])
                    assert key == f"node-{record.fields['step']}"


@pytest.mark.parametrize("age", [1, 2, 3, 4])
def test_an_older_manifest_over_the_newest_is_said(folder, rng, age):
    """But for the one that the newest has replaced: with it the folder is that of the state before."""
    contents = []
    with CheckpointStore.create(folder, PARAMETERS) as store:
        for i in range(6):
            store.keep(f"node-{i}", numbers_of(rng, 5), {})
            contents.append((folder / MANIFESTS[(i + 1) % 2]).read_bytes())
    (folder / MANIFESTS[0]).write_bytes(contents[5 - age])
    notes = read_checkpoint(folder).notes
    with resumed(folder) as store:
        assert store.keys() == [f"node-{i}" for i in range(5)]
        assert store.notes == notes
        if age == 2:
            assert notes == []
        else:
            states = "5 and 5" if age == 1 else f"{6 - age} and 5"
            assert notes == [
                f"the manifests are of the states {states}, and were put back from elsewhere: the newest of them is used"
            ]
        store.keep("node-6", {}, {})
    with resumed(folder) as store:
        assert store.keys() == [*(f"node-{i}" for i in range(5)), "node-6"] and store.notes == []


def test_manifests_that_are_exchanged_are_said(folder, rng):
    make_checkpoint(folder, rng, records=3)
    first, second = (folder / name for name in MANIFESTS)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    with resumed(folder) as store:
        assert len(store.keys()) == 3 and "of the states 2 and 3, and were put back from elsewhere" in store.notes[0]


def test_one_manifest_put_over_the_other(folder, rng):
    kept = make_checkpoint(folder, rng, records=3)
    first, second = (folder / name for name in MANIFESTS)
    for source, target in ((first, second), (second, first)):
        saved = target.read_bytes()
        shutil.copy(source, target)
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy)
        with resumed(copy) as store:
            assert store.keys() == list(kept)[: len(store.keys())] and len(store.keys()) >= 2
            assert loaded(store).items() <= kept.items()
            for i in range(3, 6):
                store.keep(f"node-{i}", {}, {})
            state = store.keys()
        with resumed(copy) as store:
            assert store.keys() == state
        shutil.rmtree(copy)
        target.write_bytes(saved)
