"""Master data and pools at fault: columns, ids, amounts, flags, dates, postings."""

from tests.bad.case import HEAD, Content, Fault, add, parquet, swap, weights

__all__ = ["MONEY", "TABLES", "UNREADABLE"]

STAFF = "person_id,institution_id,post_id,main,active_from,active_to\n"

TEAMS = "team_id,person_id,role,share,valid_from,valid_to"


def staff(*rows: str) -> dict[str, Content]:
    """A staff table of these rows, with posts and dates."""
    return {"staff.csv": STAFF + "\n".join(rows) + "\nP02,I01,,,,\nP03,I02,,,,\n"}


def teams(*rows: str) -> dict[str, Content]:
    """A table of teams of these rows."""
    return {"teams.csv": "\n".join((TEAMS, *rows)) + "\n"}


TABLES = [
    Fault(
        "column-missing",
        "COLUMN_MISSING",
        swap("staff.csv", "person_id", "persn_id"),
        "staff.csv",
        1,
        "",
        "person_id",
        ("persn_id",),
        ("COLUMN_UNKNOWN",),
    ),
    Fault(
        "column-missing-chinese",
        "COLUMN_MISSING",
        swap("pools.csv", "amount", "金额（万元）"),
        "pools.csv",
        1,
        "",
        "amount",
        ("金额（万元）",),
        ("COLUMN_UNKNOWN",),
    ),
    Fault(
        "column-missing-records",
        "COLUMN_MISSING",
        swap("records.csv", "quantity", "quantiy"),
        "records.csv",
        1,
        "",
        "quantity",
        ("quantiy",),
        ("COLUMN_UNKNOWN",),
    ),
    Fault(
        "column-twice",
        "COLUMN_TWICE",
        swap("staff.csv", "name", "人员编号"),
        "staff.csv",
        1,
        "",
        "person_id",
        ("人员编号",),
    ),
    Fault(
        "column-twice-records",
        "COLUMN_TWICE",
        {"records.csv": f"{HEAD},数量\nI01,P01,MZ01,2025-06-02,1,2\n"},
        "records.csv",
        1,
        "",
        "quantity",
        ("数量",),
    ),
    Fault(
        "line-break",
        "LINE_BREAK",
        swap("staff.csv", "王春梅\nP02,I01,李志强", '"王春梅\nP02,I01,李志强"'),
        "staff.csv",
        2,
        "name",
        says=("name",),
        also=("PERSON_UNKNOWN",),
    ),
    Fault(
        "too-many-fields",
        "ROW_SHAPE",
        swap("staff.csv", "李志强", "李,志强"),
        "staff.csv",
        3,
        "",
        says=("4", "3"),
    ),
    Fault(
        "blank-person",
        "VALUE_MISSING",
        swap("staff.csv", "P02,", ","),
        "staff.csv",
        3,
        "person_id",
        says=("person_id",),
    ),
    Fault(
        "blank-amount", "VALUE_MISSING", swap("pools.csv", "30.00", ""), "pools.csv", 3, "amount"
    ),
    Fault(
        "institution-twice",
        "ID_TWICE",
        swap("institutions.csv", "I02", "I01"),
        "institutions.csv",
        3,
        "institution_id",
        "I01",
        ("institutions.csv", "2"),
        ("ID_UNKNOWN",),
    ),
    Fault(
        "pool-twice",
        "ID_TWICE",
        add("pools.csv", "I01,绩效,5.00"),
        "pools.csv",
        4,
        "pool",
        says=("绩效", "2"),
    ),
    Fault(
        "posted-nowhere",
        "ID_UNKNOWN",
        swap("staff.csv", "P03,I02", "P03,I002"),
        "staff.csv",
        4,
        "institution_id",
        "I002",
        ("I02",),
        ("POOL_NO_PEOPLE",),
    ),
    Fault(
        "pool-of-nobody",
        "ID_UNKNOWN",
        add("pools.csv", "I021,绩效,5.00"),
        "pools.csv",
        4,
        "institution_id",
        "I021",
        ("I02",),
    ),
    Fault(
        "parent-unknown",
        "ID_UNKNOWN",
        {"institutions.csv": "institution_id,parent_id\nI01,\nI02,H01\n"},
        "institutions.csv",
        3,
        "parent_id",
        "H01",
    ),
    Fault(
        "department-nowhere",
        "ID_UNKNOWN",
        {"departments.csv": "department_id,institution_id\nD1,I01\nD2,I03\n"},
        "departments.csv",
        3,
        "institution_id",
        "I03",
    ),
    *(
        Fault(
            f"amount-{text}",
            "AMOUNT_INVALID",
            swap("pools.csv", "100.00", f'"{text}"'),
            "pools.csv",
            2,
            "amount",
            text,
        )
        for text in ("100.001", "-5.00", "一百", "1,00.00", "1e3", "+5", "10000000000000")
    ),
    *(
        Fault(
            f"main-{text}",
            "FLAG_INVALID",
            staff(f"P01,I01,,{text},,"),
            "staff.csv",
            2,
            "main",
            text,
        )
        for text in ("是", "true", "2")
    ),
    Fault(
        "flag-stopped",
        "FLAG_INVALID",
        weights("MZ01,1,2025-01-01,2026-01-01,停", "SF01,2,2025-01-01,,", columns="stopped"),
        "weights.csv",
        2,
        "stopped",
        "停",
    ),
    Fault(
        "posting-reversed",
        "DATES_REVERSED",
        staff("P01,I01,,,2025-06-30,2025-06-30"),
        "staff.csv",
        2,
        "active_to",
        says=("2025-06-30",),
    ),
    Fault(
        "weight-reversed",
        "DATES_REVERSED",
        weights("MZ01,1,2025-06-02,2025-06-01", "SF01,1,2025-01-01,"),
        "weights.csv",
        2,
        "valid_to",
        says=("2025-06-01", "2025-06-02"),
    ),
    *(
        Fault(
            f"posting-date-{text}",
            "DATE_INVALID",
            staff(f"P01,I01,,,{text},"),
            "staff.csv",
            2,
            "active_from",
            text,
        )
        for text in (
            # 2025/01/01, 2025-1-1 and 20250101 can mean one day only and are read.
            "2025-02-30",
            "01/01/2025",
            "2025-1",
            "20250132",
            "1825-01-01",
        )
    ),
    Fault(
        "posts-overlap",
        "POSTS_OVERLAP",
        staff("P01,I01,A,,2025-01-01,2025-07-01", "P01,I01,A,,2025-06-01,"),
        "staff.csv",
        2,
        "",
        "P01",
        ("staff.csv", "3"),
    ),
    Fault(
        "posts-overlap-both-main",
        "POSTS_OVERLAP",
        staff("P01,I01,,1,2025-01-01,", "P01,I01,,1,2025-06-01,"),
        "staff.csv",
        2,
        "",
        "P01",
        ("3",),
    ),
    *(
        Fault(
            f"team-share-{text}",
            "TEAM_SHARE_INVALID",
            teams(f"T1,P01,GP,{text},,"),
            "teams.csv",
            2,
            "share",
            text,
        )
        for text in ("0", "-1", "1.5", "1000000", "一", "50%")
    ),
    Fault(
        "team-person-unknown",
        "ID_UNKNOWN",
        teams("T1,P011,GP,,,"),
        "teams.csv",
        2,
        "person_id",
        "P011",
        ("P01",),
    ),
    Fault(
        "team-role-blank",
        "VALUE_MISSING",
        teams("T1,P01,,2,,"),
        "teams.csv",
        2,
        "role",
        says=("role",),
    ),
    Fault(
        "team-date",
        "DATE_INVALID",
        teams("T1,P01,GP,,2025-02-30,"),
        "teams.csv",
        2,
        "valid_from",
        "2025-02-30",
    ),
    Fault(
        "team-dates-reversed",
        "DATES_REVERSED",
        teams("T1,P01,GP,,2025-06-03,2025-06-03"),
        "teams.csv",
        2,
        "valid_to",
        "2025-06-03",
    ),
    Fault(
        "team-member-twice",
        "TEAM_MEMBER_TWICE",
        teams("T1,P01,GP,,,2025-06-03", "T1,P02,GP,,,", "T1,P01,nurse,,2025-06-02,"),
        "teams.csv",
        4,
        "",
        "P01",
        ("2",),
    ),
]

