"""Random but valid weight tables: versions, stops, conditions, several series, weight 0."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.reference.random_csv import write_table
from tests.reference.weights import table_errors, weight_row

Fields = dict[str, str]

COLUMNS = (
    "item_code",
    "weight",
    "valid_from",
    "series",
    "item_name",
    "unit",
    "valid_to",
    "stopped",
    "reference",
    "institution_group",
    "resident_group",
    "title_tier",
    "setting",
    "visit_number",
)
BASIS_COLUMNS = ("counting_basis", "window", "scope")
ITEMS = ("CLINIC", "HOME_VISIT", "签约", "A1", "a1", "007", "BED-DAY", "诊间随访", "ECG", "Z.9")
GROUPS = ("I", "II", "III")
RESIDENT_GROUPS = ("elderly", "diabetes", "hypertension", "儿童")
TIERS = ("senior", "junior", "正高")
SETTINGS = ("clinic", "home", "no")
CONDITION_VALUES: Mapping[str, Sequence[str]] = {
    "institution_group": GROUPS,
    "resident_group": RESIDENT_GROUPS,
    "title_tier": TIERS,
    "setting": SETTINGS,
    "visit_number": ("1", "2"),
}
WEIGHTS = ("1", "5", "0.2", "1.2", "0.7", "2.25", "0.3333", "0.0001", "7.0000", "0", "0.00", "40")
SINCE = date(2020, 1, 1)


def random_day(rng: Random, first: date, after: date) -> date:
    """Return a day of [first, after), often near its ends."""
    days = (after - first).days
    offset = rng.choice((0, days - 1)) if rng.random() < 0.1 else rng.randrange(days)
    return first + timedelta(days=offset)


def random_weight_rows(
    rng: Random, span: tuple[date, date], series: Sequence[str], *, visits: bool
) -> list[Fields]:
    """Return valid weight rows of some items; the first is open and in every series.

    Without `visits` none asks for the ordinal of a visit, which would be computed (5.5).
    """
    rows: list[Fields] = []
    for number, item in enumerate(rng.sample(ITEMS, rng.randint(4, len(ITEMS)))):
        everywhere = number == 0 or rng.random() < 0.7
        for name in series if everywhere else [rng.choice(series)]:
            what = {"item_code": item, "series": name}
            rows += _item_rows(rng, what, span, always=number == 0)
    return [row for row in rows if visits or not row.get("visit_number")]


def _item_rows(rng: Random, item: Fields, span: tuple[date, date], *, always: bool) -> list[Fields]:
    """Return the rows of one item in one series, without overlap, gap or ambiguity."""
    cuts = sorted({random_day(rng, *span) + timedelta(days=1) for _ in range(2)})
    general = [_row(rng, item, SINCE)] if always else _general_rows(rng, item, span, cuts)
    rows = general if always or rng.random() < 0.8 else []
    for candidate in _conditional_rows(rng, item, cuts):
        if not table_errors([weight_row(fields) for fields in [*rows, candidate]]):
            rows = [*rows, candidate]
    return rows or general


def _general_rows(
    rng: Random, item: Fields, span: tuple[date, date], cuts: Sequence[date]
) -> list[Fields]:
    """Return the rows without conditions: open, in versions, stopped, resumed, ended or late."""
    start = rng.choice((SINCE, span[0]))
    first, last = cuts[0], cuts[-1]
    match rng.choice(("open", "open", "versions", "versions", "stop", "resume", "end", "late")):
        case "open":
            return [_row(rng, item, start)]
        case "versions":
            edges = [start, *cuts]
            ends = [*cuts, None]
            return [_row(rng, item, a, b) for a, b in zip(edges, ends, strict=True)]
        case "stop":
            return [_row(rng, item, start, first, stopped="1")]
        case "resume" if first < last:
            return [_row(rng, item, start, first, stopped="1"), _row(rng, item, last)]
        case "end":
            return [_row(rng, item, start, first)]
        case _:
            return [_row(rng, item, first)]


def _conditional_rows(rng: Random, item: Fields, cuts: Sequence[date]) -> list[Fields]:
    """Return candidates: families over one condition, and rows with up to three conditions."""
    rows: list[Fields] = []
    chances = {"resident_group": 0.4, "institution_group": 0.3, "visit_number": 0.2}
    for name, chance in chances.items():
        if rng.random() < chance:
            values = CONDITION_VALUES[name]
            for value in rng.sample(values, rng.randint(1, len(values))):
                rows.append({**_row(rng, item, SINCE), name: value})
    for _ in range(rng.choice((0, 0, 2, 5))):
        start = rng.choice((SINCE, *cuts))
        later = [cut for cut in cuts if cut > start]
        end = rng.choice((None, *later))
        row = _row(rng, item, start, end, stopped=rng.choice(("", "1")) if end else "")
        names = rng.sample(sorted(CONDITION_VALUES), rng.randint(1, 3))
        rows.append(row | {name: rng.choice(CONDITION_VALUES[name]) for name in names})
    return rows


def _row(
    rng: Random, item: Fields, start: date, end: date | None = None, *, stopped: str = ""
) -> Fields:
    weight = rng.choice(WEIGHTS)
    if rng.random() < 0.2:
        weight = f"{rng.randrange(60)}.{rng.randrange(10000):04}"
    elif rng.random() < 0.01:
        weight = "9999.9999"
    return {
        **item,
        "weight": weight,
        "valid_from": start.isoformat(),
        "valid_to": end.isoformat() if end else "",
        "stopped": stopped,
        "unit": "次",
    }


def yaml_table(name: str, rows: Sequence[Fields]) -> str:
    """Return rows as a YAML weight table whose `defaults` hold a date and a unit."""
    lines = [
        f"table: {name}",
        "title: 随机当量表（示例）",
        "reference: made by a random number generator",
        f"defaults: {{valid_from: {SINCE.isoformat()}, unit: 次}}",
        "rows:",
    ]
    defaults = {"valid_from": SINCE.isoformat(), "unit": "次"}
    for row in rows:
        own = {k: v for k, v in row.items() if v and defaults.get(k) != v}
        lines.append("  - {" + ", ".join(f"{k}: {_scalar(v)}" for k, v in own.items()) + "}")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    """Return a plain scalar where YAML allows it: `no` and `0.20` must stay text."""
    return text if re.fullmatch(r"[\w.-]+", text) else json.dumps(text, ensure_ascii=False)


def write_weights(rng: Random, folder: Path, rows: Sequence[Fields]) -> str:
    """Write the rows as `weights.csv`, a table inside the case, or both; return `weight_tables`.

    The answer is the line of `case.yaml` that names the table, or a blank.
    """
    style = rng.choice(("csv", "csv", "yaml", "both", "two csv"))
    inside = [row for row in rows if style == "yaml" or (style != "csv" and rng.random() < 0.5)]
    beside = [row for row in rows if row not in inside]
    columns = [*COLUMNS, *(name for name in BASIS_COLUMNS if any(name in row for row in rows))]
    if beside:
        write_table(rng, folder / "weights.csv", columns, beside)
    if not inside:
        return ""
    name = "tables/extra.csv" if style == "two csv" else "tables/extra.yaml"
    (folder / "tables").mkdir()
    if style == "two csv":
        write_table(rng, folder / name, columns, inside)
    else:
        (folder / name).write_text(yaml_table("extra", inside), encoding="utf-8")
    return f"weight_tables: [{name}]\n"
