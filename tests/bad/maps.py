"""Column maps and mapped sources at fault: each with code, file, line or row, and column."""

from collections.abc import Mapping

from tests.bad.case import GOOD, Content, Fault, parquet

__all__ = ["MAPS", "MAP_ROWS", "MAP_WARNINGS"]

CASE = "period: 2025-06\nsources:\n  his: {map: his.yaml, files: his.csv}\n"
MAP = (
    "map: his\ntitle: 示例\nversion: 2025-06-01\ntable: records\ncolumns:\n"
    "  institution_id: 机构\n  person_id: [工号, 医生工号]\n  item_code: 项目\n"
    "  service_date: 日期\n  quantity: 数量\n"
)
HEAD = "机构,工号,项目,日期,数量,单位\n"
ROWS = "I01,P01,MZ01,2025-06-02,10,次\nI01,P02,SF01,2025-06-03,5,次\nI02,P03,MZ01,2025-06-04,3,次\n"


def mapped(
    more: str = "", row: str = "", *, text: str = MAP, rows: str = HEAD + ROWS, case: str = CASE
) -> dict[str, Content]:
    """A case whose records are mapped: more keys from line 11, more cells in row 5."""
    files: dict[str, Content] = {"case.yaml": case, "his.yaml": text + more, "records.csv": None}
    return files | {"his.csv": rows + (f"{row}\n" if row else "")}


def swapped(old: str, new: str) -> Mapping[str, Content]:
    """The map with one text replaced."""
    assert MAP.count(old) == 1, old
    return mapped(text=MAP.replace(old, new))


def source(declared: str) -> dict[str, Content]:
    """A case with this source on line 3."""
    return mapped(case=f"period: 2025-06\nsources:\n  his: {declared}\n")


PEOPLE = "people:\n  rows:\n    - {source_code: A, person_id: P01, valid_to: 2025-06-10}\n"
FACTORS = "factors:\n  quantity: {unit: 单位, codes: {次: 1, 分: 0.05}}\n"
JOIN = "join:\n  record_id: {columns: [项目, 单位], by: '-'}\n"
CONTRACTS = (
    "map: his\ntitle: 示例\nversion: 2025-06-01\ntable: contracts\ncolumns:\n"
    "  contract_id: 协议\n  resident_id: 居民\n  active_from: 起\n  active_to: 止\n"
)
DB = "{map: his.yaml, url: 'sqlite:///his.db', query: "

