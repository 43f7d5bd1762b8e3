"""Cost studies as functions: a study file in, a folder with tables, workbook and summary out (A11).

This is the shell around :mod:`equivalents.costs` and :mod:`equivalents.studyweights`.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from equivalents.costs import (
    BY_EQUIVALENTS,
    LEFT_OUT,
    CostLine,
    UnitCost,
    item_cost_fen,
    spread_costs,
    standard_units,
    unit_costs,
)
from equivalents.errors import ConservationError, DataError, Place, Problem
from equivalents.findings import Findings, Table, near
from equivalents.intake.casefolder import open_folder
from equivalents.intake.headings import TABLES
from equivalents.intake.studyfile import StudyFile, fraction_of, open_study
from equivalents.intake.studysheets import CATEGORIES, CHANNELS, COSTS, LABOUR, RESULT
from equivalents.intake.studytables import Work, channel_shares, read_costs, work_of
from equivalents.intake.tables import read_table
from equivalents.policy.load import read_amount
from equivalents.report.folder import sha256
from equivalents.report.studies import Study, StudyTable, places
from equivalents.run import settle_case
from equivalents.units import NumberFaultError, print_fen

__all__ = ["made_up", "parameters_of", "result_lines", "series_of", "study_cost", "study_manpower"]

_Key = tuple[str, str]
_HOUR: Final = 60
_UNIT_COST: Final = {
    "level": "层级",
    "name": "名称",
    "tier": "规模档",
    "channel": "购买渠道",
    "institutions": "机构数",
    "cost": "成本（元）",
    "equivalents": "当量",
    "cost_per_equivalent": "当量成本（元）",
    "mean": "机构平均（元）",
}
_LEVELS: Final = {"institution": "机构", "tier": "规模档", "all": "全部"}
_ITEM_COST: Final = {
    "item_code": "项目编码",
    "item_name": "项目名称",
    "unit": "计量单位",
    "parts": "耗时×人力系数",
    "standard_units": "标准人力",
    "price": "单价（元）",
    "cost": "人力成本（元）",
}


def made_up(file: StudyFile, title: str) -> str:
    """The title of a study: marked 示例 unless it is declared official."""
    said = file.text("title", title)
    return said if file.flag("official") or said.startswith("示例") else f"示例：{said}"


def parameters_of(file: StudyFile) -> dict[str, str]:
    """What the study file declares as single values, as written."""
    return {key: entry.text for key, entry in file.entry.mapping.items() if entry.text}


# -- cost per equivalent ---------------------------------------------------------------------------

_SOURCES: Final = ("table", "result", "case")
"""Where costs and equivalents may come from; one of them is named."""


def study_cost(path: Path) -> Study:
    """Cost per equivalent out of a table of costs, or of a result and its accounts.

    Raises:
        DataError: every fault of the study file and its tables.
    """
    file, _ = open_study(path, ["cost"])
    if not any(map(file.text, _SOURCES)):
        file.findings.add("STUDY_NO_SOURCE", file.entry.place, path.name)
        file.findings.stop_on_errors()
    bounds = _tiers(file)
    if file.text("table"):
        lines, left_out = _from_table(file), Fraction(0)
    else:
        lines, left_out = _from_accounts(file)
    file.findings.stop_on_errors()
    found = unit_costs(lines, bounds)
    for one in found:
        if one.level == "institution" and one.cost and not one.equivalents:
            said = " ".join(filter(None, (one.name, one.channel)))
            file.findings.add("STUDY_NO_EQUIVALENTS", Place(path.name), said)
    whole = found[-1]
    statistics = {
        "cost": places(whole.cost, 2),
        "equivalents": places(whole.equivalents, 7),
        "cost_per_equivalent": places(whole.per_equivalent),
        "left_out": places(left_out, 2),
        "tiers": [places(bound, 7) for bound in bounds],
    }
    table = StudyTable(
        "cost",
        "当量成本",
        _UNIT_COST,
        [_unit_cost(one) for one in found],
        ("equivalents", "cost_per_equivalent", "mean"),
        ("cost",),
        ("level", "name", "channel", "cost", "equivalents", "cost_per_equivalent"),
        {"level": _LEVELS},
    )
    title, parameters = made_up(file, "当量成本测算"), parameters_of(file)
    files, problems = tuple(file.files), tuple(file.findings.problems)
    return Study("cost", title, (table,), files, parameters, statistics, problems)


def _unit_cost(one: UnitCost) -> tuple[str, ...]:
    return (
        one.level,
        one.name,
        str(one.tier or ""),
        one.channel,
        str(one.institutions),
        places(one.cost, 2),
        places(one.equivalents, 7),
        places(one.per_equivalent),
        places(one.mean),
    )


def _tiers(file: StudyFile) -> list[Fraction]:
    """The declared bounds of scale tiers, ascending."""
    found: list[Fraction] = []
    for entry in file.entry.get("tiers").items:
        value = file.number_of(entry)
        if value is None:
            continue
        if found and value <= found[-1]:
            facts = {"lower": places(found[-1]), "upper": places(value)}
            file.findings.add("STUDY_BOUNDS", entry.place, "tiers", **facts)
        found.append(value)
    return found


def _from_table(file: StudyFile) -> list[CostLine]:
    table = file.table("table", COSTS)
    rows = {} if table is None else read_costs(table, file.findings)
    return [CostLine(*key, cost, done) for key, (cost, done, _) in sorted(rows.items())]


def _from_accounts(file: StudyFile) -> tuple[list[CostLine], Fraction]:
    """Account lines and item lines laid on channels; and what is left out, in yuan."""
    channels = file.table("channels", CHANNELS)
    spent = _expenditure(file)
    lines = _settled_lines(file)
    file.findings.stop_on_errors()
    if channels is None:
        return [], Fraction(0)
    shares, items = channel_shares(channels, file.findings)
    place = Place(channels.places.file)
    mapped = {line: _mapped(line, shares, place, file.findings) for _, line in sorted(spent)}
    done = _by_channel(lines, items, place, file)
    file.findings.stop_on_errors()
    spread = spread_costs(spent, mapped, done)
    for (institution, line), amount in sorted(spread.stranded.items()):
        facts = {"amount": places(amount, 2)}
        file.findings.add("STUDY_STRANDED", place, f"{institution} {line}", **facts)
    laid = sum(spread.cost.values(), Fraction(0)) + sum(spread.stranded.values(), Fraction(0))
    whole = sum(spent.values(), Fraction(0))
    if laid + spread.left_out != whole:
        raise ConservationError(f"{laid} laid and {spread.left_out} left out of {whole} spent")
    nothing = Fraction(0)
    found = [
        CostLine(*key, spread.cost.get(key, nothing), done.get(key, nothing))
        for key in sorted({*spread.cost, *done})
    ]
    return found, spread.left_out


def _mapped(
    code: str, shares: Mapping[str, Mapping[str, Fraction]], place: Place, findings: Findings
) -> Mapping[str, Fraction]:
    """The channels of a line or item: its own, else those of ``*``."""
    found = shares.get(code, shares.get("*"))
    if found is None:
        findings.add("STUDY_UNMAPPED", place, code, near=near(code, sorted(shares)))
    return found or {LEFT_OUT: Fraction(1)}


def _accounts(file: StudyFile) -> Table | None:
    """The accounts that the study names, or those of its case."""
    if file.text("accounts"):
        return file.table("accounts", TABLES["accounts"])
    case = file.at("case", folder=True)
    if case is None:
        file.needed("accounts")
        return None
    opened = open_folder(case)
    table = opened.table("accounts", file.findings, required=True)
    if table is None:
        return None
    file.files += [path for _, path in opened.files_of(table)]
    return read_table(table, TABLES["accounts"], file.findings)


def _expenditure(file: StudyFile) -> dict[_Key, Fraction]:
    """Yuan spent by institution and account line: rows of the kind ``expenditure``."""
    accounts = _accounts(file)
    found: dict[_Key, Fraction] = {}
    for row in accounts if accounts is not None else ():
        if row["kind"] == "expenditure":
            key = row["institution_id"], row["line"]
            amount = Fraction(read_amount(row, "amount", file.findings), 100)
            found[key] = found.get(key, Fraction(0)) + amount
    return found


def _settled_lines(file: StudyFile) -> Table | None:
    """The item lines of the result that the study names, or of its case settled now."""
    if file.text("result"):
        return result_lines(file)
    case = file.at("case", folder=True)
    if case is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        settled = settle_case(case, out)
        if settled.payouts is None:
            facts = {"count": str(settled.counted.rejected)}
            place = file.entry.get("case").place
            raise DataError([Problem("STUDY_CASE_REJECTED", place, case.name, facts)])
        return read_table(out / "equivalents.csv", RESULT, file.findings)


def result_lines(file: StudyFile) -> Table | None:
    """``equivalents.csv`` of the result that ``result`` names, as its manifest proves it."""
    folder = file.at("result", folder=True)
    if folder is None:
        return None
    path = folder / "equivalents.csv"
    fault = ""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        hashes = {entry["file"]: entry["sha256"] for entry in manifest["outputs"]}
        if hashes[path.name] != sha256(path):
            fault = path.name
    except (OSError, ValueError, KeyError, TypeError) as error:
        fault = type(error).__name__
    if fault:
        place = file.entry.get("result").place
        file.findings.add("STUDY_NOT_A_RESULT", place, folder.name, detail=fault)
        return None
    file.files.append(path)
    return read_table(path, RESULT, file.findings)


def _by_channel(
    lines: Table | None,
    items: Mapping[str, Mapping[str, Fraction]],
    place: Place,
    file: StudyFile,
) -> dict[_Key, Fraction]:
    """Equivalents by institution and channel, of one weight series; cuts of ceilings left out."""
    found: dict[_Key, Fraction] = {}
    if lines is None:
        return found
    sums: dict[_Key, Fraction] = {}
    series = series_of(lines, file)
    for row in lines:
        if row["item_code"] and row["series"] == series:
            key = row["institution_id"], row["item_code"]
            try:
                value = fraction_of(row["equivalents"], signed=True)
            except NumberFaultError:
                file.findings.add("NUMBER_INVALID", row.at("equivalents"), row["equivalents"])
                continue
            sums[key] = sums.get(key, Fraction(0)) + value
    mapped = {item: _mapped(item, items, place, file.findings) for _, item in sorted(sums)}
    for (institution, item), value in sums.items():
        for channel, share in mapped[item].items():
            if channel == BY_EQUIVALENTS:
                file.findings.add("CHOICE_INVALID", place, channel, near="", allowed="item: A, B")
            elif channel != LEFT_OUT:
                here = institution, channel
                found[here] = found.get(here, Fraction(0)) + value * share
    return found


def series_of(lines: Table, file: StudyFile) -> str:
    """The weight series of a result that the study means: declared, or the only one."""
    known = sorted({row["series"] for row in lines})
    series = file.text("series", known[0] if len(known) == 1 else "")
    if series not in known:
        facts = {"near": near(series, known), "allowed": ", ".join(known)}
        file.findings.add("SERIES_UNKNOWN", file.entry.get("series").place, series, **facts)
    return series


# -- manpower --------------------------------------------------------------------------------------


def study_manpower(path: Path) -> Study:
    """The labour cost of items by manpower coefficients 人力系数 (Shanghai Xuhui).

    Raises:
        DataError: every fault of the study file and its tables.
    """
    file, _ = open_study(path, ["manpower"])
    labour = file.table("labour", LABOUR)
    categories = file.table("categories", CATEGORIES, required=False)
    file.needed("price")
    price = file.number("price", Fraction(1))
    per = file.choice("per", ("hour", "minute"), "hour")
    work = [] if labour is None else work_of(labour, categories, file.findings)
    file.findings.stop_on_errors()
    unit = _HOUR if per == "hour" else 1
    by_item: dict[str, list[Work]] = {}
    for one in sorted(work, key=lambda one: (one.item_code, one.category)):
        by_item.setdefault(one.item_code, []).append(one)
    assert price is not None
    rows = [_item_cost(several, Fraction(unit), price) for several in by_item.values()]
    table = StudyTable(
        "manpower",
        "人力成本",
        _ITEM_COST,
        rows,
        ("standard_units", "price"),
        ("cost",),
        ("item_code", "item_name", "standard_units", "price", "cost"),
    )
    title, parameters = made_up(file, "人力成本测算"), parameters_of(file)
    files, problems = tuple(file.files), tuple(file.findings.problems)
    statistics = {"items": len(rows), "per": per, "price": places(price)}
    return Study("manpower", title, (table,), files, parameters, statistics, problems)


def _item_cost(several: Sequence[Work], unit: Fraction, price: Fraction) -> tuple[str, ...]:
    parts = [(one.minutes / unit, one.coefficient) for one in several]
    said = " + ".join(f"{places(time)}×{places(coefficient)}" for time, coefficient in parts)
    named = several[0].named
    return (
        several[0].item_code,
        named.name,
        named.unit,
        said,
        places(standard_units(parts), 7),
        places(price),
        print_fen(item_cost_fen(parts, price)),
    )