UNREADABLE = [
    Fault(
        "list-in-staff",
        "COLUMN_TYPE",
        {
            "staff.csv": None,
            "staff.parquet": parquet(person_id=["P01"], institution_id=["I01"], name=[[1]]),
        },
        "staff.parquet",
        0,
        "name",
        "name",
    ),
    Fault(
        "bytes-in-staff",
        "COLUMN_TYPE",
        {
            "staff.csv": None,
            "staff.parquet": parquet(person_id=[b"\xff\xfe"], institution_id=["I01"]),
        },
        "staff.parquet",
        0,
        "person_id",
        "person_id",
    ),
]

MONEY = [
    Fault(
        "nobody",
        "POOL_NO_PEOPLE",
        {**add("institutions.csv", "I03,空院"), **add("pools.csv", "I03,绩效,7.00")},
        "pools.csv",
        4,
        "",
        "绩效",
        ("I03", "7.00"),
    ),
    Fault(
        "no-key",
        "POOL_NO_KEY",
        swap("records.csv", "I02,P03,MZ01,2025-06-04,3\n", ""),
        "pools.csv",
        3,
        "",
        "绩效",
        ("I02", "30.00"),
    ),
    Fault(
        "no-records",
        "POOL_NO_KEY",
        {"records.csv": f"{HEAD}\n", **swap("pools.csv", "I02,绩效,30.00\n", "")},
        "pools.csv",
        2,
    ),
    Fault(
        "too-large",
        "TOTAL_TOO_LARGE",
        {
            **swap("weights.csv", "MZ01,1,", "MZ01,999999.9999,"),
            **swap("records.csv", "04,3", "04,999999.999"),
        },
    ),
]
