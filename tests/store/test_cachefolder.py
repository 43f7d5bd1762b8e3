"""The folder of the cache is never believed: what lies in it is proven, told, and made again.

Faults caught: a file that was cut, altered or put elsewhere and is believed; a run that was killed
and leaves half a file.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from equivalents.store.cachefiles import CacheFolder, Entry, address_of
from equivalents.store.tallycache import TallyCache
from tests.proofs.counts import FULL
from tests.reference import FEATURES, write_random_case
from tests.store.cachedruns import Reads, settled

# -- not to be believed ----------------------------------------------------------------------------


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"0")


def altered(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def foreign(path: Path) -> None:
    """A whole file, but that of something else."""
    CacheFolder(path.parents[2]).put("tallies", address_of("other"), Entry({"received": 1}))
    CacheFolder(path.parents[2]).path("tallies", address_of("other")).replace(path)


@pytest.mark.parametrize("harm", [cut, emptied, longer, altered, foreign])
def test_what_lies_is_told_and_made_again(
    harm: Callable[[Path], None], tmp_path: Path, reads: Reads
) -> None:
    case, cache = tmp_path / "case", tmp_path / "cache"
    write_random_case(case, 96_001, 80, dirty=True, features=FEATURES)
    expected = settled(case, tmp_path / "out", cache)
    files = [path for path in cache.rglob("*") if path.is_file()]
    for path in files:
        harm(path)
    known = TallyCache(cache)
    assert settled(case, tmp_path / "out", known) == expected
    found = [problem.code for problem in known.problems]
    assert found
    assert set(found) == {"CACHE_REBUILT"}
    assert {problem.place.file.partition("/")[0] for problem in known.problems} >= {"tallies"}
    reads.rows, known = 0, TallyCache(cache)
    assert settled(case, tmp_path / "out", known) == expected
    assert (known.problems, reads.rows) == ([], 0)


def test_every_bit_of_a_file_is_proven(tmp_path: Path) -> None:
    folder, address = CacheFolder(tmp_path), address_of("one")
    arrays = {"a": np.arange(9, dtype=np.int16), "b": np.full(5, 7), "c": np.zeros(0, np.uint8)}
    folder.put("tallies", address, Entry({"text": "张三"}, arrays))
    path = folder.path("tallies", address)
    body = path.read_bytes()
    kept = folder.get("tallies", address)
    assert kept is not None
    assert kept.facts == {"text": "张三"}
    for name, array in arrays.items():
        assert kept.arrays[name].dtype == array.dtype
        assert kept.arrays[name].tolist() == array.tolist()
    for at in range(0, len(body) * 8, 1 if FULL else 7):
        lying = bytearray(body)
        lying[at // 8] ^= 1 << at % 8
        path.write_bytes(lying)
        assert folder.get("tallies", address) is None
    assert {problem.code for problem in folder.problems} == {"CACHE_REBUILT"}
    assert not path.exists()


def test_a_folder_that_cannot_be_used_is_told_once(tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, 97_001, 40, dirty=True, features=FEATURES)
    (tmp_path / "cache").write_text("no folder")
    known = TallyCache(tmp_path / "cache")
    assert settled(case, tmp_path / "out", known) == settled(case, tmp_path / "out")
    assert [problem.code for problem in known.problems] == ["CACHE_UNUSED"]


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "case"
    write_random_case(case, 98_001, 40, dirty=False)
    monkeypatch.setattr(TallyCache, "still", lambda *_: False)
    settled(case, tmp_path / "out", tmp_path / "cache")
    assert not [path for path in tmp_path.joinpath("cache").rglob("*") if path.is_file()]


def test_what_was_not_used_lately_goes_first(tmp_path: Path) -> None:
    folder = CacheFolder(tmp_path)
    addresses = [address_of(number) for number in range(3)]
    for number, address in enumerate(addresses):
        folder.put("ids", address, Entry(arrays={"hashes": np.arange(100)}))
        os.utime(folder.path("ids", address), (number, number))
    assert folder.get("ids", addresses[0]) is not None
    folder.trim(2 * folder.path("ids", addresses[0]).stat().st_size)
    assert [folder.get("ids", address) is not None for address in addresses] == [True, False, True]


# -- as a command ----------------------------------------------------------------------------------


def command(case: Path, out: Path, cache: Path, **more: str) -> subprocess.CompletedProcess[str]:
    words = ["settle", str(case), "-o", str(out), "--cache", str(cache), "--json"]
    words += ["--on-reject", "quarantine"]
    return subprocess.run(
        [sys.executable, "-m", "equivalents", *words],
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def test_killed_while_it_is_kept_and_settled_again(tmp_path: Path) -> None:
    case, out, cache = tmp_path / "case", tmp_path / "out", tmp_path / "cache"
    write_random_case(case, 99_001, 40, dirty=True, features=FEATURES)
    expected = settled(case, out)
    for nth in (1, 2):
        shutil.rmtree(out, ignore_errors=True)
        done = command(case, out, cache, EQUIVALENTS_FAILPOINT=f"cache.written:{nth}")
        assert done.returncode < 0
        assert not out.exists()
    done = command(case, out, cache)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["problems"] == []
    assert {file.name: file.read_bytes() for file in sorted(out.iterdir())} == expected
    for path in [path for path in cache.rglob("*") if path.is_file()]:
        cut(path)
    done = command(case, out, cache)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["problems"]
    assert {problem["code"] for problem in told} == {"CACHE_REBUILT"}
    assert {file.name: file.read_bytes() for file in sorted(out.iterdir())} == expected
