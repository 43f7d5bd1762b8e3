"""A good small case and the ways to spoil it: what the tests of bad input share.

A :class:`Fault` is one way to spoil the case and what must be said about it. Each is a line in a
list, so that a reader sees what is covered; :mod:`tests.unit.test_bad_input` (tables and files)
and :mod:`tests.unit.test_bad_records` (records) hold the lists.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from _pytest.mark import ParameterSet
from typer.testing import CliRunner, Result

from equivalents.cli import app

__all__ = [
    "Content",
    "GOOD",
    "HEAD",
    "Fault",
    "add",
    "case_with",
    "cases",
    "check",
    "find",
    "parquet",
    "run",
    "swap",
    "weights",
    "write_case",
]

Content: TypeAlias = str | bytes | None
"""What a file of the case holds; ``None`` removes it."""

HEAD = "institution_id,person_id,item_code,service_date,quantity"

GOOD: Mapping[str, str] = {
    "case.yaml": "period: 2025-06\n",
    "institutions.csv": "institution_id,name\nI01,青溪镇卫生院\nI02,石桥镇卫生院\n",
    "staff.csv": "person_id,institution_id,name\nP01,I01,王春梅\nP02,I01,李志强\nP03,I02,赵小兰\n",
    "weights.csv": "item_code,weight,valid_from\nMZ01,1,2025-01-01\nSF01,2,2025-01-01\n",
    "records.csv": f"{HEAD}\n"
    "I01,P01,MZ01,2025-06-02,10\nI01,P02,SF01,2025-06-03,5\nI02,P03,MZ01,2025-06-04,3\n",
    "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\nI02,绩效,30.00\n",
}


@dataclass(frozen=True)
class Fault:
    """One spoiled case: what is changed, the code that must come, where, and what it must say.

    ``says`` are parts that the English and the Chinese text must both hold. ``also`` are codes
    that may come with it, because one fault brings the other about. ``says_en`` are parts of the
    English text alone.
    """

    name: str
    code: str
    files: Mapping[str, Content]
    file: str = ""
    row: int = 0
    column: str = ""
    value: str | None = None
    says: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    says_en: tuple[str, ...] = ()


def cases(faults: Iterable[Fault]) -> list[ParameterSet]:
    """The faults as parameters of a test, by name."""
    return [pytest.param(fault, id=fault.name) for fault in faults]


def swap(file: str, old: str, new: str) -> dict[str, Content]:
    """A file of the good case with one text replaced."""
    assert GOOD[file].count(old) == 1, f"{old!r} is not once in {file}"
    return {file: GOOD[file].replace(old, new)}


def add(file: str, *rows: str) -> dict[str, Content]:
    """A file of the good case with rows added."""
    return {file: GOOD[file] + "".join(f"{row}\n" for row in rows)}


def weights(*rows: str, columns: str = "") -> dict[str, Content]:
    """A weight table of these rows, with more columns if named."""
    head = "item_code,weight,valid_from,valid_to" + (f",{columns}" if columns else "")
    return {"weights.csv": "\n".join((head, *rows)) + "\n"}


def parquet(**columns: Any) -> bytes:
    """A Parquet file with these columns."""
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


def write_case(folder: Path, files: Mapping[str, Content]) -> Path:
    """The good case with some files replaced, added or removed.

    A folder of records takes the place of records.csv.
    """
    good = dict(GOOD)
    if any(name.startswith("records/") for name in files):
        del good["records.csv"]
    for name, content in {**good, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8", newline="")
    return folder


def case_with(tmp_path: Path, files: Mapping[str, Content]) -> Path:
    """The spoiled case in a folder of its own."""
    return write_case(tmp_path / "case", files)


def run(*args: str | Path) -> Result:
    """One command of the CLI, in this process."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def check(case: Path) -> tuple[int, list[dict[str, Any]]]:
    """``equivalents check --json``: its exit code and all problems."""
    result = run("check", case, "--json")
    problems: list[dict[str, Any]] = json.loads(result.stdout)["problems"]
    return result.exit_code, problems


def find(fault: Fault, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """The problem that the fault announces, with place, value and both texts proven."""
    place = {"file": fault.file, "row": fault.row, "column": fault.column}
    fitting = [
        one
        for one in problems
        if one["code"] == fault.code and {name: one[name] for name in place} == place
    ]
    assert len(fitting) == 1, f"wanted one {fault.code} at {place}, found: {problems}"
    found = fitting[0]
    if fault.value is not None:
        assert found["value"] == fault.value
    _check_texts(found, fault.says)
    assert all(part in found["reason_en"] for part in fault.says_en), found["reason_en"]
    return found


def _check_texts(found: dict[str, Any], says: tuple[str, ...]) -> None:
    chinese, english = found["reason_zh"], found["reason_en"]
    assert any("一" <= character <= "龥" for character in chinese)
    assert english.isascii() or found["value"] or says, "English without a value is plain ASCII"
    for text in (chinese, english):
        assert text[-1] in ".。"
        # A fact that nobody filled in reads `?`; the hints end in one on purpose.
        assert "?" not in text.replace("'?)", "").replace("？", ""), text
        assert "¦" not in text
        assert "{" not in text
        for part in says:
            assert part in text, f"{part!r} is not said in: {text}"
