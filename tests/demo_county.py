"""The made-up county read back in plain Python, with verdicts worked out from its files alone.

Nothing here looks at the engine: a dirty row that was clean after all, or a clean one that was
not, is noticed.
"""

import calendar
import csv
import hashlib
import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

__all__ = ["TABLE", "Row", "Verdicts", "by_hand", "hand_lines", "hashes", "monthly", "pins",
           "rows_of", "weight_rows", "weight_table"]  # fmt: skip

Row = dict[str, Any]
TABLE = Path(__file__).parents[1] / "weights" / "demo-county-2025.yaml"
FIRST = "2025-01-01"
CONDITIONS = ("institution_group", "resident_group", "setting", "title_tier", "visit_number")


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[Row]:
    """The rows of a CSV file."""
    with path.open(encoding=encoding, newline="") as lines:
        return list(csv.DictReader(lines))


def monthly(county: Path) -> list[Row]:
    """The records of the twelve months, every value as text."""
    files = sorted((county / "records").glob("2025-*.parquet"))
    rows = (row for file in files for row in pq.read_table(file).to_pylist())
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def weight_table() -> Row:
    """The illustrative weight table, every scalar as text."""
    loaded: Row = yaml.load(TABLE.read_text(encoding="utf-8"), yaml.BaseLoader)
    return loaded


def weight_rows(series: str = "") -> list[Row]:
    """Its rows with the defaults, of one series or of all."""
    table = weight_table()
    rows = [table["defaults"] | row for row in table["rows"]]
    return [row for row in rows if series in ("", row["series"])]


