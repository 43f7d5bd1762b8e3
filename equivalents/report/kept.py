"""What a result keeps to be explained and compared without its records (page 3, "settle").

``tally.parquet`` has the counts by natural codes, ``roster.parquet`` the postings, and the part
``case`` of ``resolved-rules.json`` every other rule exactly. :func:`read_kept` turns them into the
same plan and tally again, after proving by the manifest's hashes that nobody changed them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from equivalents.errors import DataError, Place, Problem
from equivalents.intake.columns import numbers
from equivalents.policy.book import Attributes, Verdict
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day, print_day
from equivalents.policy.keep import NotKeptError, from_plain, to_plain
from equivalents.policy.model import CaseRules, Posting
from equivalents.policy.roster import Roster
from equivalents.report.folder import sha256
from equivalents.report.tallyfile import CONCURRENT
from equivalents.settle import METHOD
from equivalents.tally import Plan, Tally
from equivalents.units import Codes

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Kept", "RULES", "read_kept", "rules_text", "rules_to_keep", "write_roster"]

RULES: Final = "resolved-rules.json"
_ROSTER: Final = "roster.parquet"
_TALLY: Final = "tally.parquet"
_UNORDERED: Final = (
    *("institutions", "departments", "weights", "pools", "used", "accounts", "teams"),
    "secondary",
)
_UNORDERED_KEYS: Final = ("coefficients", "opening", "leave", "past", "paid", "earned", "withheld")
_UNORDERED_COUNTS: Final = ("heads", "charges", "tasks")
"""Rules whose rows have no order of their own: they are kept sorted."""
_OF_SCHEMES: Final = ("scheme", "counts", "cap_before", "assessed", "pay_rows")
"""Rules that only some cases have, mostly those with a scheme: left out where there are none."""
_DAYS: Final = ("active_from", "active_to")
_OPEN: Final = (FIRST_DAY, LAST_DAY)
_SPAN: Final = ("posting_from", "posting_to")
_POSTING: Final = ("institution_id", "person_id", "post_id", *_SPAN, "performers")
_ATTRIBUTE: Final = ("resident_group", "setting", "visit_number", "team_id", "marks")


@dataclass(frozen=True, slots=True)
class Kept:
    """A result read again: its rules, the counting plan and the tally, and the manifest."""

    folder: Path
    rules: CaseRules
    plan: Plan
    tally: Tally
    manifest: Mapping[str, Any]


# -- writing -------------------------------------------------------------------------------------


def rules_to_keep(rules: CaseRules) -> Any:
    """Every rule but the roster as JSON values, exactly, and the same for any order of rows."""
    plain = to_plain(replace(rules, postings=()))
    for name in _OF_SCHEMES:
        if plain[name] is None:
            del plain[name]
    counts, of_counts = plain.get("counts", {}), _UNORDERED_COUNTS if "counts" in plain else ()
    for part, names in (
        (plain, _UNORDERED),
        (plain["key_rules"], _UNORDERED_KEYS),
        (counts, of_counts),
    ):
        for name in names:
            part[name].sort(key=_as_text)
    return plain


def rules_text(resolved: Mapping[str, Any], rules: CaseRules) -> str:
    """``resolved-rules.json``: what was resolved, then every rule as it is kept, a row a line."""
    shown = json.dumps(resolved, ensure_ascii=False, indent=2).removesuffix("\n}")
    kept = rules_to_keep(rules).items()
    case = ",\n".join(f"    {json.dumps(name)}: {_in_lines(value)}" for name, value in kept)
    return f'{shown},\n  "case": {{\n{case}\n  }}\n}}\n'


def _in_lines(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    rows = ",\n".join(f"      {json.dumps(row, ensure_ascii=False)}" for row in value)
    return f"[\n{rows}\n    ]"


def _as_text(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def write_roster(rules: CaseRules, path: Path) -> None:
    """The postings of a case in their natural order; ``in_cap`` only where one is out of it."""
    import pyarrow as pa

    left_out = {"place", *(["in_cap"] if all(row.in_cap for row in rules.postings) else [])}
    names = [name for name in Posting._fields if name not in left_out]
    rows = sorted(tuple(getattr(row, name) for name in names) for row in rules.postings)
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    for name in _DAYS:
        days = columns.get(name, ())
        columns[name] = tuple("" if day in _OPEN else print_day(day) for day in days)
    kinds = dict.fromkeys(("main", "in_cap"), pa.bool_())
    _write(
        pa.table(
            {name: pa.array(columns.get(name, ()), kinds.get(name, pa.string())) for name in names}
        ),
        path,
    )


def _write(table: "pa.Table", path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", version="2.6")


# -- reading -------------------------------------------------------------------------------------


def read_kept(folder: Path) -> Kept:
    """Read the kept part of a result folder.

    Raises:
        DataError: ``OUT_MISSING`` (no result, or one without item lines), ``OUT_CHANGED`` (a file
            is not the one that was written), ``OUT_METHOD`` (made by another method).
    """
    import pyarrow.parquet as pq

    manifest = _manifest(folder)
    try:
        resolved = json.loads((folder / RULES).read_bytes())
        rules = from_plain(CaseRules, dict.fromkeys(_OF_SCHEMES) | resolved["case"])
    except (NotKeptError, KeyError, ValueError):
        raise _problem("OUT_CHANGED", RULES) from None
    rules = replace(rules, postings=_read_roster(pq.read_table(folder / _ROSTER)))
    plan = Plan(rules)
    return Kept(folder, rules, plan, _read_tally(pq.read_table(folder / _TALLY), plan), manifest)


def _manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest, once it is proven that the kept files are those that it names."""
    path = folder / "manifest.json"
    if not path.is_file():
        raise _problem("OUT_MISSING", folder.name)
    manifest: Mapping[str, Any] = json.loads(path.read_bytes())
    hashes = {entry["file"]: entry["sha256"] for entry in manifest["outputs"]}
    for name in (RULES, _ROSTER, _TALLY):
        if name not in hashes or not (folder / name).is_file():
            raise _problem("OUT_MISSING", name)
        if sha256(folder / name) != hashes[name]:
            raise _problem("OUT_CHANGED", name)
    if manifest["method"] != METHOD:
        raise _problem("OUT_METHOD", str(manifest["method"]))
    return manifest


