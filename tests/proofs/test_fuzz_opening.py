"""Broken files of every format: an answer each time, and never fewer rows in silence.

Small good files are cut off, and bytes of them flipped, doubled and left out: in the file itself,
and in the parts of a zip, whose checksums are then set right, so that the change reaches the
parser. Whatever comes out is what the file holds, a problem with a code, or a panic of the parser
that the child process survives or dies of. The kind of a file is found in our own process:
there a problem is all that may come.

Faults seen to be caught: an xls cut off between two rows read as whole; a sector number beyond the
table; a name of a member that is no UTF-8.
"""

import random
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from equivalents.errors import DataError
from equivalents.intake.opening import child
from equivalents.intake.opening.kinds import Kind, kind_of
from equivalents.intake.opening.limits import Limits
from equivalents.reasons import REASONS
from tests.files.make import books, pages
from tests.files.make.archives import ARCHIVES
from tests.files.make.binary import xls, xlsb
from tests.files.make.zips import Entry, zip_of
from tests.proofs.counts import counts

ROOT: Final = Path(__file__).resolve().parents[2]
LIMITS: Final = Limits(memory_mb=700, cpu_s=120, wall_s=240, rows=5000, columns=100)
BATCH: Final = 200
ROWS: Final = [
    books.ROWS[0],
    *([f"R{n:03d}", f"J{n}", "P01", "MZ01", "2026-06-01", n + 0.5] for n in range(40)),
]


def _xlsx() -> bytes:
    return books.xlsx({"记录": books.sheet_xml(ROWS), "第二": books.sheet_xml()})


def _ods() -> bytes:
    xml = books.ods_parts(ROWS)["content.xml"]
    begin, end = xml.index("<table:table "), xml.index("</office:spreadsheet>")
    again = xml[begin:end].replace("记录", "第二")
    return books.ods({"content.xml": xml[:end] + again + xml[end:]})


GOOD: Final[dict[str, Callable[[], bytes]]] = {
    "xlsx": _xlsx,
    "ods": _ods,
    "xlsb": lambda: xlsb(ROWS),
    "xls": lambda: xls(ROWS),
    "zip": ARCHIVES["proper.zip"],
    "html": pages.PAGES["page.xls"],
}
PANICS: Final = {"PanicException", "MemoryError"}


@pytest.fixture(autouse=True)
def tasks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """The data with one to four small changes."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(found))
        length = chance.choice((1, 1, 2, 4, 30))
        match chance.randrange(4):
            case 0:
                found[at] ^= 1 << chance.randrange(8)
            case 1:
                found[at : at + length] = chance.randbytes(length)
            case 2:
                del found[at : at + length]
            case _:
                found[at:at] = found[at : at + length]
    return bytes(found)


def members(data: bytes) -> list[Entry]:
    """The members of one of our own zips, which packs none of them."""
    found, at = [], 0
    while data.startswith(b"PK\x03\x04", at):
        size = int.from_bytes(data[at + 18 : at + 22], "little")
        length = int.from_bytes(data[at + 26 : at + 28], "little")
        start = at + 30 + length
        found.append(Entry(data[at + 30 : start].decode(), data[start : start + size]))
        at = start + size
    return found


def broken(data: bytes, chance: random.Random, *, zipped: bool) -> bytes:
    """The file, or if it is a zip mostly one of its parts, spoiled."""
    if not zipped or chance.random() < 0.3:
        return spoiled(data, chance)
    parts = members(data)
    at = chance.randrange(len(parts))
    parts[at] = Entry(parts[at].name, spoiled(parts[at].data or b"x", chance))
    return zip_of(parts)


def opened(files: list[bytes], ending: str, folder: Path) -> Iterator[dict[str, Any]]:
    """What becomes of each; they share a child until one kills it."""
    for first in range(0, len(files), BATCH):
        paths = []
        for number, data in enumerate(files[first : first + BATCH], first):
            path = folder / f"{number}.{ending}"
            path.write_bytes(data)
            paths.append(path)
        yield from _open(paths)


def _open(paths: list[Path]) -> list[dict[str, Any]]:
    """What becomes of each; the one that kills the child is found by halves."""
    asked = {"name": "x", "paths": [str(path) for path in paths]}
    try:
        found: list[dict[str, Any]]
        found = child._in_child("tests", "child_tasks:open_each", asked, LIMITS)["found"]
        return found
    except DataError as error:
        if len(paths) == 1:
            return [{"codes": [one.code for one in error.problems]}]
    half = len(paths) // 2
    return [*_open(paths[:half]), *_open(paths[half:])]


def proved(found: list[dict[str, Any]]) -> None:
    for one in found:
        if "fault" in one:
            assert one["fault"] in PANICS, one
        assert set(one.get("codes", [])) <= set(REASONS)


@pytest.mark.parametrize("ending", GOOD)
def test_changed_bytes_are_an_answer(ending: str, tmp_path: Path) -> None:
    good = GOOD[ending]()
    chance = random.Random(f"{ending} 6")
    zipped = ending in ("xlsx", "ods", "xlsb", "zip")
    files = [broken(good, chance, zipped=zipped) for _ in range(counts(60, 1000))]
    found = list(opened(files, ending, tmp_path))
    assert len(found) == len(files)
    proved(found)
    # The changes reach the parser: not all is refused before, not all is read.
    assert any("read" in one for one in found)
    assert any("read" not in one for one in found)


@pytest.mark.parametrize("ending", GOOD)
def test_a_file_that_is_cut_off_is_whole_or_refused(ending: str, tmp_path: Path) -> None:
    good = GOOD[ending]()
    step = max(len(good) // counts(60, 3000), 1)
    files = [good[:length] for length in range(len(good) - 1, 0, -step)]
    whole, *found = opened([good, *files], ending, tmp_path)
    assert "read" in whole
    proved(found)
    for one in found:
        assert one.get("read", whole["read"]) == whole["read"]
    assert sum("read" not in one for one in found) > len(found) // 2


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_part_that_is_cut_off_is_whole_or_refused(ending: str, tmp_path: Path) -> None:
    good = GOOD[ending]()
    parts = members(good)
    name = "content.xml" if ending == "ods" else "xl/worksheets/sheet1.xml"
    at = next(at for at, one in enumerate(parts) if one.name == name)
    data = parts[at].data
    step = max(len(data) // counts(60, 3000), 1)
    files = [
        zip_of([*parts[:at], Entry(name, data[:length]), *parts[at + 1 :]])
        for length in range(len(data), 0, -step)
    ]
    whole, *found = opened(files, ending, tmp_path)
    proved(found)
    assert [one for one in found if one.get("read", whole["read"]) != whole["read"]] == []


@pytest.mark.parametrize("ending", GOOD)
def test_the_kind_of_a_broken_file_is_a_kind_or_a_problem(ending: str, tmp_path: Path) -> None:
    good = GOOD[ending]()
    chance = random.Random(f"kind {ending}")
    path = tmp_path / "x"
    seen: set[str] = set()
    for _ in range(counts(150, 5000)):
        path.write_bytes(spoiled(good, chance))
        try:
            seen.add(str(kind_of(path, "x")))
        except DataError as error:
            seen.add(error.problems[0].code)
    assert seen <= {*Kind, *REASONS}
    assert len(seen) > 1 or ending == "html"


def test_the_zips_that_are_spoiled_are_zips() -> None:
    parts = members(GOOD["xlsx"]())
    assert len(parts) == 6
    assert zlib.crc32(zip_of(parts)) == zlib.crc32(GOOD["xlsx"]())
