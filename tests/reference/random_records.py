"""Random records: good ones, corrections, copies, and every kind of fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from tests.reference.case import RECORD_COLUMNS
from tests.reference.random_door import DAYS, RESIDENTS, SOURCES
from tests.reference.random_weights import RESIDENT_GROUPS, SETTINGS, Fields, random_day

FILES = ("a", "b", "Z", "10", "2", "三月")
QUANTITIES = ("1", "1", "1", "1", "2", "3", "0.5", "1.25", "0.125", "3.000", "12", "0.001")
OPTIONAL = RECORD_COLUMNS[5:]


@dataclass
class Plan:
    """What the records are made of."""

    rng: Random
    span: tuple[date, date]
    postings: list[Fields]
    items: list[str]
    dirty: bool
    outside: bool
    """Whether dates outside the period are wanted."""
    features: frozenset[str] = frozenset()
    in_days: list[str] = field(default_factory=list)
    """The items that are counted in days."""
    made: list[Fields] = field(default_factory=list)
    named: list[Fields] = field(default_factory=list)
    """Those of the made records that have an id."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return the faults that dirty records have."""
        more = (faults for name, faults in FEATURE_FAULTS.items() if name in self.features)
        return FAULTS + tuple(fault for faults in more for fault in faults)


@dataclass
class RecordFile:
    """One file of records: its header and rows, each the fields as they are written."""

    name: str
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)


def record_files(plan: Plan, records: int) -> list[RecordFile]:
    """Make the records and deal them out to one or several files with columns of their own."""
    rng = plan.rng
    stems = rng.sample(FILES, rng.choice((1, 1, 2, 4)))
    names = [f"records/{stem}.csv" for stem in stems]
    if len(names) == 1 and rng.random() < 0.6:
        names = ["records.csv"]
    files = [RecordFile(name, _header(plan)) for name in names]
    while len(plan.made) < records:
        record = _good_record(plan)
        if plan.dirty and rng.random() < 0.25:
            for _ in range(rng.choice((1, 1, 1, 2))):
                rng.choice(plan.faults)(plan, record)
        if not record["person_id"] and "shares" not in plan.features:
            record["team_id"] = ""  # or the team would share it
        if plan.made and rng.random() < 0.03:
            # A genuine equal row without id is kept (A10, 5.8).
            record = rng.choice(plan.made) | {"record_id": ""}
        plan.made.append(record)
        if record.get("record_id"):
            plan.named.append(record)
        file = rng.choice(files)
        fields = [record.get(column, "") for column in file.header]
        if plan.dirty and rng.random() < 0.02:
            fields = rng.choice((fields[:-1], [*fields, ""], [*fields, "x"], fields[:2]))
        file.rows.append(fields)
    return [file for file in files if file.rows]


def _header(plan: Plan) -> list[str]:
    rng = plan.rng
    optional = [column for column in OPTIONAL if rng.random() < 0.8]
    if "door" in plan.features and "source" not in optional:
        optional.append("source")
    header = [*RECORD_COLUMNS[:5], *optional]
    if rng.random() < 0.5:
        rng.shuffle(header)
    return header


def _good_record(plan: Plan) -> Fields:
    """Make a record that is well formed, of a posting and an item; its weight may be missing."""
    rng = plan.rng
    posting = rng.choice(plan.postings)
    day = random_day(rng, *plan.span)
    tries = 0
    while not _active(posting, day) and tries < 9:
        posting, tries = rng.choice(plan.postings), tries + 1
    groups = rng.sample(RESIDENT_GROUPS, rng.choice((0, 1, 1, 2, 3)))
    number = len(plan.made) + 1
    record = {
        "institution_id": posting["institution_id"],
        "person_id": posting["person_id"],
        "item_code": rng.choice(plan.items),
        "service_date": day.isoformat(),
        "quantity": rng.choice(QUANTITIES),
        "record_id": f"R{number}" if rng.random() < 0.7 else "",
        "resident_id": f"身份{rng.randrange(50)}" if rng.random() < 0.5 else "",
        "household_id": f"H{rng.randrange(20)}" if rng.random() < 0.2 else "",
        "resident_group": ";".join(groups),
        "setting": rng.choice(("", *SETTINGS)),
        "visit_number": rng.choice(("", "1", "1", "1", "2", "2", "3")),
        "team_id": rng.choice(("", "T1")),
        "post_id": posting.get("post_id", "") if rng.random() < 0.3 else "",
        "source": rng.choice(("", "HIS", 'a_"quoted",text')),
    }
    if rng.random() < 0.02:
        record["quantity"] = rng.choice(("103483", "999999.999", "250000.5"))
    if plan.features:
        add_features(plan, record)
    if rng.random() < 0.1:
        _make_correction(plan, record)
    if plan.outside and rng.random() < 0.02:
        _outside(plan, record)
    return record


def add_features(plan: Plan, record: Fields) -> None:
    """Let a record meet others: few residents and days, shared work, stays, history."""
    rng, features = plan.rng, plan.features
    if features & {"bases", "days", "concurrent"}:
        record["resident_id"] = f"身份{rng.randrange(12)}" if rng.random() < 0.95 else ""
        record["household_id"] = f"H{rng.randrange(8)}" if rng.random() < 0.95 else ""
        if rng.random() < 0.6:
            few = plan.span[0] + timedelta(days=rng.randrange(6))
            record["service_date"] = few.isoformat()
    if "door" in features:
        record["resident_id"] = f"身份{rng.randrange(RESIDENTS)}" if rng.random() < 0.8 else ""
        record["source"] = rng.choice(SOURCES)
        if rng.random() < 0.7:
            few = plan.span[0] + timedelta(days=rng.randrange(DAYS))
            record["service_date"] = few.isoformat()
    if "bases" in features:
        record["quantity"] = rng.choice(("1", "1", "1", "1.0", "2"))
        if rng.random() < 0.1:
            history = plan.span[0] - timedelta(days=rng.choice((1, 2, 20, 40)))
            record["service_date"] = history.isoformat()
    if record["item_code"] in plan.in_days:
        _make_days(plan, record)
    if "shares" in features:
        _share_out(plan, record)


