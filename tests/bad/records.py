"""Single records at fault, and what is only warned about or excluded by rule."""

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa

from tests.bad.case import GOOD, HEAD, Content, Fault, add, parquet, swap

__all__ = ["EXCLUDED", "RECORDS", "WARNINGS"]

OPTIONAL = "record_id,corrects,service_end_date,visit_number,team_id,performers,post_id,source"
GOOD_ROW = {
    "institution_id": "I01",
    "person_id": "P01",
    "item_code": "MZ01",
    "service_date": "2025-06-02",
    "quantity": "1",
}


def records(*rows: dict[str, str]) -> dict[str, Content]:
    """A good record of each person, then rows that differ from a good one as given."""
    columns = [*HEAD.split(","), *OPTIONAL.split(",")]
    written = [
        ",".join(f'"{text}"' if "," in text else text for text in cells)
        for cells in ([{**GOOD_ROW, **row}.get(name, "") for name in columns] for row in rows)
    ]
    good = [
        f"{place},MZ01,2025-06-01,1" + "," * len(OPTIONAL.split(","))
        for place in ("I01,P01", "I02,P03")
    ]
    return {"records.csv": "\n".join((",".join(columns), *good, *written)) + "\n"}


def one(code: str, column: str, *values: str, **more: str) -> Iterator[Fault]:
    """A fault for each value of one column of row 4."""
    for value in values:
        row = {**more, column: value}
        name = f"{column}-{value or 'blank'}"
        says = (column,) if code == "VALUE_MISSING" else ()
        yield Fault(name, code, records(row), "records.csv", 4, column, value, says)


TRUNCATED = "period: 2025-06\ntimes: truncate\n"


def dated(value: str, says: str, case: str = "period: 2025-06\n") -> Fault:
    """A date that is none for a reason that is told; only its English part is looked for."""
    files = {"case.yaml": case, **records({"service_date": value})}
    name = f"day-{value}-{len(case)}"
    return Fault(name, "DATE_INVALID", files, "records.csv", 4, "service_date", value,
                 says_en=(says,))  # fmt: skip


def typed(code: str, column: str, value: str, **columns: object) -> Fault:
    """A fault of the second row of a Parquet file of records."""
    good: dict[str, object] = {name: [text] * 2 for name, text in GOOD_ROW.items()}
    files: dict[str, Content] = {"records/good.csv": GOOD["records.csv"]}
    files |= {"records/june.parquet": parquet(**{**good, **columns})}
    return Fault(f"parquet-{column}-{value}", code, files, "records/june.parquet", 2, column, value)


def one_list(code: str, value: str, *says: str, **more: str) -> Fault:
    """A fault of the performers of row 4, which name the person of the good row or nobody."""
    row = {"person_id": "", **more, "performers": value}
    return Fault(f"performers-{value}", code, records(row), "records.csv", 4, "performers", value,
                 says)  # fmt: skip


TEAMS = "team_id,person_id,role,valid_to\nT01,P01,GP,\nT01,P02,nurse,2025-06-10\n"
WITH_TITLES = (
    "item_code,weight,valid_from,title_tier\nMZ01,1,2025-01-01,senior\nSF01,2,2025-01-01,\n"
)
TWO_SERIES = (
    "series,item_code,weight,valid_from\npay,MZ01,1,2025-01-01\npay,SF01,2,2025-01-01\n"
    "manage,MZ01,1,2025-01-01\n"
)
FIRST_LATER = "item_code,weight,valid_from\nMZ01,1,2025-01-01\nSF01,2,2025-06-04\n"
TWO_PEOPLE = (
    "person_id,institution_id,active_from,active_to\nP01,I01,,\nP02,I01,2025-06-04,\nP03,I02,,\n"
)


OPTIONAL_ID = ("record_id", "corrects", "visit_number")