MAPS = [
    Fault("map-unknown", "MAP_UNKNOWN", source("{map: hi.yaml, files: his.csv}"), "case.yaml", 3,
          "", "hi.yaml", ("his.yaml",)),
    Fault("map-name", "MAP_NAME", swapped("map: his", "map: his2"), "his.yaml", 1, "", "his2",
          ("his",)),
    Fault("map-proposed", "MAP_PROPOSED", mapped("proposed: yes\n"), "his.yaml", 1, "", "his"),
    Fault("map-key", "KEY_UNKNOWN", mapped("filter: []\n"), "his.yaml", 11, "", "filter",
          ("filters",)),
    Fault("map-no-version", "KEY_MISSING", swapped("version: 2025-06-01\n", ""), "his.yaml", 1,
          "", "version"),
    Fault("map-version-no-day", "DATE_INVALID", swapped("2025-06-01", "6月"), "his.yaml", 3, "",
          "6月"),
    Fault("map-table", "CHOICE_INVALID", swapped("records", "record"), "his.yaml", 4, "",
          "record", ("records",)),
    Fault("map-column", "CHOICE_INVALID", swapped("quantity:", "quantty:"), "his.yaml", 10, "",
          "quantty", ("quantity",), also=("MAP_COLUMN_MISSING",)),
    Fault("map-lacks-a-column", "MAP_COLUMN_MISSING", swapped("  quantity: 数量\n", ""),
          "his.yaml", 6, says_en=("quantity",)),
    Fault("map-column-twice", "MAP_COLUMN_TWICE", mapped("constants: {quantity: 1}\n"),
          "his.yaml", 11, "", "quantity", ("his.yaml",)),
    Fault("map-codes-twice", "MAP_COLUMN_TWICE",
          mapped(f"{PEOPLE}values:\n  person_id: {{codes: {{A: P01}}}}\n"), "his.yaml", 12, "",
          "person_id", ("values",)),
    Fault("map-codes-of-nothing", "MAP_UNUSED",
          mapped("values:\n  setting: {codes: {门诊: clinic}}\n"), "his.yaml", 12, "", "setting"),
    Fault("map-table-of-nothing", "MAP_UNUSED",
          mapped("teams:\n  rows: [{source_code: A, team_id: T1}]\n"), "his.yaml", 12, "",
          "teams"),
    Fault("map-no-codes", "KEY_MISSING", mapped("values:\n  item_code: {unlisted: keep}\n"),
          "his.yaml", 12, "", "codes"),
    Fault("map-codes-become-one", "KEY_TWICE",
          mapped("values:\n  item_code:\n    codes:\n      Ａ: MZ01\n      A: SF01\n"),
          "his.yaml", 15, "", "A", ("14",)),
    Fault("map-quantities-twice", "MAP_COLUMN_TWICE",
          mapped(f"{FACTORS}values:\n  quantity: {{codes: {{一: 1}}}}\n"), "his.yaml", 14, "",
          "quantity", ("factors",)),
    Fault("map-unlisted-word", "CHOICE_INVALID",
          mapped("values:\n  item_code: {codes: {A: B}, unlisted: drop}\n"), "his.yaml", 12, "",
          "drop", ("refuse, keep",)),
    Fault("map-ends", "MAP_ENDS_MISSING",
          mapped(text=CONTRACTS, rows="协议,居民,起,止\nC1,R1,2025-01-01,2025-12-31\n"),
          "his.yaml", 9, "", "active_to", ("inclusive",)),
    Fault("map-no-day", "MAP_NO_DAY",
          mapped("departments:\n  rows: [{source_code: A, department_id: D1, valid_from: "
                 "2025-01-01}]\n", text="map: his\ntitle: 示例\nversion: 2025-06-01\n"
                 "table: departments\ncolumns: {department_id: 科室, institution_id: 机构}\n"),
          "his.yaml", 7, "", "departments", ("departments",)),
    Fault("map-codes-nowhere", "MAP_CODES_WHERE", mapped("people: {unlisted: keep}\n"),
          "his.yaml", 11, "", "people"),
    Fault("map-codes-file", "MAP_TABLE_MISSING", mapped("people: {file: peple.csv}\n")
          | {"people.csv": "source_code,person_id\nA,P01\n"}, "his.yaml", 11, "", "peple.csv",
          ("people.csv",)),
    Fault("map-codes-outside", "MAP_TABLE_MISSING", mapped("people: {file: ../people.csv}\n")
          | {"../people.csv": "source_code,person_id\nA,P01\n"}, "his.yaml", 11, "",
          "../people.csv"),
    Fault("map-code-twice", "MAP_CODE_TWICE",
          mapped(f"{PEOPLE}    - {{source_code: A, person_id: P02, valid_from: 2025-06-09}}\n"),
          "his.yaml", 14, "", "A", ("P01", "P02", "2025-06-09")),
    Fault("map-code-twice-in-a-file", "MAP_CODE_TWICE", mapped("people: {file: people.csv}\n")
          | {"people.csv": "来源编码,人员编号,起始日期,截止日期（含）\nA,P01,,2025-06-10\n"
                           "A,P02,2025-06-10,\n"}, "people.csv", 3, "", "A", ("2025-06-10",)),
    Fault("map-filter", "MAP_FILTER", mapped("filters:\n  - {column: 单位}\n"), "his.yaml", 12),
    Fault("map-factor", "NUMBER_INVALID", mapped(FACTORS.replace("0.05", "1/20")), "his.yaml",
          12, "", "1/20"),
    Fault("map-factor-of-nothing", "NUMBER_INVALID", mapped(FACTORS.replace("0.05", "0")),
          "his.yaml", 12, "", "0"),
    Fault("map-join-of-one", "KEY_MISSING", mapped("join:\n  record_id: {columns: [项目]}\n"),
          "his.yaml", 12, "", "columns, by"),
    Fault("map-heading", "MAP_HEADING_MISSING", mapped(rows=HEAD.replace("日期", "就诊日") + ROWS),
          "his.csv", 1, "", "日期", ("his", "service_date")),
    Fault("map-heading-twice", "MAP_HEADING_TWICE",
          mapped(rows=HEAD.replace("单位", "医生工号") + ROWS), "his.csv", 0, "工号",
          "工号、医生工号", ("person_id",), also=("COLUMN_TWICE",)),
    Fault("source-without-files", "SOURCE_WHERE", source("{map: his.yaml}"), "case.yaml", 3, "",
          "his"),
    Fault("source-of-both", "SOURCE_WHERE",
          source("{map: his.yaml, files: his.csv, query: select 1}"), "case.yaml", 3, "", "his"),
    Fault("source-no-files", "SOURCE_NO_FILES", source("{map: his.yaml, files: hiss.csv}"),
          "case.yaml", 3, "", "hiss.csv", ("his.csv",)),
    Fault("source-outside", "SOURCE_NO_FILES", source("{map: his.yaml, files: ../*.csv}")
          | {"../other.csv": HEAD + ROWS}, "case.yaml", 3, "", "../*.csv"),
    Fault("source-twice", "SOURCE_FILE_TWICE",
          mapped(case=f"{CASE}  copy: {{map: his.yaml, files: 'h*.csv'}}\n"), "case.yaml", 4, "",
          "his.csv", ("his", "copy"), also=("MAP_HEADING_MISSING",)),
    Fault("source-of-records", "SOURCE_FILE_TWICE",
          source("{map: his.yaml, files: records.csv}") | {"records.csv": GOOD["records.csv"]},
          "case.yaml", 3, "", "records.csv", ("records",)),
    Fault("source-floats", "FLOAT_COLUMN",
          source("{map: his.yaml, files: his.parquet}") | {"his.parquet": parquet(
              机构=["I01"], 工号=["P01"], 项目=["MZ01"], 日期=["2025-06-02"], 数量=[1.5])},
          "his.parquet", 0, "数量", "数量"),
    Fault("database-no-variable", "DATABASE_ENV",
          source("{map: his.yaml, url: 'env:NO_SUCH_VARIABLE', query: select 1}"), "case.yaml", 3,
          "", "NO_SUCH_VARIABLE"),
    Fault("database-address", "DATABASE_URL",
          source("{map: his.yaml, url: nonsense, query: select 1}"), "case.yaml", 3, "", "his"),
    Fault("database-writes", "DATABASE_QUERY_KIND", source(DB + "delete from visits}"),
          "case.yaml", 3, "", "his"),
    Fault("database-lost", "DATABASE_CONNECT", source(DB + "select 1}"), "case.yaml", 3, "",
          "his"),
]  # fmt: skip

