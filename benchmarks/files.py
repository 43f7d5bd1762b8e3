"""``python -m benchmarks.files``: a workbook of records to a spool, beside its parser's bare read.

The workbook is made by xlsxwriter, always the same bytes: records of ten columns, as an export has
them. The engine does with it what ``check`` does: a child process looks through it, parses it,
finds the headings, cleans and writes a spool. The bare read is calamine's ``to_python()`` in a
fresh process that imports nothing else. Both are whole processes, their start included, in turns.
The cells of the spool are compared with what was written.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import xlsxwriter

from benchmarks.generate import default_data
from benchmarks.peers.report import machine, versions

__all__ = ["FLOOR", "HEADINGS", "Taken", "differences", "make_book", "page", "record", "spooled"]

FLOOR: Final = 1.5
"""How many times the bare read the way to a spool may take (page 4 of the specification)."""
HEADINGS: Final = (
    "记录编号", "机构编号", "人员编号", "项目编码", "服务日期",
    "数量", "居民编号", "来源", "服务场所", "备注",
)  # fmt: skip
_Answer = TypeVar("_Answer")
_VERSION: Final = 1
_DAY: Final = HEADINGS.index("服务日期")
_NEW_YEAR: Final = date(2025, 1, 1)
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_SETTINGS: Final = ("", "home", "ward")
_BARE: Final = (
    "import sys; from python_calamine import CalamineWorkbook as Book; "
    "print(len(Book.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()))"
)


class Taken(NamedTuple):
    """Seconds of wall and processor time of one run."""

    wall: float
    cpu: float


def record(row: int) -> tuple[str | int | date, ...]:
    """The cells of a record: texts, a whole number, a day; blank ones among them."""
    person = row * 7919 % 60_000
    return (
        f"JL{row:09}",
        f"JG{person // 40:04}",
        f"RY{person:05}",
        f"XM{row * 31 % 200:03}",
        _NEW_YEAR + timedelta(row * 17 % 365),
        1 + row % 3,
        f"JM{row * 104_729 % 1_000_003:07}",
        "公卫系统" if row % 4 else "门诊系统",
        _SETTINGS[row % 3],
        "" if row % 50 else "补录",
    )


def make_book(path: Path, rows: int) -> None:
    """Write a workbook of so many records, the same bytes each time."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    book.set_properties({"created": _MADE})
    sheet = book.add_worksheet("服务记录")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, rows + 1):
        for column, cell in enumerate(record(row)):
            if isinstance(cell, date):
                sheet.write_datetime(row, column, cell, day)
            elif cell != "":
                sheet.write(row, column, cell)
    book.close()


def spooled(book: str, folder: str) -> list[str]:
    """Open a workbook as the program does; the paths of its spools in a folder.

    Raises:
        DataError: the workbook is refused.
    """
    from equivalents.intake.headings import TABLES
    from equivalents.intake.opening.child import in_child
    from equivalents.intake.opening.limits import Limits
    from equivalents.intake.opening.wanted import as_data

    request: dict[str, Any] = {
        "path": book,
        "kind": "xlsx",
        "name": Path(book).name,
        "folder": folder,
        "tables": [as_data(TABLES["records"])],
        "whole": False,
    }
    answer = in_child("booktask:open_book", request, Limits.from_environment())
    return [*answer["spools"]]


def differences(spool: Path, rows: int) -> int:
    """How many cells of a spool differ from what was written; missing rows count whole."""
    import pyarrow.parquet as pq

    table = pq.read_table(spool)
    if table.num_rows != rows or table["#row"].to_pylist() != list(range(2, rows + 2)):
        return max(rows, 1) * len(HEADINGS)
    if table["#fault"].null_count != rows:
        return rows
    written = zip(*(record(row) for row in range(1, rows + 1)), strict=True)
    return sum(
        sum(str(cell) != text for cell, text in zip(cells, table[name].to_pylist(), strict=True))
        for name, cells in zip(HEADINGS, written, strict=True)
    )


def _bare(book: str) -> int:
    """How many rows a bare read in a fresh process finds."""
    command = [sys.executable, "-c", _BARE, book]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _timed(task: Callable[[], _Answer]) -> tuple[Taken, _Answer]:
    """What a task took in the processes that it starts, and its answer."""
    import resource

    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    answer = task()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Taken(wall, cpu), answer