def contact(
    basis: str, more: list[dict[str, str]] | None = None, **changes: str
) -> dict[str, Content]:
    """One record of an item with a counting basis (``visit``: a weight by visit number).

    ``more`` are further records like it, as they differ from it.
    """
    by_visit = basis == "visit"
    weights = f"MZ01,1,2025-01-01,{'' if by_visit else basis},\n"
    weights += "MZ01,2,2025-01-01,,1\n" if by_visit else ""
    row = {**GOOD_ROW, "resident_id": "R1", "household_id": "H1", **changes}
    other = {**GOOD_ROW, "item_code": "SF01", "institution_id": "I02", "person_id": "P03"}
    more = more or []
    columns = [*HEAD.split(","), "resident_id", "household_id", "service_end_date", *OPTIONAL_ID]
    rows = (row, other, *({**row, **line} for line in more))
    lines = (",".join(line.get(name, "") for name in columns) for line in rows)
    return {
        "weights.csv": "item_code,weight,valid_from,counting_basis,visit_number\n"
        + weights + "SF01,1,2025-01-01,,\n",
        "records.csv": "\n".join(
            (",".join(columns), *lines, "I01,P02,SF01,2025-06-02,1,,,,,,", "")
        ),
    }  # fmt: skip


FORM = [
    Fault("too-few-fields", "ROW_SHAPE", add("records.csv", "I01,P01,MZ01,2025-06-02"),
          "records.csv", 5, says=("4", "5")),
    Fault("too-many-fields", "ROW_SHAPE", add("records.csv", "I01,P01,MZ01,2025-06-02,1,000"),
          "records.csv", 5, says=("6", "5")),
    *(fault for name in HEAD.split(",") for fault in one("VALUE_MISSING", name, "")),
    # 2025/06/02, 20250602 and 2025-6-2 can mean one day only and are read (files as they are).
    *one("DATE_INVALID", "service_date", "2025-02-30", "2025-06-31", "2025/06/31", "20250631",
         "2025-6", "02.06.2025", "06/02/2025", "2-6-25", "六月二日", "45810"),
    *(dated(value, said) for value, said in (
        ("2025-02-29", "no such day"), ("2025-00-10", "no such day"),
        ("1825-06-02", "from 1900 to 2199"), ("2200-01-01", "from 1900 to 2199"),
        ("2025-06-02 08:30", "times: truncate"), ("2025-06-02T08:30:59.5", "times: truncate"),
        ("2025-06-02T08:30Z", "time zone"), ("2025-06-02 08:30:00+08:00", "time zone"),
        ("2025-06-02 24:00", "write it like"), ("2025-06-02T8:30", "write it like"),
        ("2025/6/2 8:30", "times: truncate"), ("06/02/2025", "left open"),
        ("2025年6月", "it has no day"),
    )),
    *(dated(value, said, TRUNCATED) for value, said in (
        ("2025-06-02T08:30:00Z", "time zone"), ("2025-06-31 08:30", "no such day"),
        ("2025-06-02 08", "write it like"),
    )),
    *one("QUANTITY_INVALID", "quantity", "一", "1,5", "1.2345", "壹", "+1", "1e3", "1.", ".5",
         "01", "1次", "--1", "NaN"),
    *one("QUANTITY_RANGE", "quantity", "0", "0.000", "1000000", "99999999999999999999"),
    *one("QUANTITY_RANGE", "quantity", "-1000000", record_id="A1", corrects="A1"),
    *one("QUANTITY_NEGATIVE", "quantity", "-1", "-0.001"),
    *one("VISIT_NUMBER_INVALID", "visit_number", "0", "1.5", "-1", "首次", "01"),
    *one("DATE_INVALID", "service_end_date", "2025-06-31", "09/06/2025"),
    *one("END_BEFORE_START", "service_end_date", "2025-06-01"),
    *(one_list("SHARES_INVALID", value, said) for value, said in (
        ("P01:3;P02:0", "P02:0"), ("P01:-1;P02:2", "P01:-1"), ("P01:1.5;P02", "P02"),
        ("P01:1.5;P02:1", "P01:1.5"), ("P01:1000000", "P01:1000000"), ("P01:03", "P01:03"),
        ("P01:3;P02:", "P02:"), (":3;P02:2", ":3"), ("P01:1;P01:2", "P01"), ("P01;P01", "P01"),
        ("P01;", "P01;"), (";", ";"))),
    Fault("line-break", "LINE_BREAK",
          {"records.csv": f'{HEAD},source\nI01,P01,MZ01,2025-06-02,1,"a\nb"\n'
           "I01,P01,MZ01,2025-06-02,1,\nI02,P03,MZ01,2025-06-02,1,\n"},
          "records.csv", 2, "source", says=("source",)),
    typed("QUANTITY_INVALID", "quantity", "1.2345", quantity=["1", "1.2345"]),
    typed("QUANTITY_RANGE", "quantity", "0", quantity=[1, 0]),
    typed("VALUE_MISSING", "quantity", "", quantity=[1, None]),
    replace(typed("QUANTITY_RANGE", "quantity", str(2**63),
                  quantity=pa.array([1, 2**63], "uint64")),
            ),
    typed("VALUE_MISSING", "person_id", "", person_id=["P01", None]),
    typed("DATE_INVALID", "service_date", "2025-06-31", service_date=["2025-06-01", "2025-06-31"]),
]  # fmt: skip

