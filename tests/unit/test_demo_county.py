"""The made-up county: its size, its seasons, its dirty rows, and the same bytes every time.

The verdicts here are worked out again from the files alone, in plain Python: a dirty row that
was clean after all, or a clean one that was not, would be noticed.
"""

import csv
import hashlib
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from equivalents.demo import write_county
from equivalents.demo.draw import Draw, Urn, split
from equivalents.demo.items import ITEMS
from equivalents.demo.manual import quantity_text

RECORDS = 5_000
TABLE = Path(__file__).parents[2] / "weights" / "demo-county-2025.yaml"
RECORD_CODES = (
    "ROW_SHAPE", "VALUE_MISSING", "DATE_INVALID", "QUANTITY_INVALID", "QUANTITY_RANGE",
    "QUANTITY_NEGATIVE", "VISIT_NUMBER_INVALID", "SHARES_INVALID", "INSTITUTION_UNKNOWN",
    "PERSON_UNKNOWN", "RECORD_ID_REPEATED", "RECORD_ID_CONFLICT", "CORRECTS_UNKNOWN",
    "OUTSIDE_PERIOD", "NO_POST", "ITEM_UNKNOWN", "NO_WEIGHT_ON_DATE", "ITEM_STOPPED",
)  # fmt: skip
Row = dict[str, Any]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "county"
    write_county(folder, records=RECORDS)
    return folder


@pytest.fixture(scope="module")
def table() -> Row:
    loaded: Row = yaml.load(TABLE.read_text(encoding="utf-8"), yaml.BaseLoader)
    return loaded


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def monthly(county: Path) -> list[Row]:
    files = sorted((county / "records").glob("2025-*.parquet"))
    return [row for file in files for row in pq.read_table(file).to_pylist()]


def weight_rows(table: Row) -> list[Row]:
    return [table["defaults"] | row for row in table["rows"]]


# -- an independent verdict ---------------------------------------------------------------


class Verdicts:
    """First fault of a record in the pay series, straight from the definitions."""

    def __init__(self, county: Path, table: Row) -> None:
        self.places = {row["institution_id"] for row in rows_of(county / "institutions.csv")}
        self.staff: dict[str, list[Row]] = {}
        for row in rows_of(county / "staff.csv"):
            self.staff.setdefault(row["person_id"], []).append(row)
        self.weights: dict[str, list[Row]] = {}
        for row in weight_rows(table):
            if row["series"] == "pay":
                self.weights.setdefault(row["item_code"], []).append(row)
        self.seen: dict[str, Row] = {}

    def posted(self, row: Row, day: str) -> bool:
        return any(
            post["institution_id"] == row["institution_id"]
            and post["active_from"] <= day < (post["active_to"] or "9999")
            and row.get("post_id") in (None, "", post["post_id"])
            for post in self.staff[row["person_id"]]
        )

    def weighed(self, item: str, day: str) -> str:
        rows = self.weights.get(item)
        if rows is None:
            return "ITEM_UNKNOWN"
        if any(r["valid_from"] <= day < r.get("valid_to", "9999") for r in rows):
            return ""
        stopped = any(r.get("stopped") == "1" and r["valid_to"] <= day for r in rows)
        return "ITEM_STOPPED" if stopped else "NO_WEIGHT_ON_DATE"

    def late(self, row: Row, day: str) -> str:
        """Faults after the form: ids, date, posting, item."""
        if row["institution_id"] not in self.places:
            return "INSTITUTION_UNKNOWN"
        if row["person_id"] not in self.staff:
            return "PERSON_UNKNOWN"
        if not day.startswith("2025-"):
            return "OUTSIDE_PERIOD"
        if not self.posted(row, day):
            return "NO_POST"
        return self.weighed(row["item_code"], day)


def form_fault(row: Row) -> str:
    required = ("institution_id", "person_id", "item_code", "service_date", "quantity")
    if not all(row[name] for name in required):
        return "VALUE_MISSING"
    if not is_date(row["service_date"]):
        return "DATE_INVALID"
    if code := quantity_fault(row["quantity"], row["corrects"]):
        return code
    if row["visit_number"] and not re.fullmatch(r"[1-9]\d*", row["visit_number"]):
        return "VISIT_NUMBER_INVALID"
    return "SHARES_INVALID" if row["performers"] else ""