def _rounds(
    book: Path, rows: int, rounds: int, say: Callable[[str], None]
) -> tuple[list[Taken], list[Taken], int]:
    """The runs of both, in turns, and how many cells were wrong."""
    bare: list[Taken] = []
    ours: list[Taken] = []
    wrong = 0
    for turn in range(rounds):
        taken, read = _timed(partial(_bare, str(book)))
        bare.append(taken)
        wrong += read != rows + 1
        with tempfile.TemporaryDirectory() as folder:
            taken, spools = _timed(partial(spooled, str(book), folder))
            ours.append(taken)
            if not turn:
                wrong += differences(Path(spools[0]), rows)
        say(f"round {turn + 1}: {_both(bare[-1])} bare, {_both(ours[-1])} to a spool")
    return bare, ours, wrong


def _both(taken: Taken) -> str:
    return f"{taken.wall:.2f} s ({taken.cpu:.2f} s CPU)"


def page(
    book: Path, rows: int, bare: Sequence[Taken], ours: Sequence[Taken], wrong: int
) -> Iterator[str]:
    """The lines of the page."""
    yield "# Benchmark of workbooks"
    yield ""
    yield "Written by the command below; do not edit. Times depend on the machine, cells do not."
    yield "The engine beside DuckDB, polars and pandas: [benchmarks.md](benchmarks.md); memory:"
    yield "[benchmarks-memory.md](benchmarks-memory.md)."
    yield ""
    yield f"- Date: {datetime.now(UTC):%Y-%m-%d}"
    yield f"- Command: `python -m benchmarks.files --rows {rows} --rounds {len(bare)} --write`"
    yield f"- Machine: {machine()}"
    yield f"- {versions()}; python-calamine"
    yield ""
    yield from (__doc__ or "").strip().split("\n")[2:]
    yield "Medians of the rounds; the range stands behind. On a busy machine processor time is what"
    yield "can be compared, as wall time tells of the others, too."
    yield ""
    size = book.stat().st_size / 1e6
    yield f"xlsx of {rows:,} rows x {len(HEADINGS)} columns, {size:.0f} MB, {len(bare)} rounds:"
    yield ""
    yield "| way | wall | CPU |"
    yield "|---|---:|---:|"
    for title, runs in (("calamine, bare `to_python()`", bare), ("equivalents, to a spool", ours)):
        walls, cpus = zip(*runs, strict=True)
        yield f"| {title} | {_range(walls)} | {_range(cpus)} |"
    ratios = [_middle(ours, at) / _middle(bare, at) for at in (0, 1)]
    yield f"| ratio (floor {FLOOR}) | {ratios[0]:.2f} | {ratios[1]:.2f} |"
    yield ""
    yield f"Cells that differ from what was written: {wrong}."


def _middle(runs: Sequence[Taken], at: int) -> float:
    return statistics.median(one[at] for one in runs)


def _range(seconds: Sequence[float]) -> str:
    middle = statistics.median(seconds)
    return f"{middle:.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main() -> int:
    """Make the workbook, run both in turns, print or write; 1 where cells are wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.files")
    parser.add_argument("--rows", type=int, default=500_000, help="records of the workbook")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each")
    parser.add_argument("--data", type=Path, default=default_data(), help="where it is kept")
    parser.add_argument(
        "--write", type=Path, nargs="?", const=Path("docs/benchmarks-files.md"),
        help="the page to write; docs/benchmarks-files.md unless named",
    )  # fmt: skip
    chosen = parser.parse_args()
    book = chosen.data / f"records-{chosen.rows}-v{_VERSION}.xlsx"
    if not book.exists():
        chosen.data.mkdir(parents=True, exist_ok=True)
        fresh = book.with_suffix(".new")
        make_book(fresh, chosen.rows)
        fresh.rename(book)
    bare, ours, wrong = _rounds(
        book, chosen.rows, chosen.rounds, lambda text: print(text, file=sys.stderr, flush=True)
    )
    text = "\n".join(page(book, chosen.rows, bare, ours, wrong)) + "\n"
    print(text)
    if chosen.write is not None:
        chosen.write.write_text(text, encoding="utf-8", newline="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