IDENTITY = [
    *(Fault(f"institution-{value}", "INSTITUTION_UNKNOWN", records({"institution_id": value}),
            "records.csv", 4, "institution_id", value, ("I01",))
      for value in ("I011", "i01")),
    *(Fault(f"person-{value}", "PERSON_UNKNOWN", records({"person_id": value}), "records.csv", 4,
            "person_id", value, says)
      for value, says in (("P011", ("P01",)), ("P001", ("P01",)), ("王春梅", ()))),
    one_list("PERSON_UNKNOWN", "P01:3;P022:2", "P022", "P02"),
    one_list("PERSON_UNKNOWN", "P01; P02", " P02"),
    one_list("PERFORMERS_DIFFER", "P02;P03", "P02;P03", person_id="P01"),
    Fault("team-unknown", "TEAM_UNKNOWN", {"teams.csv": TEAMS,
          **records({"person_id": "", "team_id": "T011"})}, "records.csv", 4, "team_id", "T011",
          ("T01",)),
    *one("VALUE_MISSING", "person_id", "", team_id="T1"),
    Fault("id-repeated", "RECORD_ID_REPEATED", records({"record_id": "A1"}, {"record_id": "A1"}),
          "records.csv", 5, "record_id", "A1", ("records.csv", "4")),
    Fault("id-conflict", "RECORD_ID_CONFLICT",
          records({"record_id": "A1"}, {"record_id": "A1", "quantity": "2"}), "records.csv", 4,
          "record_id", "A1", ("records.csv", "5")),
    Fault("corrects-unknown", "CORRECTS_UNKNOWN", records({"quantity": "-1", "corrects": "A9"}),
          "records.csv", 4, "corrects", "A9"),
]  # fmt: skip

