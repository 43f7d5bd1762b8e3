"""Times of day in dates, left out where that is declared (5.21): the same on every way in.

Wanted: a case whose dates have times settles to the bytes of the same case without them, whatever
the file, and each column is told once with its count. The reference reads random cases whose
dates have times, good and dirty. Faults seen to be caught: a day before 1970 rounded up, a count
doubled by a second reading, a stay's end compared with its time, an id whose rows differ in the
time alone taken for two services.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from equivalents.policy.daytext import Times, date_part
from equivalents.run import check_case, settle_case
from tests.against_reference import compare
from tests.reference.random_case import write_random_case
from tests.reference.random_rules import FEATURES

CASE = {
    "case.yaml": "period: 2025\ntimes: {times}\n",
    "institutions.csv": "institution_id\nI01\n",
    "staff.csv": "person_id,institution_id,active_from,active_to\n"
    "P1,I01,2024-01-01,2025-05-01\nP2,I01,2025-02-01,\n",
    "weights.csv": "item_code,weight,valid_from,valid_to,counting_basis\n"
    "MZ01,1,2024-01-01,2025-04-01,\nMZ01,2,2025-04-01,,\nCW01,3,2024-01-01,,days\n",
    "pools.csv": "institution_id,pool,amount\nI01,绩效,1000.00\n",
}
HEAD = ("institution_id", "person_id", "item_code", "service_date", "quantity",
        "service_end_date", "resident_id", "record_id")  # fmt: skip
ROWS: list[tuple[str, ...]] = [
    ("I01", "P1", "MZ01", "2025-03-31 23:59:59", "3", "", "", "A"),
    ("I01", "P1", "MZ01", "2025-03-31 08:00:00", "3", "", "", "A"),
    ("I01", "P1", "MZ01", "2025-04-01 00:00:00", "5", "", "J1", ""),
    ("I01", "P1", "MZ01", "2025-05-01 00:00:01", "1", "", "", ""),
    ("I01", "P2", "CW01", "2025-06-01 22:00:00", "2", "2025-06-03 06:00:00", "J2", ""),
    ("I01", "P2", "CW01", "2025-06-02 07:00:00", "2", "2025-06-04 06:00:00", "J2", ""),
    ("I01", "P2", "MZ01", "1969-12-31 01:00:00", "1", "", "", ""),
]
DATES = (3, 5)
FIGURES = ("payouts.csv", "equivalents.csv", "excluded.csv", "pools.csv")


def _write(folder: Path, times: str = "truncate") -> Path:
    folder.mkdir()
    for name, text in CASE.items():
        (folder / name).write_text(text.format(times=times), encoding="utf-8")
    return folder


def _writer(file: TextIO, *, quoted: bool) -> Any:
    if quoted:
        return csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
    return csv.writer(file, lineterminator="\n")


def _csv(rows: Sequence[tuple[str, ...]], *, quoted: bool = False) -> str:
    text = io.StringIO()
    _writer(text, quoted=quoted).writerows([HEAD, *rows])
    return text.getvalue()


def _parquet(kind: pa.DataType | None) -> bytes:
    """The rows with dates of a type; ``None`` stands for dictionaries of texts."""
    columns = {}
    for at, name in enumerate(HEAD):
        texts = [row[at] for row in ROWS]
        if at not in DATES:
            columns[name] = pa.array(texts)
        elif kind is None:
            columns[name] = pa.array(texts).dictionary_encode()
        elif pa.types.is_string(kind):
            columns[name] = pa.array([text or None for text in texts])
        else:
            points = [datetime.fromisoformat(text) if text else None for text in texts]
            columns[name] = pa.array(points, kind)
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=3)
    return file.getvalue()


def _with_t(rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return [tuple(text.replace(" ", "T") for text in row) for row in rows]


WAYS = {
    "csv": ("csv", _csv(ROWS).encode()),
    "csv-T": ("csv", _csv(_with_t(ROWS)).encode()),
    "csv-quoted": ("csv", _csv(ROWS, quoted=True).encode()),
    "csv-gb18030": ("csv", _csv([(*row[:7], row[7] and "甲") for row in ROWS]).encode("gb18030")),
    "parquet-text": ("parquet", _parquet(pa.string())),
    "parquet-codes": ("parquet", _parquet(None)),
    **{
        f"parquet-{unit}": ("parquet", _parquet(pa.timestamp(unit)))
        for unit in ("s", "ms", "us", "ns")
    },
}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of the same rows, written without times from the start."""
    base = tmp_path_factory.mktemp("plain")
    case = _write(base / "case", "refuse")
    rows = [tuple(text[:10] if at in DATES else text for at, text in enumerate(r)) for r in ROWS]
    (case / "records.csv").write_text(_csv(rows), encoding="utf-8")
    settle_case(case, base / "out", stop_on_reject=False)
    return base / "out"