def _problem(code: str, value: str) -> DataError:
    return DataError([Problem(code, Place(value), value)])


def _read_roster(table: "pa.Table") -> Roster:
    columns: dict[str, Sequence[Any]] = {
        name: table.column(name).to_pylist() for name in table.column_names
    }
    for name, open_day in zip(_DAYS, _OPEN, strict=True):
        columns[name] = [parse_day(text) if text else open_day for text in columns[name]]
    return Roster.by_columns(columns)


def _read_tally(table: "pa.Table", plan: Plan) -> Tally:
    """The cells with the codes of a new plan."""
    import pyarrow as pa

    # Of two alike in all of this the main one, which stands first, has the records (5.20).
    postings: dict[tuple[str, ...], int] = {}
    for at, one in enumerate(plan.postings.rows):
        span = print_day(one.active_from), print_day(one.active_to)
        postings.setdefault((one.institution_id, one.person_id, one.post_id, *span), at)

    def owner(texts: tuple[str, ...]) -> int:
        place, person, post, since, until, performers = texts
        if not performers:
            return postings[place, person, post, since, until]
        crew = []
        spans = zip(since.split(";"), until.split(";"), strict=True)
        for named, span in zip(performers.split(";"), spans, strict=True):
            who, _, share = named.rpartition(":")
            person, _, post = who.partition("@")
            crew.append((postings[place, person, post, *span], int(share)))
        return len(plan.postings) + plan.performers.crews.learn([tuple(sorted(crew))])[0]

    starts: dict[tuple[str, ...], int]
    starts = {(print_day(day),): at for at, day in enumerate(plan.bucket_starts)}

    def learn(texts: tuple[str, ...]) -> int:
        value = _attribute(texts, plan)
        plan.marked |= bool(value.marks)
        return plan.attributes.learn([value])[0]

    tally = Tally(plan)
    if "performers" not in table.column_names:
        blank = pa.array([""] * table.num_rows, pa.string())
        table = table.append_column("performers", blank)
    tally.posting = _coded(table, _POSTING, owner)
    tally.item = _coded(table, ("item_code",), lambda texts: plan.items.learn(texts)[0])
    tally.attribute = _coded(table, _ATTRIBUTE, learn)
    tally.bucket = _coded(table, ("bucket_from",), starts.__getitem__)
    tally.records, tally.quantity_e3 = (
        numbers(table.column(name).combine_chunks()) for name in ("records", "quantity_e3")
    )
    return tally


def _coded(
    table: "pa.Table", names: Sequence[str], find: Callable[[tuple[str, ...]], int]
) -> Codes:
    """The code of each row by some of its columns; each distinct combination is looked up once."""
    combined = np.zeros(table.num_rows, np.int64)
    texts: list[list[str]] = []
    for name in names:
        column = table.column(name).combine_chunks().dictionary_encode()
        texts.append(column.dictionary.to_pylist())
        combined = combined * max(len(texts[-1]), 1) + numbers(column.indices)
    keys, position = np.unique(combined, return_inverse=True)
    found = []
    for key in keys.tolist():
        left, asked = key, []
        for of_column in reversed(texts):
            left, at = divmod(left, len(of_column))
            asked.append(of_column[at])
        found.append(find(tuple(reversed(asked))))
    return np.array(found, np.int32)[position]


def _attribute(texts: Sequence[str], plan: Plan) -> Attributes:
    groups, setting, visit_number, team_id, marks = texts
    return Attributes(
        tuple(group for group in groups.split(";") if group),
        setting,
        visit_number,
        team_id,
        _read_marks(marks, plan),
    )


def _read_marks(text: str, plan: Plan) -> tuple[int, ...]:
    if not text:
        return ()
    named = dict(entry.split("=", 1) for entry in text.split(";"))
    marks = []
    for series in plan.series:
        mark = named.get(series, "")
        if mark.startswith(CONCURRENT):
            marks.append(plan.concurrent.index(mark.removeprefix(CONCURRENT)) + 1)
        else:
            marks.append(int(Verdict[mark]) if mark else 0)
    return tuple(marks)