MAP_ROWS = [
    Fault("value-unlisted", "MAP_VALUE_UNLISTED",
          mapped("values:\n  item_code: {codes: {MZ01: MZ01, SF01: SF01}}\n",
                 "I01,P01,XX,2025-06-05,1,次"), "his.csv", 5, "item_code", "XX"),
    Fault("code-unlisted", "MAP_CODE_UNLISTED",
          mapped("people:\n  rows:\n    - {source_code: P01, person_id: P01}\n"
                 "    - {source_code: P02, person_id: P02}\n    - {source_code: P03, person_id: "
                 "P03}\n", "I01,P9,MZ01,2025-06-05,1,次"), "his.csv", 5, "person_id", "P9"),
    Fault("code-not-then", "MAP_CODE_NOT_THEN",
          mapped(f"{PEOPLE}  unlisted: keep\n", "I01,A,MZ01,2025-06-10,1,次"), "his.csv", 5,
          "person_id", "A"),
    Fault("code-without-day", "MAP_DAY_UNKNOWN",
          mapped(f"{PEOPLE}  unlisted: keep\n", "I01,A,MZ01,六月,1,次"), "his.csv", 5,
          "person_id", "A"),
    Fault("unit-unlisted", "MAP_UNIT_UNLISTED", mapped(FACTORS, "I01,P01,MZ01,2025-06-05,7,针"),
          "his.csv", 5, "quantity", "7"),
    Fault("quantity-places", "MAP_QUANTITY_PLACES",
          mapped(FACTORS, "I01,P01,MZ01,2025-06-05,0.11,分"), "his.csv", 5, "quantity", "0.11"),
    Fault("join-mark", "MAP_JOIN_MARK",
          mapped(JOIN.replace("[项目, 单位]", "[日期, 单位]").replace("'-'", "'#'"),
                 "I01,P01,MZ01,2025-06-05,1,次#1"), "his.csv", 5, "record_id",
          "2025-06-05#次#1"),
    Fault("error-in-a-filter", "CELL_ERROR",
          mapped("filters:\n  - {column: 单位, keep: [次]}\n", "I01,P01,MZ01,2025-06-05,1,#N/A"),
          "his.csv", 5, "单位", "#N/A"),
    Fault("error-in-a-unit", "CELL_ERROR", mapped(FACTORS, "I01,P01,MZ01,2025-06-05,1,#N/A"),
          "his.csv", 5, "quantity", "1"),
    Fault("part-of-a-joined-id", "ID_SCIENTIFIC",
          mapped(JOIN.replace("[项目, 单位]", "[日期, 单位]").replace("'-'", "'#'"),
                 "I01,P01,MZ01,2025-06-05,1,1.2E+17"), "his.csv", 5, "record_id",
          "2025-06-05#1.2E+17"),
    Fault("row-of-another-shape", "ROW_SHAPE",
          mapped("filters:\n  - {column: 单位, keep: [次]}\n", "I01,P01,MZ01,2025-06-05"),
          "his.csv", 5),
]  # fmt: skip

MAP_WARNINGS = [
    Fault("rows-left-out", "MAP_ROWS_LEFT_OUT",
          mapped("filters:\n  - {name: 作废单, column: 单位, drop: [作废]}\n",
                 "I01,P01,MZ01,2025-06-05,1,作废"), "his.csv", 0, "", "1", ("作废单", "4")),
]  # fmt: skip
