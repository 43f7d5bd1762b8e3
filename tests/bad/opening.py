"""What earlier periods of the year bring in, and bounds of a year, at fault (5.11, 5.12, 5.18)."""

from tests.bad.case import Content, Fault

__all__ = ["OF_A_YEAR", "OF_A_YEAR_WARNINGS"]

YAML, OPENING = "case.yaml", "opening.csv"
HEAD = "kind,institution_id,pool,person_id,series,period,equivalents,days,amount"
PAID = "paid,I01,绩效,P01,,2025-05,,,10.00"
EARNED = "earned,I01,,P01,,2025-05,10,,"


def rows(*lines: str) -> dict[str, Content]:
    """The table; the first row stands in line 2."""
    return {OPENING: "\n".join([HEAD, *lines, ""])}


def fault(name: str, code: str, line: str, column: str, value: str, *says: str) -> Fault:
    """One row at fault."""
    return Fault(f"opening-{name}", code, rows(line), OPENING, 2, column, value, says)


CAP_HEAD = "kind,institution_id,pool,period,amount,line,person_id"
CAPPED = (
    "period: 2025-06\nreference: 示例\nfunds: {f: {kind: floor, payers: [{payer: 甲, share: 1}]}}\n"
    "pay_cap: {kind: fixed, valid_from: 2025-01-01}\n"
)


def of_cap(name: str, code: str, line: str, column: str, value: str, *says: str) -> Fault:
    """One row of a pay cap at fault."""
    files: dict[str, Content] = {YAML: CAPPED, OPENING: f"{CAP_HEAD}\n{line}\n"}
    return Fault(f"opening-cap-{name}", code, files, OPENING, 2, column, value, says)


def bounds(text: str, to: str = "person") -> dict[str, Content]:
    """A level with a bound, in line 5 of case.yaml."""
    return {
        YAML: "period: 2025-06\nsharing:\n  绩效:\n    levels:\n"
        f"      - {{to: {to}, {text}}}\n" + "      - {to: person}\n" * (to != "person")
    }


YEARLY_CEILING = (
    "period: 2025-06\nceilings:\n"
    '  - {name: 封顶, window: year, tiers: [{from: "0", rate: "1"}, {from: "9", rate: "0"}]}\n'
)
DEPARTMENTS: dict[str, Content] = {
    YAML: "period: 2025-06\nsharing:\n  绩效:\n    levels:\n"
    "      - {to: department}\n      - {to: person, cap: {year: '1.00'}}\n",
    "departments.csv": "department_id,institution_id\nD1,I01\nD2,I01\n",
    "staff.csv": "person_id,institution_id,post_id,department_id\n"
    "P01,I01,A,D1\nP01,I01,B,D2\nP02,I01,,D1\nP03,I02,,\n",
}

