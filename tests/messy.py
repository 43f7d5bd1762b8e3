"""The same case in other clothes: as one workbook, as a zip, as the files that systems export.

Everything is written from the CSV tables of a plain case, cell by cell, so that what is settled
must be the same to the byte.
"""

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import xlsxwriter
import yaml

from equivalents.intake.headings import TABLES

__all__ = ["as_book", "as_mess", "as_zip", "rows_of"]

_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_TITLE = "示例县卫生健康局"
_SIGNED = "制表人：陈一"
_DAYS = frozenset(("服务日期", "service_date", "服务结束日期", "service_end_date"))
_NUMBERS = frozenset(("数量", "quantity", "当量值", "weight", "金额（元）", "amount"))


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a CSV table, headings first."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if any(row)]


def _tables(case: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for path in sorted(case.glob("*.csv")):
        if path.stem in TABLES:
            yield path.stem, rows_of(path)


def _settings(case: Path) -> list[tuple[str, str]]:
    """The keys of case.yaml, each with its value as YAML text."""
    text = (case / "case.yaml").read_text(encoding="utf-8")
    node = yaml.compose(text, yaml.SafeLoader)
    assert node is not None
    found = []
    for key, value in node.value:
        piece = text[value.start_mark.index : value.end_mark.index]
        # The first line of a block stands behind the spaces that the others begin with.
        found.append((key.value, " " * value.start_mark.column + piece))
    return found


def _book(path: Path) -> Any:
    return xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})


def _write(sheet: Any, rows: Sequence[Sequence[str]], at: int = 0) -> None:
    for number, row in enumerate(rows, at):
        for column, text in enumerate(row):
            if text:
                sheet.write_string(number, column, text)


def as_book(case: Path, path: Path) -> Path:
    """One workbook: a sheet for each table by its Chinese title, and 基本信息."""
    with _book(path) as book:
        _write(book.add_worksheet("基本信息"), [("项目", "内容"), *_settings(case)])
        for name, rows in _tables(case):
            _write(book.add_worksheet(TABLES[name].title), rows)
        _write(book.add_worksheet("填写说明"), [("请逐表填写",)])
    return path


def as_zip(case: Path, path: Path) -> Path:
    """A zip of the folder, with what other systems put into zips."""
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(case.rglob("*")):
            if file.is_file():
                packed.write(file, f"六月/{file.relative_to(case).as_posix()}")
        packed.writestr("__MACOSX/._case.yaml", b"\0")
    return path


def as_mess(case: Path, folder: Path) -> Path:
    """The files as systems export them: titles, merged heads, totals, other encodings and forms."""
    folder.mkdir()
    for path in case.iterdir():
        if path.suffix in (".yaml", ".yml"):
            (folder / path.name).write_bytes(path.read_bytes())
    for name, rows in _tables(case):
        if name == "records":
            _records(rows, folder / "records")
        else:
            _small(name, rows, folder)
    if (case / "records").is_dir():
        _months(case / "records", folder / "records")
    return folder


def _months(case: Path, folder: Path) -> None:
    """Many files of records: months as sheets, as texts, in a zip; texts are copied as they are."""
    folder.mkdir()
    for path in case.glob("*.csv"):
        shutil.copyfile(path, folder / path.name)
    months = sorted(case.glob("*.parquet"))
    third = -(-len(months) // 3)
    with _book(folder / "上半年.xlsx") as book:
        for path in months[:third]:
            head, *rows = _typed_rows(path)
            _records_sheet(book, path.stem, head, rows)
    for path in months[third : 2 * third]:
        _records_text(_typed_rows(path), folder / f"{path.stem}.csv")
    inner = folder / "下半年.xlsx"
    with _book(inner) as book:
        for path in months[2 * third :]:
            head, *rows = _typed_rows(path)
            _records_sheet(book, path.stem, head, rows)
    with zipfile.ZipFile(folder / "下半年.zip", "w") as packed:
        packed.write(inner, inner.name)
    inner.unlink()


def _typed_rows(path: Path) -> list[list[str]]:
    """The rows of a Parquet file as texts, headings first."""
    table = pq.read_table(path)
    rows = [list(map(_as_text, row.values())) for row in table.to_pylist()]
    return [table.column_names, *rows]


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _small(name: str, rows: Sequence[Sequence[str]], folder: Path) -> None:
    """A small table as a workbook under a title, with a signature below and a hidden sheet."""
    with _book(folder / f"{name}.xlsx") as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.merge_range(0, 0, 0, len(rows[0]), f"{_TITLE}{TABLES[name].title}")
        _write(sheet, rows, 2)
        sheet.write_string(len(rows) + 3, 0, _SIGNED)
        hidden = book.add_worksheet("旧")
        hidden.hide()
        _write(hidden, rows)


def _records(rows: Sequence[Sequence[str]], folder: Path) -> None:
    """The records in thirds: two sheets of a workbook, a GB18030 text, a workbook in a zip."""
    folder.mkdir()
    head, body = rows[0], iter(rows[1:])
    third = -(-(len(rows) - 1) // 3)
    with _book(folder / "门诊.xlsx") as book:
        for title in ("上旬", "下旬"):
            some = [*islice(body, -(-third // 2))]
            _records_sheet(book, title, head, some)
    _records_text([list(head), *islice(body, third)], folder / "公卫.csv")
    inner = folder / "签约.xlsx"
    with _book(inner) as book:
        _records_sheet(book, "Sheet1", head, [*body])
    with zipfile.ZipFile(folder / "签约.zip", "w") as packed:
        packed.write(inner, "导出/签约.xlsx")
    inner.unlink()


def _records_text(rows: Sequence[Sequence[str]], path: Path) -> None:
    """A text in GB18030 with spaces, full-width digits and a total."""
    head, *body = rows
    text = [",".join(["　" + one for one in head])]
    text += [",".join(_typed(head, row)) for row in body]
    text.append("合计" + "," * (len(head) - 1))
    path.write_bytes("\r\n".join([*text, ""]).encode("gb18030"))


def _records_sheet(
    book: Any, title: str, head: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    """A sheet under a title: real dates, numbers as numbers, blank rows, a total."""
    sheet = book.add_worksheet(title)
    day = book.add_format({"num_format": "yyyy/m/d"})
    sheet.merge_range(0, 0, 0, len(head), f"{_TITLE}服务记录")
    _write(sheet, [head], 1)
    for number, row in enumerate(rows, 3):
        for column, (name, text) in enumerate(zip(head, row, strict=True)):
            if name in _DAYS and _is_day(text):
                sheet.write_datetime(number, column, date.fromisoformat(text), day)
            elif name in _NUMBERS and _is_number(text):
                sheet.write_number(number, column, float(text))
            elif text:
                sheet.write_string(number, column, text)
    sheet.write_string(len(rows) + 4, 0, "合 计")


def _typed(head: Sequence[str], row: Sequence[str]) -> Iterator[str]:
    """Texts as clerks and systems type them: full-width digits, dates without hyphens, spaces."""
    for name, text in zip(head, row, strict=True):
        if name in _DAYS and _is_day(text):
            yield text.replace("-", "")
        elif name in _NUMBERS and _is_number(text):
            yield text.translate(_FULL)
        else:
            yield f" {text} " if text else ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _is_number(text: str) -> bool:
    try:
        return f"{float(text):.15g}" == text
    except ValueError:
        return False