POLICY = [
    *(Fault(f"outside-{day}", "OUTSIDE_PERIOD", records({"service_date": day}), "records.csv", 4,
            "service_date", day, ("2025-06",))
      for day in ("2025-05-31", "2025-07-01", "2024-06-15")),
    Fault("posted-elsewhere", "NO_POST", records({"institution_id": "I02"}), "records.csv", 4,
          "person_id", "P01", ("借调",)),
    one_list("NO_POST", "P01:3;P03:2;P02:1", "P03", "借调"),
    Fault("team-empty", "TEAM_EMPTY", {"teams.csv": TEAMS,
          **records({"institution_id": "I02", "person_id": "", "team_id": "T01"})},
          "records.csv", 4, "team_id", "T01"),
    Fault("team-dissolved", "TEAM_EMPTY", {
          "teams.csv": "team_id,person_id,role,valid_to\nT1,P01,GP,2025-06-02\n",
          **records({"person_id": "", "team_id": "T1"})}, "records.csv", 4, "team_id", "T1"),
    Fault("posted-later", "NO_POST", {"staff.csv": TWO_PEOPLE}, "records.csv", 3, "person_id",
          "P02"),
    Fault("item-unknown", "ITEM_UNKNOWN", records({"item_code": "MZ1"}), "records.csv", 4,
          "item_code", "MZ1", ("MZ01",)),
    Fault("not-in-series", "NOT_IN_SERIES", {"weights.csv": TWO_SERIES}, "records.csv", 3,
          "item_code", "SF01", ("manage",)),
    Fault("no-weight-yet", "NO_WEIGHT_ON_DATE", {"weights.csv": FIRST_LATER}, "records.csv", 3,
          "item_code", "SF01"),
    Fault("no-conditions", "NO_WEIGHT_FOR_CONDITIONS", {"weights.csv": WITH_TITLES,
          **swap("records.csv", "I02,P03,MZ01", "I02,P03,SF01")}, "records.csv", 2, "item_code",
          "MZ01"),
    *(Fault(f"{column}-asked-{basis}", code,
            contact(basis, resident_id="" if column == "resident_id" else "R1",
                    household_id="" if column == "household_id" else "H1"), "records.csv", 2,
            column, "")
      for basis, column, code in (
          ("visit", "resident_id", "RESIDENT_MISSING"),
          ("resident", "resident_id", "RESIDENT_MISSING"),
          ("first:2", "resident_id", "RESIDENT_MISSING"),
          ("household", "household_id", "HOUSEHOLD_MISSING"))),
    Fault("stay-without-resident", "RESIDENT_MISSING",
          contact("days", service_end_date="2025-06-03", resident_id=""), "records.csv", 2,
          "resident_id", ""),
    Fault("end-unused", "END_DATE_UNUSED", contact("record", service_end_date="2025-06-03"),
          "records.csv", 2, "service_end_date", "2025-06-03"),
    Fault("too-many-days", "DAYS_RANGE", contact("days", quantity="31"), "records.csv", 2,
          "quantity", "31"),
    Fault("half-days", "DAYS_NOT_WHOLE", contact("days", quantity="1.5"), "records.csv", 2,
          "quantity", "1.5"),
]  # fmt: skip

RECORDS = [*FORM, *IDENTITY, *POLICY]
"""Each leaves one record, or one fault of one record, to be rejected."""

WARNINGS = [
    Fault("basis-quantity", "BASIS_QUANTITY", contact("resident", quantity="2"), "records.csv", 2,
          "quantity", "2"),
    Fault("days-differ", "DAYS_DIFFER", contact("days", service_end_date="2025-06-05"),
          "records.csv", 2, "quantity", "1", ("3",)),
    Fault("visit-differs", "VISIT_NUMBER_DIFFERS", contact("visit", visit_number="4"),
          "records.csv", 2, "visit_number", "4", ("1",)),
    Fault("series-unused", "SERIES_UNUSED",
          {"case.yaml": "period: 2025-06\nseries:\n  pya: {missing: reject}\n"}, "case.yaml", 3,
          "", "pya", ("pay",)),
    Fault("above-max", "QUANTITY_ABOVE_MAX",
          {"weights.csv": "item_code,weight,valid_from,quantity_max\nMZ01,1,2025-01-01,9.5\n"
           "SF01,2,2025-01-01,5\n"}, "records.csv", 2, "quantity", "10", ("9.5",)),
    Fault("stay-above-max", "QUANTITY_ABOVE_MAX", {
          # 20 days in June cut where the weight changes: neither piece is above 12, the stay is.
          **contact("days", quantity="20", service_end_date="2025-06-22"),
          "weights.csv": "item_code,weight,valid_from,valid_to,counting_basis,quantity_max\n"
          "MZ01,1,2025-01-01,2025-06-12,days,12\nMZ01,2,2025-06-12,,days,12\nSF01,1,2025-01-01,,,\n"},
          "records.csv", 2, "quantity", "20", ("12", "20")),
    Fault("times", "TIMES_TRUNCATED",
          {"case.yaml": TRUNCATED, **records({"service_date": "2025-06-02 23:59"})},
          "records.csv", 0, "service_date", "1", ("service_date",)),
    Fault("times-of-a-table", "TIMES_TRUNCATED",
          {"case.yaml": TRUNCATED, "weights.csv": "item_code,weight,valid_from\n"
           "MZ01,1,2025-01-01 00:00:00\nSF01,2,2025-01-01T00:00\n"},
          "weights.csv", 0, "valid_from", "2", ("valid_from",)),
    Fault("dates-read", "DATES_READ", records({"service_date": "2025/6/2"}),
          "records.csv", 0, "service_date", "1", ("service_date", "YYYY/M/D: 1")),
    Fault("dates-read-of-a-table", "DATES_READ",
          {"weights.csv": "item_code,weight,valid_from\nMZ01,1,20250101\nSF01,2,2025年1月1日\n"},
          "weights.csv", 0, "valid_from", "2", ("YYYYMMDD: 1, YYYY年M月D日: 1",)),
    Fault("unused-list", "COLUMN_UNKNOWN",
          {"records/good.csv": GOOD["records.csv"],
           "records/june.parquet": parquet(**{k: [v] for k, v in GOOD_ROW.items()}, marks=[[1]])},
          "records/june.parquet", 1, "", "marks",
          ),
    Fault("role-unused", "TEAM_ROLE_UNUSED",
          {"case.yaml": "period: 2025-06\nteam_roles: {GP: 3, nurs: 2}\n", "teams.csv": TEAMS},
          "case.yaml", 2, "", "nurs", ("nurse",)),
    Fault("column-unknown", "COLUMN_UNKNOWN", swap("staff.csv", ",name", ",nmae"), "staff.csv", 1,
          "", "nmae", ("name",)),
    Fault("column-unknown-records", "COLUMN_UNKNOWN",
          {"records.csv": f"{HEAD},settting\nI01,P01,MZ01,2025-06-02,1,x\n"
           "I02,P03,MZ01,2025-06-02,1,\n"}, "records.csv", 1, "", "settting", ("setting",)),
    Fault("negative-key", "NEGATIVE_KEY",
          records({"person_id": "P02", "quantity": "-2.5", "record_id": "A1", "corrects": "A1"}),
          "pools.csv", 2, "", "P02", ("-2.5000000", "绩效")),
]  # fmt: skip
"""The settlement goes on; the problem is listed."""

