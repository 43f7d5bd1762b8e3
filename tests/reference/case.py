"""A case folder as plain rows: page 3, the csv tables with English headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.declared import Declared, read_declared
from tests.reference.fundtables import FundTables, read_fund_tables
from tests.reference.paytables import NO_PAY, PayTables, read_pay_tables
from tests.reference.scheme import Scheme, read_layers
from tests.reference.tables import (
    Account,
    Coefficient,
    Contract,
    EarnedBefore,
    Leave,
    Member,
    OpeningKey,
    PaidBefore,
    PastKey,
    Used,
    account,
    coefficient,
    contract,
    earned_before,
    leave,
    member,
    opening_key,
    paid_before,
    past_key,
    rows_of,
    used,
)
from tests.reference.text import (
    AMOUNT,
    FIRST_DAY,
    NO_END,
    canonical_date,
    csv_rows,
    csv_table,
    date_or,
    must,
    period,
    read_yaml,
    without_time,
)
from tests.reference.weights import WeightRow, read_weights

DATE_COLUMNS = ("service_date", "service_end_date")
RECORD_COLUMNS = (
    "institution_id",
    "person_id",
    "item_code",
    "service_date",
    "quantity",
    "record_id",
    "corrects",
    "service_end_date",
    "resident_id",
    "household_id",
    "resident_group",
    "setting",
    "visit_number",
    "team_id",
    "performers",
    "post_id",
    "source",
)
"""The columns of `records` in the order of page 3; faults of form are looked for in it."""


@dataclass(frozen=True)
class Posting:
    """One row of `staff`: a person at an institution for some days (A6, 5.20)."""

    person: str
    institution: str
    post: str
    title_tier: str
    main: bool
    active_from: date
    active_to: date
    department: str = ""
    post_name: str = ""
    in_cap: bool = True
    """False where the posting is out of the total pay cap (B9)."""
    employment_type: str = ""
    kind: str = ""
    qualifications: tuple[str, ...] = ()

    def active_on(self, day: date) -> bool:
        """Say whether the person holds the post on that day; `active_to` is exclusive."""
        return self.active_from <= day < self.active_to


@dataclass(frozen=True, eq=False)
class Record:
    """One row of `records` as text; columns that the file has not are blank.

    Rows with the same content are still two records.
    """

    file: str
    row: int
    well_shaped: bool
    """False where the number of fields is not that of the header: then it has no columns."""
    fields: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        """Return the text of a column."""
        return self.fields[column]


@dataclass(frozen=True)
class Pool:
    """One row of `pools`: given money of one institution; a blank series is the default."""

    institution: str
    pool: str
    amount_fen: int
    series: str


@dataclass(frozen=True)
class Case:
    """Everything that one settlement needs."""

    first_day: date
    after: date
    exclude_outside: bool
    missing: Mapping[str, str]
    """What `case.yaml` declares per series for items that it does not weigh."""
    institutions: Mapping[str, str]
    """Institution to its group."""
    parents: Mapping[str, str]
    """Institution to the institution above it, or a blank."""
    postings: tuple[Posting, ...]
    weights: tuple[WeightRow, ...]
    records: tuple[Record, ...]
    pools: tuple[Pool, ...]
    members: tuple[Member, ...]
    coefficients: tuple[Coefficient, ...]
    used: tuple[Used, ...]
    opening: tuple[OpeningKey, ...]
    accounts: tuple[Account, ...]
    declared: Declared
    leave: tuple[Leave, ...]
    past: tuple[PastKey, ...]
    paid: tuple[PaidBefore, ...]
    earned: tuple[EarnedBefore, ...]
    leave_rules: Mapping[str, Any]
    """The key `leave` of `case.yaml`, as it stands there."""
    yearly_limits: Sequence[Mapping[str, Any]]
    """The key `yearly_limits` of `case.yaml`, as it stands there."""
    contracts: tuple[Contract, ...]
    scheme: Scheme
    tables: FundTables
    period: str = ""
    leader_rules: Sequence[Mapping[str, Any]] = ()
    """The key `leaders` of `case.yaml`: the rules that it has."""
    all_postings: tuple[Posting, ...] = ()
    """Those of heads too, where `postings` are only those that share in pools."""
    led: frozenset[tuple[str, str, str]] = frozenset()
    """Institution, person and post code of heads, once they are taken out of `postings`."""
    pay: PayTables = NO_PAY
    checks: Mapping[str, Any] = field(default_factory=dict)
    """The key `checks` of `case.yaml`, as it stands there."""

    @property
    def series(self) -> tuple[str, ...]:
        """Return the weight series of the case (A9): those of its weight rows."""
        return tuple(sorted({row.series for row in self.weights}))


def read_case(folder: Path, shipped: Path | None = None) -> Case:
    """Read a case folder; `shipped` is where the shipped weight tables lie."""
    inline = read_yaml(folder / "case.yaml")
    declared, scheme = read_layers(folder, inline, shipped)
    first_day, after = period(declared["period"])
    series = declared.get("series") or {}
    places = csv_table(folder / "institutions.csv")
    opening, past, paid, earned = (
        [row for row in rows_of(folder, "opening") if row["kind"] == kind]
        for kind in ("key", "past", "paid", "earned")
    )
    postings = tuple(_posting(row) for row in csv_table(folder / "staff.csv"))
    return Case(
        first_day=first_day,
        after=after,
        exclude_outside=declared.get("outside_period", "reject") == "exclude",
        missing={name: rules["missing"] for name, rules in series.items() if "missing" in rules},
        institutions={row["institution_id"]: row.get("group", "") for row in places},
        parents={row["institution_id"]: row.get("parent_id", "") for row in places},
        postings=postings,
        weights=_all_weights(folder, declared.get("weight_tables") or [], shipped),
        records=_all_records(folder, without_times=declared.get("times") == "truncate"),
        pools=tuple(_pool(row) for row in rows_of(folder, "pools")),
        members=tuple(map(member, rows_of(folder, "teams"))),
        coefficients=tuple(map(coefficient, rows_of(folder, "coefficients"))),
        used=tuple(map(used, rows_of(folder, "counted"))),
        opening=tuple(map(opening_key, opening)),
        accounts=tuple(map(account, rows_of(folder, "accounts"))),
        declared=read_declared(declared),
        leave=tuple(map(leave, rows_of(folder, "leave"))),
        past=tuple(map(past_key, past)),
        paid=tuple(map(paid_before, paid)),
        earned=tuple(map(earned_before, earned)),
        leave_rules=declared.get("leave") or {},
        yearly_limits=declared.get("yearly_limits") or [],
        contracts=tuple(map(contract, rows_of(folder, "contracts"))),
        scheme=scheme,
        tables=read_fund_tables(folder),
        period=declared["period"],
        leader_rules=_rules(declared.get("leaders")),
        all_postings=postings,
        pay=read_pay_tables(folder),
        checks=declared.get("checks") or {},
    )


def _rules(declared: Any) -> Sequence[Mapping[str, Any]]:
    """Return a list of rules, also where only one is declared."""
    return declared if isinstance(declared, list) else [declared] if declared else []


def _posting(row: Mapping[str, str]) -> Posting:
    return Posting(
        person=row["person_id"],
        institution=row["institution_id"],
        post=row.get("post_id", ""),
        title_tier=row.get("title_tier", ""),
        main=row.get("main", "") == "1",
        active_from=date_or(row.get("active_from", ""), FIRST_DAY),
        active_to=date_or(row.get("active_to", ""), NO_END),
        department=row.get("department_id", ""),
        post_name=row.get("post", ""),
        in_cap=row.get("in_cap", "") != "0",
        employment_type=row.get("employment_type", ""),
        kind=row.get("kind", ""),
        qualifications=tuple(filter(None, row.get("qualifications", "").split(";"))),
    )


def _pool(row: Mapping[str, str]) -> Pool:
    fen: Fraction = must(row["amount"], AMOUNT) * 100
    return Pool(row["institution_id"], row["pool"], int(fen), row.get("series", ""))


def _all_weights(folder: Path, named: list[str], shipped: Path | None) -> tuple[WeightRow, ...]:
    """Read `weights.csv` and every table that `case.yaml` names, inside the case or shipped."""
    paths = [folder / "weights.csv"] if (folder / "weights.csv").exists() else []
    for name in named:
        if name.endswith((".yaml", ".csv")):
            paths.append(folder / name)
        elif shipped is not None:
            both = (shipped / f"{name}.yaml", shipped / f"{name}.csv")
            paths.append(next(path for path in both if path.exists()))
        else:
            raise ValueError(f"no folder of shipped tables to find {name!r} in")
    return tuple(row for path in paths for row in read_weights(path))


def _record_files(folder: Path) -> list[Path]:
    """Return `records.csv` and the files of `records/`, by name in code point order."""
    return sorted(folder.glob("records.csv")) + sorted((folder / "records").glob("*.csv"))


def _all_records(folder: Path, *, without_times: bool) -> tuple[Record, ...]:
    """Read all files of records; dates are `2025-03-31` whatever their form.

    They are without a time of day where that is declared (5.21).
    """
    records = (record for path in _record_files(folder) for record in _records(path))

    def day(text: str) -> str:
        return canonical_date(without_time(text) if without_times else text)

    return tuple(
        replace(
            record,
            fields={
                column: day(text) if column in DATE_COLUMNS else text
                for column, text in record.fields.items()
            },
        )
        for record in records
    )


def _records(path: Path) -> list[Record]:
    """Read one file of records; its name is that inside the case folder."""
    name = path.name if path.name == "records.csv" else f"records/{path.name}"
    header, rows = csv_rows(path)
    records: list[Record] = []
    for number, fields in rows:
        well_shaped = len(fields) == len(header)
        given = dict(zip(header, fields, strict=True)) if well_shaped else {}
        columns = {column: _filled(column, given.get(column, "")) for column in RECORD_COLUMNS}
        records.append(Record(name, number, well_shaped, columns))
    return records


DASHES = {"-", "--", "---", "—", "——", "–", "－", "－－", "/", "／", "―"}
"""What people write where there is nothing (docs/files.md, files as they are)."""


def _filled(column: str, text: str) -> str:
    """A blank for a dash, in numbers and where a blank may be."""
    may_be_blank = column not in ("institution_id", "person_id", "item_code", "service_date")
    return "" if may_be_blank and text in DASHES else text