def hashes(folder: Path) -> dict[str, str]:
    """The hash of each file below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def pins(county: Path) -> tuple[str, str]:
    """Short hashes of the text files and of the monthly records.

    Parquet's own bytes name the program that wrote them, so its rows are taken as text.
    """
    texts = [digest for name, digest in hashes(county).items() if not name.endswith(".parquet")]
    rows = "\n".join(",".join(row.values()) for row in monthly(county))
    both = ("".join(texts), rows)
    first, second = (hashlib.sha256(text.encode()).hexdigest()[:16] for text in both)
    return first, second


class Verdicts:
    """First fault of a record in one series, straight from the definitions; blank for none."""

    def __init__(self, county: Path, series: str = "pay") -> None:
        self.places = {r["institution_id"]: r for r in rows_of(county / "institutions.csv")}
        self.staff: dict[str, list[Row]] = {}
        for row in rows_of(county / "staff.csv"):
            self.staff.setdefault(row["person_id"], []).append(row)
        self.teams: dict[str, list[Row]] = {}
        for row in rows_of(county / "teams.csv"):
            self.teams.setdefault(row["team_id"], []).append(row)
        self.weights: dict[str, list[Row]] = {}
        for row in weight_rows(series):
            self.weights.setdefault(row["item_code"], []).append(row)

    def of(self, row: Row) -> str:
        """The code of a well-formed record whose ids are not repeated."""
        return self._identity(row) or self._policy(row, row["service_date"])

    def _identity(self, row: Row) -> str:
        performers = people_of(row)
        if row["institution_id"] not in self.places:
            return "INSTITUTION_UNKNOWN"
        if any(person not in self.staff for person in [*performers, row["person_id"]] if person):
            return "PERSON_UNKNOWN"
        if performers and row["person_id"] and row["person_id"] not in performers:
            return "PERFORMERS_DIFFER"
        by_team = not row["person_id"] and not performers
        return "TEAM_UNKNOWN" if by_team and row["team_id"] not in self.teams else ""

    def _policy(self, row: Row, day: str) -> str:
        end = row.get("service_end_date") or day
        stays = day < FIRST < end
        if not day.startswith("2025-") and not (stays and self._basis(row, day) == "days"):
            return "OUTSIDE_PERIOD"
        if not row["person_id"] and not people_of(row):
            members = [
                m["person_id"] for m in self.teams[row["team_id"]]
                if (m["valid_from"] or "0") <= day < (m["valid_to"] or "9")
            ]  # fmt: skip
            if not any(self._posted(member, "", row, day) for member in members):
                return "TEAM_EMPTY"
        for person in {row["person_id"], *people_of(row)} - {""}:
            post = row.get("post_id", "") if person == row["person_id"] else ""
            if not self._posted(person, post, row, day):
                return "NO_POST"
        return self._weight(row, max(day, FIRST)) or self._lacks(row, day)

    def _posted(self, person: str, post_id: str, row: Row, day: str) -> bool:
        """On every day of a stay that lies in the year, else on the day."""
        end = row.get("service_end_date", "")
        last = min(end, "2026-01-01") if end > day and self._basis(row, day) == "days" else ""
        return any(
            post["institution_id"] == row["institution_id"]
            and post["active_from"] <= max(day, FIRST) < (post["active_to"] or "9999")
            and last <= (post["active_to"] or "9999")
            and post_id in ("", post["post_id"])
            for post in self.staff[person]
        )

    def _weight(self, row: Row, day: str) -> str:
        rows = self.weights.get(row["item_code"])
        if rows is None:
            return "ITEM_UNKNOWN"
        there = [r for r in rows if r["valid_from"] <= day < r.get("valid_to", "9999")]
        if not there:
            stopped = any(r.get("stopped") == "1" and r["valid_to"] <= day for r in rows)
            return "ITEM_STOPPED" if stopped else "NO_WEIGHT_ON_DATE"
        facts = {
            "institution_group": {self.places[row["institution_id"]]["group"]},
            "resident_group": set(row.get("resident_group", "").split(";")),
            "setting": {row["setting"]},
            # Items with these conditions have a row without any.
            "title_tier": set[str](),
            "visit_number": set[str](),
        }
        fits = any(all(r[n] in facts[n] for n in CONDITIONS if n in r) for r in there)
        return "" if fits else "NO_WEIGHT_FOR_CONDITIONS"

    def _basis(self, row: Row, day: str) -> str:
        rows = self.weights.get(row["item_code"], [])
        return next((r["counting_basis"] for r in rows if r["valid_from"] <= max(day, FIRST)), "")

    def _lacks(self, row: Row, day: str) -> str:
        """What the counting basis asks for, and what an end date may not be."""
        basis, end = self._basis(row, "2025-12-31"), row.get("service_end_date", "")
        if end and basis != "days":
            return "END_DATE_UNUSED"
        if basis == "days" and not end:
            if Decimal(row["quantity"]) % 1:
                return "DAYS_NOT_WHOLE"
            if Decimal(row["quantity"]) > days_left(day):
                return "DAYS_RANGE"
        if basis == "household" and not row.get("household_id"):
            return "HOUSEHOLD_MISSING"
        return "RESIDENT_MISSING" if basis != "record" and not row["resident_id"] else ""


def people_of(row: Row) -> list[str]:
    """The persons that `performers` names."""
    text = row.get("performers", "")
    return [part.partition(":")[0] for part in text.split(";")] if text else []


def days_left(day: str) -> int:
    """How many days the month has from this day on."""
    at = date.fromisoformat(day)
    return calendar.monthrange(at.year, at.month)[1] - at.day + 1


def form_fault(row: Row) -> str:
    """The first fault of form of a row by hand."""
    if any("\n" in value for value in row.values()):
        return "LINE_BREAK"
    required = ["institution_id", "item_code", "service_date", "quantity"]
    if not row["performers"] and not row["team_id"]:
        required.append("person_id")
    if not all(row[name] for name in required):
        return "VALUE_MISSING"
    if not is_date(row["service_date"]):
        return "DATE_INVALID"
    return quantity_fault(row["quantity"], row["corrects"]) or _later_fault(row)


def _later_fault(row: Row) -> str:
    if row["service_end_date"] and row["service_end_date"] < row["service_date"]:
        return "END_BEFORE_START"
    if row["visit_number"] and not re.fullmatch(r"[1-9]\d*", row["visit_number"]):
        return "VISIT_NUMBER_INVALID"
    return "" if performers_are_right(row["performers"]) else "SHARES_INVALID"


def performers_are_right(text: str) -> bool:
    """Blank, or persons parted by semicolons, all with whole shares above 0 or none with any."""
    one = r"P\d+" if ":" not in text else r"P\d+:[1-9]\d*"
    return not text or re.fullmatch(rf"{one}(;{one})*", text) is not None


def quantity_fault(text: str, corrects: str) -> str:
    """The first fault of a quantity."""
    if not re.fullmatch(r"-?(0|[1-9]\d*)(\.\d{1,3})?", text):
        return "QUANTITY_INVALID"
    quantity = Decimal(text)
    if quantity == 0 or abs(quantity) >= 1_000_000:
        return "QUANTITY_RANGE"
    return "QUANTITY_NEGATIVE" if quantity < 0 and not corrects else ""


def is_date(text: str) -> bool:
    """Whether a text is a day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def hand_lines(county: Path) -> list[list[str]]:
    """The lines of the file kept by hand, its headings first."""
    text = (county / "records" / "手工补录.csv").read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def by_hand(county: Path, series: str = "pay") -> list[tuple[str, Row]]:
    """Every line of the file kept by hand, with the code of its verdict in a series."""
    heading, *lines = hand_lines(county)
    whole = [dict(zip(heading, line, strict=True)) for line in lines if len(line) == len(heading)]
    judged = list(_judged(whole, monthly(county), Verdicts(county, series)))
    return judged + [("ROW_SHAPE", {})] * (len(lines) - len(whole))


def _judged(whole: list[Row], others: list[Row], verdicts: Verdicts) -> Iterator[tuple[str, Row]]:
    copies: dict[str, list[Row]] = {}
    for row in whole:
        copies.setdefault(row["record_id"], []).append(row)
    known = copies.keys() | {row.get("record_id") for row in others}
    first: set[str] = set()
    for row in whole:
        code = form_fault(row)
        if row["corrects"] and row["corrects"] not in known:
            code = code or "CORRECTS_UNKNOWN"
        if any(other != row for other in copies[row["record_id"]]):
            code = code or "RECORD_ID_CONFLICT"
        elif row["record_id"] in first:
            code = code or "RECORD_ID_REPEATED"
        first.add(row["record_id"])
        yield code or verdicts.of(row), row


if __name__ == "__main__":
    from tempfile import TemporaryDirectory

    from equivalents.demo import write_county

    with TemporaryDirectory() as folder:
        write_county(Path(folder), records=5_000)
        print(pins(Path(folder)))