OF_A_YEAR = [
    fault("other-year", "OPENING_PERIOD", "paid,I01,绩效,P01,,2024-12,,,1", "period", "2024-12"),
    fault("same", "OPENING_PERIOD", "paid,I01,绩效,P01,,2025-06,,,1", "period", "2025-06"),
    fault("reaches-in", "OPENING_PERIOD", "earned,I01,,P01,,2025-Q2,1,,", "period", "2025-Q2"),
    fault("no-period", "PERIOD_INVALID", "paid,I01,绩效,P01,,2025-5,,,1", "period", "2025-5"),
    fault("period-blank", "VALUE_MISSING", "paid,I01,绩效,P01,,,,,1", "period", "", "period"),
    fault("amount-blank", "VALUE_MISSING", "paid,I01,绩效,P01,,2025-05,,,", "amount", "", "amount"),
    fault("amount", "AMOUNT_INVALID", "paid,I01,绩效,P01,,2025-05,,,1.001", "amount", "1.001"),
    fault("amount-below-0", "AMOUNT_INVALID", "paid,I01,绩效,P01,,2025-05,,,-1", "amount", "-1"),
    fault("paid-pool", "ID_UNKNOWN", "paid,I01,绩校,P01,,2025-05,,,1", "pool", "绩校"),
    fault("earned-person", "ID_UNKNOWN", "earned,I01,,P1,,2025-05,1,,", "person_id", "P1", "P01"),
    fault("earned-series", "SERIES_UNKNOWN", "earned,I01,,P01,buy,2025-05,1,,", "series", "buy"),
    fault("earned-e7", "NUMBER_INVALID", "earned,I01,,P01,,2025-05,x,,", "equivalents", "x"),
    fault("stray-amount", "OPENING_STRAY", "key,I01,绩效,P01,,,-1,,5", "amount", "5", "key"),
    fault("stray-pool", "OPENING_STRAY", "earned,I01,绩效,P01,,2025-05,1,,", "pool", "绩效"),
    fault("stray-days", "OPENING_STRAY", "paid,I01,绩效,P01,,2025-05,,3,1", "days", "3", "paid"),
    of_cap("name", "VALUE_MISSING", "cap_fund,I01,,2025-05,1,,", "line", "", "line"),
    of_cap("pool", "VALUE_MISSING", "cap_excess,I01,,,1,,", "pool", "", "pool"),
    of_cap("place", "ID_UNKNOWN", "cap_base,I1,,2025-05,1,,", "institution_id", "I1", "I01"),
    of_cap("base-below-0", "AMOUNT_INVALID", "cap_base,I01,,2025-05,-1,,", "amount", "-1"),
    of_cap("late", "OPENING_PERIOD", "cap_base,I01,,2025-06,1,,", "period", "2025-06"),
    of_cap("person", "OPENING_STRAY", "cap_base,I01,,2025-05,1,,P01", "person_id", "P01"),
    of_cap("balance", "OPENING_STRAY", "cap_excess,I01,绩效,2025-05,1,,", "period", "2025-05"),
    Fault("opening-no-cap", "OPENING_NO_CAP",
          {OPENING: f"{CAP_HEAD}\ncap_excess,I01,绩效,,1,,\n"}, OPENING, 2, "kind", "cap_excess"),
    Fault("opening-cap-of-the-period", "OPENING_NO_CAP",
          {YAML: CAPPED.replace("fixed", "fixed, per: period"),
           OPENING: f"{CAP_HEAD}\ncap_base,I01,,2025-05,1,,\n"}, OPENING, 2, "kind", "cap_base"),
    Fault("opening-cap-not-yet", "OPENING_NO_CAP",
          {YAML: CAPPED.replace("2025-01-01", "2025-07-01"),
           OPENING: f"{CAP_HEAD}\ncap_excess,I01,绩效,,1,,\n"}, OPENING, 2, "kind", "cap_excess"),
    Fault(
        "opening-twice",
        "OPENING_TWICE",
        rows("paid,I01,绩效,P01,,2025-Q1,,,1", "paid,I01,绩效,P01,,2025-03,,,1"),
        OPENING,
        3,
        "",
        "I01 绩效 P01",
        ("opening.csv",),
    ),
    Fault(
        "earned-twice",
        "OPENING_TWICE",
        rows(EARNED, EARNED),
        OPENING,
        3,
        "",
        "I01 P01 pay",
    ),
    Fault(
        "earned-missing",
        "EARNED_MISSING",
        {
            YAML: YEARLY_CEILING,
            **rows(EARNED, "earned,I01,,P02,,2025-Q1,1,,"),
            "staff.csv": "person_id,institution_id,active_from\n"
            "P01,I01,2025-05-31\nP02,I01,2025-02-01\nP03,I02,2025-06-01\n",
        },
        YAML,
        3,
        "",
        "P02",
        ("I01", "封顶", "earned", "2025-04, 2025-05"),
    ),
    Fault(
        "bound-year-amount",
        "AMOUNT_INVALID",
        bounds("cap: {year: '1.001'}"),
        YAML,
        5,
        "",
        "1.001",
    ),
    Fault(
        "bound-year-department",
        "LEVEL_INVALID",
        bounds("cap: {year: '1.00'}", "department"),
        YAML,
        5,
        "",
        "cap",
        ("person",),
    ),
    Fault(
        "bound-year-and-average",
        "LEVEL_INVALID",
        bounds("floor: {year: '1.00', average: '1'}"),
        YAML,
        5,
        "",
        "floor",
        ("average", "year"),
    ),
    Fault(
        "bound-years",
        "KEY_UNKNOWN",
        bounds("cap: {year: '1.00', years: '1'}"),
        YAML,
        5,
        "",
        "years",
        ("year",),
    ),
    Fault(
        "bound-year-floor-above-cap",
        "FLOOR_ABOVE_CAP",
        bounds("limits: {P01: {cap: {year: '1.00'}, floor: {year: '1.00'}}}"),
        YAML,
        5,
        "",
        "P01",
        ("0.09", "0.08"),
    ),
    Fault(
        "bound-year-in-two-departments",
        "YEARLY_SEVERAL",
        DEPARTMENTS,
        YAML,
        6,
        "",
        "P01",
        ("绩效", "D2"),
    ),
]  # fmt: skip
"""What is wrong with rows of `opening`, and with bounds of a year."""

OF_A_YEAR_WARNINGS = [
    Fault(
        "bound-year-no-month",
        "YEARLY_NOT_EMPLOYED",
        {
            **bounds("cap: {year: '1.00'}"),
            "staff.csv": "person_id,institution_id,active_from\n"
            "P01,I01,\nP02,I01,2025-06-02\nP03,I02,\n",
        },
        YAML,
        5,
        "",
        "P02",
        ("绩效", "I01"),
    ),
]
"""Who has no whole month employed."""
