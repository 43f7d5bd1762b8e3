"""Column maps 列映射 read and checked: YAML with line numbers, every fault at once.

A map is a file of the case, or a shipped one by its name. Its tables of codes stand in it, or in
files of the case. Sources: issue "Files as they are", point 3; docs/maps.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, near, said
from equivalents.intake.headings import TABLES, Sheet
from equivalents.intake.opening.codetables import as_cell, read_code_table
from equivalents.intake.opening.mapcells import cleaned_alike
from equivalents.intake.opening.mapmodel import (
    CODE_KINDS,
    DAY_OF,
    FACTOR_PLACES,
    LISTS,
    Codes,
    CodeTable,
    ColumnMap,
    Factors,
    Filter,
    Join,
    Unlisted,
)
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.load import fault_text
from equivalents.policy.yamltext import (
    Entry,
    choice_of,
    day_of,
    expect,
    expect_keys,
    flag_of,
    names_of,
    read_yaml,
)
from equivalents.resources import shipped_weights
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["MAP_KEYS", "find_map", "read_map", "shipped_maps"]

MAP_KEYS: Final[Mapping[str, str]] = {
    "map": "text",
    "title": "text",
    "version": "text",
    "reference": "text",
    "proposed": "text",
    "table": "text",
    "columns": "mapping",
    "join": "mapping",
    "constants": "mapping",
    "split": "mapping",
    "values": "mapping",
    "factors": "mapping",
    **dict.fromkeys(CODE_KINDS, "mapping"),
    "filters": "list",
    "ends": "text",
}
"""The keys of a map and the shapes of their values."""
_NEEDED: Final = ("map", "title", "version", "table", "columns")
_ENDS: Final = {"inclusive": True, "exclusive": False}
_QUANTITY: Final = "quantity"


def shipped_maps() -> dict[str, Path]:
    """The shipped maps by name."""
    return {path.stem: path for path in sorted((shipped_weights() / "maps").glob("*.yaml"))}


def find_map(
    entry: Entry, files: Mapping[str, Path], findings: Findings
) -> tuple[str, Path] | None:
    """The map that a name stands for, with what it is called: a path in the case, else shipped."""
    shipped = shipped_maps()
    if entry.text in files:
        return entry.text, files[entry.text]
    if entry.text in shipped:
        return shipped[entry.text].name, shipped[entry.text]
    known = [*shipped, *(name for name in files if name.endswith(".yaml"))]
    findings.add("MAP_UNKNOWN", entry.place, entry.text, near=near(entry.text, known))
    return None


def read_map(
    path: Path, name: str, files: Mapping[str, Path], findings: Findings
) -> ColumnMap | None:
    """Read a map; ``None`` where it cannot be read or its table is unknown; every fault is noted.

    ``name`` is what the file is called in messages, ``files`` are those of the case by their path
    in it: a table of codes is looked for beside the map, then in the case.
    """
    entry = read_yaml(path, name, findings)
    if entry is None:
        return None
    expect_keys(entry, name, MAP_KEYS, findings)
    for key in _NEEDED:
        if entry.get(key).value == "":
            findings.add("KEY_MISSING", entry.place, key)
    called = entry.get("map")
    if called.text and called.text != PurePosixPath(name).stem:
        findings.add("MAP_NAME", called.place, called.text, file=PurePosixPath(name).stem)
    day_of(entry.get("version"), FIRST_DAY, findings)
    table = entry.get("table")
    if table.text not in TABLES:
        if table.text:
            findings.add_choice(table.place, table.text, tuple(TABLES))
        return None
    parts = _Parts(entry, TABLES[table.text], findings)
    found = parts.read()
    tables, used = _tables(entry, PurePosixPath(name).parent, files, findings)
    found = replace(found, tables=tables, files=((name, path), *used), place=entry.place)
    _check(found, entry, findings)
    return cleaned_alike(found, entry, findings)


class _Parts:
    """Reads the keys of a map one by one; faults go to ``findings``."""

    def __init__(self, entry: Entry, sheet: Sheet, findings: Findings) -> None:
        self.entry, self.sheet, self.findings = entry, sheet, findings
        self.places: dict[str, Place] = {}

    def read(self) -> ColumnMap:
        """The map without its tables of codes."""
        entry, findings = self.entry, self.findings
        texts = {key: entry.get(key).text for key in ("map", "title", "version", "reference")}
        columns = {one: names_of(e, one, findings) for one, e in self._ours("columns")}
        joins = {one: self._join(e) for one, e in self._ours("join")}
        constants = {one: self._text(one, e) for one, e in self._ours("constants")}
        values = {one: self._codes(one, e) for one, e in self._ours("values", twice=True)}
        factors = [self._factors(one, e) for one, e in self._ours("factors", twice=True)]
        splits = {
            one: self._text(one, e) for one, e in self._ours("split", twice=True, known=LISTS)
        }
        return ColumnMap(
            texts["map"],
            texts["title"],
            texts["version"],
            self.sheet.name,
            {one: names for one, names in columns.items() if names},
            texts["reference"],
            joins,
            constants,
            splits,
            values,
            factors=factors[0] if factors else None,
            filters=tuple(self._filters(entry.get("filters"))),
            inclusive=self._ends(entry.get("ends")),
            proposed=bool(flag_of(entry.get("proposed"), findings)),
            places=self.places,
        )

    def _ours(
        self, key: str, *, twice: bool = False, known: Sequence[str] = ()
    ) -> Iterable[tuple[str, Entry]]:
        """The entries below a key by our column; columns that the table has not got are noted.

        Unless ``twice``, a column that is made in another way already is noted, too.
        """
        names = tuple(name for name in self.sheet.names if not known or name in known)
        for one, entry in self.entry.get(key).mapping.items():
            if one not in names:
                self.findings.add_choice(entry.place, one, names)
                continue
            if not twice and one in self.places:
                other = str(self.places[one])
                self.findings.add("MAP_COLUMN_TWICE", entry.place, one, other=other)
            if not twice:
                self.places[one] = entry.place
            yield one, entry

    def _text(self, one: str, entry: Entry) -> str:
        expect(entry, "text", one, self.findings)
        if entry.value == "":
            self.findings.add("KEY_MISSING", entry.place, one)
        return entry.text

    def _join(self, entry: Entry) -> Join:
        expect_keys(entry, "join", {"columns": "list", "by": "text"}, self.findings)
        headings = names_of(entry.get("columns"), "columns", self.findings)
        if len(headings) < 2 or not entry.get("by").text:
            self.findings.add("KEY_MISSING", entry.place, "columns, by")
        return Join(headings, entry.get("by").text)

    def _codes(self, one: str, entry: Entry) -> Codes:
        expect_keys(entry, one, {"codes": "mapping", "unlisted": "text"}, self.findings)
        codes = entry.get("codes").mapping
        for key, code in codes.items():
            expect(code, "text", key, self.findings)
        if not codes:
            self.findings.add("KEY_MISSING", entry.place, "codes")
        return Codes({key: code.text for key, code in codes.items()}, self._unlisted(entry))

    def _factors(self, one: str, entry: Entry) -> Factors:
        shapes = {"unit": "text", "codes": "mapping", "unlisted": "text"}
        if one != _QUANTITY:
            self.findings.add_choice(entry.place, one, (_QUANTITY,))
        expect_keys(entry, one, shapes, self.findings)
        for key in ("unit", "codes"):
            if entry.get(key).value == "":
                self.findings.add("KEY_MISSING", entry.place, key)
        codes = {}
        for key, factor in entry.get("codes").mapping.items():
            expect(factor, "text", key, self.findings)
            codes[key] = self._factor(factor)
        return Factors(entry.get("unit").text, codes, self._unlisted(entry))

    def _factor(self, entry: Entry) -> int:
        try:
            factor = parse_fixed(entry.text, FACTOR_PLACES)
        except NumberFaultError as fault:
            self.findings.add("NUMBER_INVALID", entry.place, entry.text, detail=fault_text(fault))
            return 0
        if factor == 0:
            zero = "系数须大于 0¦a factor is above 0"
            self.findings.add("NUMBER_INVALID", entry.place, entry.text, detail=zero)
        return factor

    def _unlisted(self, entry: Entry) -> Unlisted:
        return choice_of(entry.get("unlisted"), Unlisted.REFUSE, self.findings)

    def _filters(self, entry: Entry) -> Iterable[Filter]:
        shapes = {"name": "text", "column": "text", "drop": "texts", "keep": "texts"}
        names: set[str] = set()
        for one in entry.items:
            expect_keys(one, "filters", shapes, self.findings)
            keep = "keep" in one.mapping
            values = one.get("keep" if keep else "drop")
            if not one.get("column").text or keep == ("drop" in one.mapping):
                self.findings.add("MAP_FILTER", one.place)
                continue
            several = values.items or [values]
            listed = frozenset(value.text for value in several)
            shown = "、".join(sorted({as_cell(text, required=False) for text in listed})) or "空白"
            heading = one.get("column").text
            name = one.get("name").text or f"{heading} {'≠' if keep else '='} {shown}"
            if name in names:
                self.findings.add("ID_TWICE", one.place, name, other=str(entry.place))
            names.add(name)
            yield Filter(name, heading, listed, keep)

    def _ends(self, entry: Entry) -> bool:
        if entry.text and entry.text not in _ENDS:
            self.findings.add_choice(entry.place, entry.text, tuple(_ENDS))
        return _ENDS.get(entry.text, False)


def _tables(
    entry: Entry, beside: PurePosixPath, files: Mapping[str, Path], findings: Findings
) -> tuple[dict[str, CodeTable], tuple[tuple[str, Path], ...]]:
    tables: dict[str, CodeTable] = {}
    used: list[tuple[str, Path]] = []
    for kind in CODE_KINDS:
        if kind in entry.mapping:
            tables[kind], read = read_code_table(kind, entry.get(kind), beside, files, findings)
            used += read
    return tables, tuple(dict.fromkeys(used))


def _check(found: ColumnMap, entry: Entry, findings: Findings) -> None:
    """What the parts of a map must have of each other."""
    sheet = found.sheet
    for column in sheet.columns:
        if column.required and column.name not in found.ours:
            name = said(column.name, {column.name: column.heading})
            findings.add("MAP_COLUMN_MISSING", entry.get("columns").place, name)
    ends = [one for one in ("active_to", "valid_to") if one in found.ours]
    if ends and not entry.get("ends").text:
        findings.add("MAP_ENDS_MISSING", found.places[ends[0]], ends[0])
    for key, columns in (("values", found.values), ("split", found.splits)):
        for one in columns:
            if one not in found.columns and one not in found.joins:
                findings.add("MAP_UNUSED", entry.get(key).get(one).place, one)
    if found.factors is not None and _QUANTITY in found.values:
        place = entry.get("values").get(_QUANTITY).place
        findings.add("MAP_COLUMN_TWICE", place, _QUANTITY, other="factors")
    if found.factors is not None and _QUANTITY not in found.columns:
        findings.add("MAP_UNUSED", entry.get("factors").place, _QUANTITY)
    for kind, table in found.tables.items():
        _check_table(found, table, entry.get(kind), findings)


def _check_table(found: ColumnMap, table: CodeTable, entry: Entry, findings: Findings) -> None:
    """A table of codes needs a column to apply to, and a day where a meaning has dates."""
    used = [one for one in table.columns if one in found.columns or one in found.joins]
    if not used:
        findings.add("MAP_UNUSED", entry.place, table.kind)
    for one in used:
        if one in found.values:
            findings.add("MAP_COLUMN_TWICE", entry.place, one, other="values")
    whole = (FIRST_DAY, LAST_DAY)
    dated = any((s.start, s.end) != whole for spans in table.spans.values() for s in spans)
    if dated and DAY_OF.get(found.table) not in found.ours:
        findings.add("MAP_NO_DAY", entry.place, table.kind, table=found.table)