def quantity_fault(text: str, corrects: str) -> str:
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d{1,3})?", text):
        return "QUANTITY_INVALID"
    quantity = Decimal(text)
    if quantity == 0 or abs(quantity) >= 1_000_000:
        return "QUANTITY_RANGE"
    return "QUANTITY_NEGATIVE" if quantity < 0 and not corrects else ""


def is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def hand_lines(county: Path) -> list[list[str]]:
    text = (county / "records" / "手工补录.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def by_hand(county: Path, table: Row) -> list[tuple[str, Row]]:
    """Every line of the file kept by hand, with the code of its verdict in the pay series."""
    heading, *lines = hand_lines(county)
    whole = [dict(zip(heading, line, strict=True)) for line in lines if len(line) == len(heading)]
    verdicts, judged = Verdicts(county, table), []
    copies: dict[str, list[Row]] = {}
    for row in whole:
        copies.setdefault(row["record_id"], []).append(row)
    known = copies.keys() | {row.get("record_id") for row in monthly(county)}
    first: set[str] = set()
    for row in whole:
        code = form_fault(row) or verdicts.late(row, row["service_date"])
        if row["corrects"] and row["corrects"] not in known:
            code = code or "CORRECTS_UNKNOWN"
        if any(other != row for other in copies[row["record_id"]]):
            code = code or "RECORD_ID_CONFLICT"
        elif row["record_id"] in first:
            code = code or "RECORD_ID_REPEATED"
        first.add(row["record_id"])
        judged.append((code, row))
    return judged + [("ROW_SHAPE", {})] * (len(lines) - len(whole))


# -- the county ---------------------------------------------------------------------------


def test_counts(county: Path) -> None:
    places = rows_of(county / "institutions.csv")
    assert Counter(row["kind"] for row in places) == {"lead_hospital": 1, "township_centre": 14}
    assert {row["group"] for row in places} == {"plain", "hill", "mountain"}
    assert {row["parent_id"] for row in places} == {"", places[0]["institution_id"]}
    rooms = [r for r in rows_of(county / "departments.csv") if r["kind"] == "village_room"]
    assert len({row["department_id"] for row in rooms}) == 130
    assert len({row["name"] for row in rooms}) == 130
    assert len({row["institution_id"] for row in rooms}) == 14
    people = {row["person_id"] for row in rows_of(county / "staff.csv")}
    assert 1_150 <= len(people) <= 1_250


def test_staff(county: Path) -> None:
    staff = rows_of(county / "staff.csv")
    departments = {
        row["department_id"]: row["institution_id"] for row in rows_of(county / "departments.csv")
    }
    assert all(departments[row["department_id"]] == row["institution_id"] for row in staff)
    names = {(row["name"], row["person_id"]) for row in staff}
    assert max(Counter(name for name, _ in names).values()) >= 2
    places = Counter(p for p, _ in {(row["person_id"], row["institution_id"]) for row in staff})
    assert sum(count == 2 for count in places.values()) == 20
    assert sum(row["active_from"] > "2025" for row in staff) > 60
    assert sum(row["active_to"] > "2025" for row in staff) > 50


def test_postings_overlap_only_as_allowed(county: Path) -> None:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows_of(county / "staff.csv"):
        assert row["active_to"] == "" or row["active_from"] < row["active_to"]
        groups.setdefault((row["person_id"], row["institution_id"]), []).append(row)
    for posts in groups.values():
        assert len({post["post_id"] for post in posts}) == len(posts)
        open_ones = [post for post in posts if not post["active_to"]]
        assert sum(post["main"] == "1" for post in open_ones) <= 1


def test_pools(county: Path) -> None:
    pools = rows_of(county / "pools.csv")
    assert len(pools) == 30
    assert {(row["pool"], row["series"]) for row in pools} == {
        ("incentive", "pay"),
        ("contract", "pay"),
    }
    total = sum(Decimal(row["amount"]) for row in pools)
    assert 37_000_000 < total < 39_000_000
    assert all(re.fullmatch(r"\d+\.\d\d", row["amount"]) for row in pools)


def test_number_of_records_is_exact(county: Path) -> None:
    backlog = rows_of(county / "records" / "村卫生室补报.csv", "gb18030")
    assert len(monthly(county)) + len(hand_lines(county)) - 1 + len(backlog) == RECORDS


def test_monthly_records_are_clean(county: Path, table: Row) -> None:
    verdicts = Verdicts(county, table)
    rows = monthly(county)
    assert not [row for row in rows if verdicts.late(row, row["service_date"].isoformat())]
    assert min(row["quantity"] for row in rows) > 0
    assert {row["resident_group"] for row in rows} >= {None, "elderly;hypertension", "child"}
    ids = [row["record_id"] for row in rows if "record_id" in row]
    assert len(set(ids)) == len(ids) == sum(row["service_date"].month == 12 for row in rows)


def test_backlog_is_clean(county: Path, table: Row) -> None:
    verdicts = Verdicts(county, table)
    names = {
        "机构编号": "institution_id",
        "人员编号": "person_id",
        "项目编码": "item_code",
        "服务日期": "service_date",
        "岗位编号": "post_id",
    }
    lines = rows_of(county / "records" / "村卫生室补报.csv", "gb18030")
    rows = [{names.get(name, name): value for name, value in line.items()} for line in lines]
    assert rows
    assert not [row for row in rows if verdicts.late(row, row["service_date"])]


def test_weekends_and_holidays_are_low(county: Path) -> None:
    days = Counter(row["service_date"] for row in monthly(county))
    weekday = sum(count for day, count in days.items() if day.weekday() < 5) / 5
    weekend = sum(count for day, count in days.items() if day.weekday() >= 5) / 2
    assert weekend < weekday / 2
    festival = sum(days[date(2025, 1, day)] for day in (28, 29, 30, 31)) / 4
    assert festival < RECORDS / 365 / 2


def test_seasons_and_campaigns(county: Path) -> None:
    months: dict[str, Counter[int]] = {}
    for row in monthly(county):
        months.setdefault(row["item_code"], Counter())[row["service_date"].month] += 1
    assert set(months["GW0302"]) <= {9, 10, 11}
    assert set(months["GW1103"]) <= {7, 8, 9}
    assert sum(months["GW0601"][m] for m in (3, 4, 5)) > sum(months["GW0601"][m] for m in (7, 8, 9))
    assert months["MZ01"][1] > months["MZ01"][7]


def test_every_dirty_kind_is_there(county: Path, table: Row) -> None:
    found = Counter(code for code, _ in by_hand(county, table))
    assert {code for code in RECORD_CODES if found[code] < 3} == set()
    assert set(found) == {*RECORD_CODES, ""}
    assert found[""] > RECORDS // 20


def test_corrections_and_items_not_purchased(county: Path, table: Row) -> None:
    clean = [row for code, row in by_hand(county, table) if not code]
    corrections = [row for row in clean if row["corrects"]]
    assert all(row["quantity"].startswith("-") for row in corrections)
    assert {row["corrects"][:2] for row in corrections} == {"BL", "FW"}
    bought = {row["item_code"] for row in weight_rows(table) if row["series"] == "purchase"}
    assert any(row["item_code"] not in bought for row in clean)


def test_same_bytes_when_written_twice(county: Path, tmp_path: Path) -> None:
    write_county(tmp_path / "again", records=RECORDS)
    assert hashes(county) == hashes(tmp_path / "again")
    write_county(tmp_path / "other", records=RECORDS, seed=7)
    other = hashes(tmp_path / "other")
    changed = {name for name, digest in hashes(county).items() if other[name] != digest}
    assert changed == set(other) - {"case.yaml", "institutions.csv", "departments.csv"}


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_contents_are_pinned(county: Path) -> None:
    """The same on every Python, NumPy and platform; Parquet's own bytes name its writer."""
    texts = [digest for name, digest in hashes(county).items() if not name.endswith(".parquet")]
    assert hashlib.sha256("".join(texts).encode()).hexdigest()[:16] == "ef58ec53d95f138c"
    records = "\n".join(",".join(f"{value}" for value in row.values()) for row in monthly(county))
    assert hashlib.sha256(records.encode()).hexdigest()[:16] == "f57f390f422e6d15"


def test_progress_and_too_few_records(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_county(tmp_path, records=RECORDS, progress=lambda *step: told.append(step))
    assert told[-1] == ("records", RECORDS, RECORDS)
    assert [done for stage, done, _ in told if stage == "records"] == sorted(
        done for stage, done, _ in told if stage == "records"
    )
    with pytest.raises(ValueError, match="at least"):
        write_county(tmp_path, records=100)


# -- the illustrative weight table --------------------------------------------------------


def test_weight_table_is_illustrative(table: Row) -> None:
    assert table["table"] == TABLE.stem
    assert "示例" in table["title"]
    assert "not official" in table["reference"]
    assert all("示例" in row["reference"] for row in weight_rows(table))


def test_weight_table_items_are_those_of_the_county(table: Row) -> None:
    rows = weight_rows(table)
    codes = {row["item_code"] for row in rows}
    assert len(codes) >= 55
    assert codes == {item.code for item in ITEMS}
    assert all(len({r["item_name"] for r in rows if r["item_code"] == c}) == 1 for c in codes)
    assert all(len({r["channel"] for r in rows if r["item_code"] == c}) == 1 for c in codes)
    for item in ITEMS:
        dates = [row for row in rows if row["item_code"] == item.code]
        assert {min(row["valid_from"] for row in dates)} == {item.since}
        assert max(row.get("valid_to", "2026-01-01") for row in dates) == item.until


def test_weight_table_rows(table: Row) -> None:
    rows = weight_rows(table)
    assert all(re.fullmatch(r"(0|[1-9]\d*)(\.\d{1,4})?", row["weight"]) for row in rows)
    assert any(row["weight"] == "0" for row in rows)
    assert {row["series"] for row in rows} == {"pay", "purchase"}
    conditions = ("institution_group", "resident_group", "title_tier", "setting")
    versions: dict[tuple[str, ...], list[Row]] = {}
    used: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        filled = [name for name in conditions if name in row]
        assert len(filled) <= 1
        used.setdefault((row["series"], row["item_code"]), {""}).update(filled)
        key = (row["series"], row["item_code"], *(row.get(name, "") for name in conditions))
        versions.setdefault(key, []).append(row)
    assert all(len(names) <= 2 for names in used.values())  # a default and one condition
    for same in versions.values():
        ends = [row.get("valid_to") for row in same[:-1]]
        assert ends == [row["valid_from"] for row in same[1:]]
    changed = {key[1] for key, same in versions.items() if len(same) == 2}
    assert len(changed) >= 2


# -- the draws ----------------------------------------------------------------------------


def test_draws_are_pinned() -> None:
    assert Draw(20250101, 1).below(1000, 6).tolist() == [425, 829, 948, 532, 845, 869]
    assert sorted(Draw(1, 2).shuffled(50).tolist()) == list(range(50))


def test_urn_never_takes_what_has_no_chance() -> None:
    urn = Urn([[0, 3, 0], [0, 0, 2]])
    draw = Draw(1, 1)
    groups = draw.below(2, 1000)
    assert set(zip(groups.tolist(), urn.take(draw, groups).tolist(), strict=True)) == {
        (0, 1),
        (1, 5),
    }
    with pytest.raises(ValueError, match="chance"):
        Urn([[0, 0]])


def test_split_adds_up() -> None:
    assert split(10, [1, 1, 1]) == [3, 3, 4]
    assert sum(split(999_999, list(range(365)))) == 999_999


@pytest.mark.parametrize(
    ("quantity_e3", "text"),
    [(1000, "1"), (500, "0.5"), (-500, "-0.5"), (12_345, "12.345"), (-2000, "-2"), (20, "0.02")],
)
def test_quantity_text(quantity_e3: int, text: str) -> None:
    assert quantity_text(quantity_e3) == text