def _make_days(plan: Plan, record: Fields) -> None:
    """Make the record a stay, or days without an end; some stays reach over an end."""
    rng = plan.rng
    record["quantity"] = rng.choice(("1", "2", "3.0"))
    if rng.random() < 0.8:
        length = rng.choice((0, 1, 2, 3, 5, 9, 40))
        first = date.fromisoformat(record["service_date"])
        if rng.random() < 0.15:
            first = plan.span[rng.randrange(2)] - timedelta(days=rng.randint(1, 4))
        record["service_date"] = first.isoformat()
        record["service_end_date"] = (first + timedelta(days=length)).isoformat()
        record["quantity"] = str(length or 1)


def _share_out(plan: Plan, record: Fields) -> None:
    """Let several people, or a team, share the record."""
    rng, place = plan.rng, record["institution_id"]
    there = sorted({row["person_id"] for row in plan.postings if row["institution_id"] == place})
    others = rng.sample(there, min(len(there), rng.randint(1, 3)))
    people = sorted({record["person_id"], *others})
    rng.shuffle(people)
    match rng.choice(("alone", "alone", "equal", "shares", "shares", "team")):
        case "equal":
            record["performers"] = ";".join(people)
        case "shares":
            factor = rng.choice((1, 1, 2, 10))
            shares = (f"{person}:{factor * rng.randint(1, 4)}" for person in people)
            record["performers"] = ";".join(shares)
        case "team":
            record |= {"person_id": "", "team_id": rng.choice(("T1", "T2")), "post_id": ""}
            return
        case _:
            return
    if rng.random() < 0.5:
        record |= {"person_id": "", "post_id": ""}


def _active(posting: Fields, day: date) -> bool:
    starts, ends = posting.get("active_from") or "0000", posting.get("active_to") or "9999"
    return starts <= day.isoformat() < ends


def _make_correction(plan: Plan, record: Fields) -> None:
    """Let the record correct an earlier one: take it back, or far more than it was."""
    if not plan.named:
        return
    earlier = plan.rng.choice(plan.named)
    own_id = record["record_id"]
    record |= {name: text for name, text in earlier.items() if name != "record_id"}
    record |= {"record_id": own_id, "corrects": earlier["record_id"]}
    back = earlier["quantity"].removeprefix("-")
    record["quantity"] = "-" + plan.rng.choice((back, back, back, "5000", "0.125"))
    if "door" in plan.features and plan.rng.random() < 0.6:
        # Back in part, and more than it was: such a record stands with what is left of it.
        record["quantity"] = plan.rng.choice(("-0.125", "-0.5", "-1", "2"))


Fault = Callable[[Plan, Fields], None]


def _set(column: str, *texts: str) -> Fault:
    """Return the fault of writing one of these texts into a column."""

    def fault(plan: Plan, record: Fields) -> None:
        record[column] = plan.rng.choice(texts)

    return fault


def _outside(plan: Plan, record: Fields) -> None:
    day = plan.rng.choice((plan.span[0] - timedelta(days=1), plan.span[1], date(2018, 5, 6)))
    record["service_date"] = day.isoformat()


def _repeat(plan: Plan, record: Fields) -> None:
    """Make it the copy of an earlier record with an id: a duplicate, unless it is changed."""
    if plan.named:
        record.clear()
        record |= plan.rng.choice(plan.named)


def _conflict(plan: Plan, record: Fields) -> None:
    _repeat(plan, record)
    record |= {"quantity": "77.7"} if plan.rng.random() < 0.5 else {"setting": "elsewhere"}


FAULTS: tuple[Fault, ...] = (
    _repeat,
    _repeat,
    _conflict,
    _outside,
    _set("institution_id", "", "NOWHERE", "I2x", "I02"),
    _set("person_id", "", "NOBODY", "P1x", "7"),
    _set("item_code", "", "NO_SUCH_ITEM", "clinic"),
    _set("service_date", "", "2025-02-30", "2023-02-29", "2025-6-1", "2025/06/01", "20250601"),
    _set("service_date", "2025-06-01 00:00", "二五-06-01", "2025-13-01", "0000-01-01"),
    _set("quantity", "", "1e3", "1.2345", "+1", "01", ".5", "1.", "1,00", "NaN", "壹", "1 2"),
    _set("quantity", "0", "0.000", "-0", "1000000", "1000000.000", "99999999999999999999"),
    _set("quantity", "-1", "-0.5", "-1000000", "-+1"),
    _set("corrects", "NO_SUCH_ID", "r1"),
    _set("visit_number", "0", "-1", "1.5", "x", "壹"),
    _set("post_id", "N99"),
)
FEATURE_FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "shares": (
        _set("performers", "P1:0", "P1;P1", "P1:1.5", ";", "P1:2;P2", "P1:1;NOBODY:1"),
        _set("performers", "P1:1;P2:1"),
        _set("team_id", "NO_SUCH_TEAM"),
    ),
    "bases": (_set("resident_id", ""), _set("household_id", "")),
    "days": (_set("service_end_date", "2025-02-30", "2001-01-01", "2025-07-01"),),
}