EXCLUDED = [
    Fault("counted-once", "BASIS_REPEAT", contact("resident", [{"service_date": "2025-06-09"}])),
    Fault("counted-before", "BEFORE_PERIOD", contact("first:2", [{"service_date": "2025-05-09"}])),
    Fault("corrected-in-part", "CORRECTION_ONLY", {
        **contact("resident", [{"quantity": "-0.5", "record_id": "", "corrects": "A1"}],
                  record_id="A1"),
    }),
    Fault("corrected-to-nothing", "VOIDED",
          contact("resident", [{"quantity": "-1", "record_id": "", "corrects": "A1"}],
                  record_id="A1"), value="2"),
    Fault("same-contact", "CONCURRENT", {
        **contact("record", [{"item_code": "SF01"}]),
        "case.yaml": "period: 2025-06\nconcurrent:\n"
                     "  - {name: a, beside: [MZ01], items: [SF01], credit: none}\n"}),
    Fault("in-hospital", "STAY_INSIDE", {
        **contact("days", [{"item_code": "ZY01", "service_date": "2025-06-01",
                            "service_end_date": "2025-06-20"}], service_end_date="2025-06-03"),
        "weights.csv": "item_code,weight,valid_from,counting_basis\nMZ01,1,2025-01-01,days\n"
                       "ZY01,1,2025-01-01,days\nSF01,1,2025-01-01,\n",
        "case.yaml": "period: 2025-06\nstays:\n"
                     "  - {name: a, inside: [ZY01], exclude: [MZ01]}\n"}),
    Fault("stopped", "ITEM_STOPPED",
          {"weights.csv": "item_code,weight,valid_from,valid_to,stopped\nMZ01,1,2025-01-01,,\n"
           "SF01,2,2025-01-01,2025-06-03,1\n"}),
    Fault("not-purchased", "NOT_IN_SERIES",
          {"weights.csv": TWO_SERIES.replace("manage", "purchase")}),
    Fault("outside-declared", "OUTSIDE_PERIOD",
          {"case.yaml": "period: 2025-06\noutside_period: exclude\n",
           **swap("records.csv", "2025-06-03", "2025-07-03")}),
]  # fmt: skip
"""Kept out by a rule: no fault, but counted under its name."""