@pytest.mark.parametrize("way", WAYS)
def test_every_reader_settles_the_days(way: str, plain: Path, tmp_path: Path) -> None:
    case = _write(tmp_path / "case")
    suffix, content = WAYS[way]
    (case / f"records.{suffix}").write_bytes(content)
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    for name in FIGURES:
        assert (tmp_path / "out" / name).read_bytes() == (plain / name).read_bytes(), name
    settle_case(case, tmp_path / "direct", stop_on_reject=False, direct=True)
    for name in ("payouts.csv", "pools.csv", "rejected.csv", "problems.csv"):
        assert (tmp_path / "direct" / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    rejected = [(row["code"], row["column"]) for row in _rows(tmp_path / "out" / "rejected.csv")]
    assert rejected == [(row["code"], row["column"]) for row in _rows(plain / "rejected.csv")]
    assert rejected == [
        ("RECORD_ID_REPEATED", "record_id"),
        ("NO_POST", "person_id"),
        ("OUTSIDE_PERIOD", "service_date"),
    ]
    warned = [row for row in _rows(tmp_path / "out" / "problems.csv") if row["code"][:5] == "TIMES"]
    file = f"records.{suffix}"
    assert [(row["file"], row["column"], row["value"]) for row in warned] == [
        (file, "service_date", "7"),
        (file, "service_end_date", "2"),
    ]


@pytest.mark.parametrize("kind", ["csv", "csv-quoted", "parquet"])
def test_tables_are_read_as_their_days(kind: str, plain: Path, tmp_path: Path) -> None:
    case = _write(tmp_path / "case")
    (case / "records.csv").write_text(_csv(ROWS), encoding="utf-8")
    told = {}
    for name in ("staff", "weights"):
        path = case / f"{name}.csv"
        head, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        days = [at for at, title in enumerate(head) if title.endswith(("_from", "_to"))]
        for at in days:
            told[name, head[at]] = str(sum(bool(row[at]) for row in rows))
        if kind == "parquet":
            columns = {
                title: pa.array(
                    [
                        datetime.fromisoformat(row[at] + "T23:59") if row[at] else None
                        for row in rows
                    ]
                    if at in days
                    else [row[at] for row in rows]
                )
                for at, title in enumerate(head)
            }
            path.unlink()
            pq.write_table(pa.table(columns), case / f"{name}.parquet")
            continue
        for row in rows:
            for at in days:
                row[at] += " 12:30" if row[at] else ""
        with path.open("w", encoding="utf-8", newline="") as file:
            _writer(file, quoted=kind == "csv-quoted").writerows([head, *rows])
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    for name in FIGURES:
        assert (tmp_path / "out" / name).read_bytes() == (plain / name).read_bytes(), name
    warned = {
        (row["file"].partition(".")[0], row["column"]): row["value"]
        for row in _rows(tmp_path / "out" / "problems.csv")
        if row["code"] == "TIMES_TRUNCATED" and row["file"].partition(".")[0] != "records"
    }
    assert warned == told


def test_the_count_is_that_of_a_file_however_many_parts_it_has(tmp_path: Path) -> None:
    case = _write(tmp_path / "case")
    (case / "records").mkdir()
    for name, rows in (("a", ROWS), ("b", ROWS[2:4])):
        (case / "records" / f"{name}.csv").write_text(_csv(rows), encoding="utf-8")
    (case / "records" / "c.parquet").write_bytes(_parquet(pa.timestamp("us")))
    counts = [
        (one.place.file, one.place.column, one.value)
        for one in check_case(case).problems
        if one.code == "TIMES_TRUNCATED"
    ]
    assert counts == [
        ("records/a.csv", "service_date", "7"),
        ("records/a.csv", "service_end_date", "2"),
        ("records/b.csv", "service_date", "2"),
        ("records/c.parquet", "service_date", "7"),
        ("records/c.parquet", "service_end_date", "2"),
    ]


def test_a_faulty_table_does_not_hide_that_times_are_declared(tmp_path: Path) -> None:
    """The records are looked at although the tables are refused: only those are at fault."""
    case = _write(tmp_path / "case")
    (case / "records.parquet").write_bytes(_parquet(pa.timestamp("us")))
    (case / "pools.csv").write_text("institution_id,pool,amount\nI09,绩效,1.00\n", encoding="utf-8")
    with pytest.raises(Exception, match="ID_UNKNOWN") as caught:
        check_case(case)
    assert "TIME_COLUMN" not in str(caught.value)


@pytest.mark.parametrize("dirty", [False, True], ids=["good", "dirty"])
@pytest.mark.parametrize("seed", range(4))
def test_the_reference_reads_the_same_days(seed: int, dirty: bool, tmp_path: Path) -> None:
    case = tmp_path / "case"
    write_random_case(case, seed, 120, dirty=dirty, features=FEATURES if seed % 2 else frozenset())
    with (case / "case.yaml").open("a", encoding="utf-8") as text:
        text.write("times: truncate\n")
    rng = Random(seed)
    changed = sum(_give_times(rng, path) for path in sorted(case.rglob("*.csv")))
    assert changed > 20
    assert compare(case, tmp_path / "out") == []
    warned = [row for row in _rows(tmp_path / "out" / "problems.csv") if row["code"][:5] == "TIMES"]
    assert sum(int(row["value"]) for row in warned) == changed


def _give_times(rng: Random, path: Path) -> int:
    """Put times behind most dates of date columns; how many a reader leaves out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    days = {"service_date", "service_end_date", "valid_from", "valid_to", "active_from",
            "active_to", "date", "birth_date"}  # fmt: skip
    changed = 0
    for row in rows:
        for at, title in enumerate(head):
            # Rows of another shape are not read as columns at all.
            if title not in days or len(row) != len(head):
                continue
            if len(row[at]) == 10 and rng.random() < 0.7:
                with_time = row[at] + rng.choice((" 23:59:59", "T00:00", " 08:30:00.125"))
                row[at] = with_time if date_part(with_time) != with_time else row[at]
            # Dirty cases have some of their own.
            changed += date_part(row[at]) != row[at]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    return changed


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-31 23:59:59", "2025-03-31"),
        ("2025-03-31T08:00", "2025-03-31"),
        ("2025-02-30 00:00:00.123456789", "2025-02-30"),
        # Files as they are (date forms other than YYYY-MM-DD): Excel writes times and dates so.
        ("2025-03-31 8:00", "2025-03-31"),
        ("2025/03/31 08:00", "2025/03/31"),
        *(
            (text, text)
            for text in ("", "2025-03-31", "2025-03-31 ", "2025-03-31 24:00", "2025-03-31T8:00",
                         "2025-03-31 08:60", "2025-03-31 23:59:60", "2025-03-31  08:00",
                         "2025-03-31T08", "2025-03-31T08:00Z", "2025-03-31 08:00:00+08:00",
                         "2025-03-31 08:00:00.", "2025/03-31 08:00", "２025-03-31 08:00",
                         "2025-03-31 08:00\n")
        ),
    ],
)  # fmt: skip
def test_only_a_whole_time_without_a_zone_is_left_out(text: str, day: str) -> None:
    assert date_part(text) == day


def test_a_scheme_may_declare_it_and_the_case_overrules(tmp_path: Path) -> None:
    case = _write(tmp_path / "case")
    (case / "records.csv").write_text(_csv(ROWS), encoding="utf-8")
    scheme = "scheme: own\ntitle: 示例\nreference: 示例〔2025〕1号\ntimes: truncate\n"
    (case / "own.yaml").write_text(scheme, encoding="utf-8")
    for more, times in (("", Times.TRUNCATE), ("times: refuse\nreference: 2号\n", Times.REFUSE)):
        text = f"period: 2025\nscheme: own.yaml\n{more}"
        (case / "case.yaml").write_text(text, encoding="utf-8")
        settlement = check_case(case).settlement
        assert settlement.rules.times is times
        dates = sum(one.row.size for one in settlement.counted.faults if one.code == "DATE_INVALID")
        assert (dates == 0) is (times is Times.TRUNCATE)


def test_refusing_is_the_default(tmp_path: Path) -> None:
    case = _write(tmp_path / "case")
    (case / "case.yaml").write_text("period: 2025\n", encoding="utf-8")
    (case / "records.csv").write_text(_csv(ROWS), encoding="utf-8")
    settlement = settle_case(case, tmp_path / "out")
    assert settlement.rules.times is Times.REFUSE
    rejected = _rows(tmp_path / "out" / "rejected.csv")
    assert [row["code"] for row in rejected] == ["DATE_INVALID"] * len(ROWS)
    assert all("times: truncate" in row["reason_zh"] for row in rejected)


FORMED = {"slash": "{y}/{m}/{d}", "padded": "{y}/{m:02}/{d:02}", "dot": "{y}.{m}.{d}",
          "compact": "{y}{m:02}{d:02}", "chinese": "{y}年{m}月{d}日",
          "dash": "{y}-{m}-{d}"}  # fmt: skip


def _formed(text: str, form: str) -> str:
    """A date as another form has it, what stands behind it kept."""
    if not text:
        return ""
    y, m, d = map(int, text[:10].split("-"))
    return FORMED[form].format(y=y, m=m, d=d) + text[10:]


def _changed(form: str) -> list[tuple[str, ...]]:
    """The rows with dates of a form; the first of the two rows of one id keeps the plain one."""
    return [
        tuple(_formed(t, form) if at in DATES and nth else t for at, t in enumerate(row))
        for nth, row in enumerate(ROWS)
    ]


@pytest.mark.parametrize("way", ["csv", "quoted", "gb18030", "parquet"])
@pytest.mark.parametrize("form", FORMED)
def test_every_form_settles_the_same_bytes(
    form: str, way: str, plain: Path, tmp_path: Path
) -> None:
    case = _write(tmp_path / "case")
    rows = _changed(form)
    if way == "parquet":
        columns = {name: [row[at] for row in rows] for at, name in enumerate(HEAD)}
        pq.write_table(pa.table(columns), case / "records.parquet")
    else:
        rows = [(*row[:7], row[7] and "甲") for row in rows] if way == "gb18030" else rows
        text = _csv(rows, quoted=way == "quoted")
        code = "gb18030" if way == "gb18030" else "utf-8"
        (case / "records.csv").write_bytes(text.encode(code))
    for name in ("staff", "weights"):
        path = case / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        for day in ("2024-01-01", "2025-05-01", "2025-02-01", "2025-04-01"):
            text = text.replace(day, _formed(day, form))
        path.write_text(text, encoding="utf-8")
    settle_case(case, tmp_path / "out", stop_on_reject=False)
    for name in FIGURES:
        assert (tmp_path / "out" / name).read_bytes() == (plain / name).read_bytes(), name
    told = [row for row in _rows(tmp_path / "out" / "problems.csv") if row["code"] == "DATES_READ"]
    counts = {(row["file"].partition(".")[0], row["column"]): row["value"] for row in told}
    if form in ("slash", "dot", "compact", "chinese", "padded"):
        assert counts == {
            ("staff", "active_from"): "2", ("staff", "active_to"): "1",
            ("weights", "valid_from"): "3", ("weights", "valid_to"): "1",
            ("records", "service_date"): "6", ("records", "service_end_date"): "2",
        }  # fmt: skip
    else:
        # 1969-12-31 has both parts in full: it stands there as it should.
        assert counts["records", "service_date"] == "5"


def test_the_order_of_records_does_not_hear_the_form(tmp_path: Path) -> None:
    """Of two stays that end on one day the other columns decide, not how the day is written."""
    weights = "item_code,weight,valid_from,counting_basis,setting\n"
    weights += "HH,1,2025-01-01,days,centre\nHH,2,2025-01-01,days,home\n"
    head = "institution_id,person_id,item_code,service_date,quantity,service_end_date,resident_id,"
    paid = set()
    written = [("2025-06-09", "2025-06-09"), ("2025/6/9", "2025-06-09"),
               ("2025-06-09", "20250609"), ("20250609", "2025年6月9日")]  # fmt: skip
    for nth, ends in enumerate(written):
        case = _write(tmp_path / str(nth), "refuse")
        (case / "weights.csv").write_text(weights, encoding="utf-8")
        rows = [
            f"I01,P2,HH,2025-06-05,4,{end},R1,{place}"
            for end, place in zip(ends, ("home", "centre"), strict=True)
        ]
        text = "\n".join([f"{head}setting", *rows, ""])
        (case / "records.csv").write_text(text, encoding="utf-8")
        settle_case(case, tmp_path / f"out{nth}", stop_on_reject=False)
        paid.add((tmp_path / f"out{nth}" / "equivalents.csv").read_bytes())
    assert len(paid) == 1
