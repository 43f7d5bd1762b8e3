"""Cases settled with and without the cache of counts, and what was read meanwhile."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from equivalents.count import Counted
from equivalents.errors import EquivalentsError
from equivalents.intake import identity, idtexts, originals, source
from equivalents.intake.source import Source
from equivalents.records import RecordBlock
from equivalents.run import settle_case
from equivalents.store.tallycache import PartKeeper, TallyCache
from tests.proofs.changing import read_rows, tables_of, write_rows

__all__ = ["Reads", "agree", "changed", "in_files", "settled", "watched"]


class Reads:
    """How many rows were read, and counted anew; how often ids were hashed, and texts fetched."""

    def __init__(self) -> None:
        self.rows = self.counted = self.columns = self.texts = 0


def watched(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """What is read from now on, counted."""
    seen, read, hashed = Reads(), Source.read_alone, identity._part_hashes
    keep = PartKeeper.keep

    def counting(self: Source, *asked: Any) -> Iterator[RecordBlock]:
        for block in read(self, *asked):
            seen.rows += block.received
            yield block

    def hashing(part: object, heading: str) -> object:
        seen.columns += 1
        return hashed(part, heading)  # type: ignore[arg-type]

    def keeping(self: PartKeeper, at: int, counted: Counted, *more: Any) -> None:
        seen.counted += counted.received
        keep(self, at, counted, *more)

    fetched, shown = Source.texts, originals.original_rows

    def fetching(self: Source, *asked: Any, **more: Any) -> Any:
        seen.texts += 1
        return fetched(self, *asked, **more)

    compared = idtexts._read

    def showing(*asked: Any) -> Any:
        seen.texts += 1
        return shown(*asked)

    def comparing(*asked: Any) -> Any:
        seen.texts += 1
        return compared(*asked)

    monkeypatch.setattr(Source, "texts", fetching)
    monkeypatch.setattr(idtexts, "_read", comparing)
    monkeypatch.setattr(source, "original_rows", showing)
    monkeypatch.setattr(Source, "read_alone", counting)
    monkeypatch.setattr(PartKeeper, "keep", keeping)
    monkeypatch.setattr(identity, "_part_hashes", hashing)
    return seen


def settled(
    case: Path, out: Path, cache: Path | TallyCache | None = None, *, direct: bool = False
) -> dict[str, bytes] | str:
    """Every file of the result, or what refused it."""
    shutil.rmtree(out, ignore_errors=True)
    try:
        settle_case(case, out, stop_on_reject=False, direct=direct, cache=cache)
    except EquivalentsError as error:
        return str(error)
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


def agree(case: Path, cache: Path) -> None:
    """With the cache as it is, and as it is then, both ways give what they give without."""
    for direct in (True, False):
        expected = settled(case, case.parent / "out", direct=direct)
        for _ in range(2):
            known = TallyCache(cache)
            assert settled(case, case.parent / "out", known, direct=direct) == expected
            assert known.problems == []


def in_files(case: Path, several: int) -> list[Path]:
    """The records of a case in some files more."""
    rows: list[list[str]] = []
    heading: list[str] = []
    for path in tables_of(case):
        there, some = read_rows(path)
        heading = heading or there
        if there == heading:
            rows += some
            path.unlink()
    for at in range(several):
        write_rows(case / "records" / f"part{at}.csv", heading, rows[at::several])
    return sorted(case.glob("records/part*.csv"))


def changed(path: Path, change: Callable[[dict[str, str]], None]) -> None:
    """Change the rows of a table."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        change(row)
    write_rows(path, [*rows[0]], [[*row.values()] for row in rows])
