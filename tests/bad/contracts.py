"""Contracts at fault: their table, and those that nobody can have (D1, 5.15)."""

from tests.bad.case import Content, Fault, add

__all__ = ["CONTRACTS", "CONTRACT_MONEY"]

FILE = "contracts.csv"
HEAD = "contract_id,resident_id,household_id,team_id,person_id,active_from,active_to,permanent"
YAML = (
    "period: 2025-06\nsharing:\n  绩效:\n    nobody: retain\n"
    "    levels: [{to: person, key: contracts}]\n"
)
TEAMS = "team_id,person_id,role,valid_to\nT1,P01,GP,2025-06-30\n"


def contracts(*rows: str, **files: Content) -> dict[str, Content]:
    """Contracts, and a pool that is shared by them."""
    named = {name.replace("_", "."): content for name, content in files.items()}
    return {FILE: "\n".join((HEAD, *rows)) + "\n", "case.yaml": YAML, **named}


def fault(name: str, code: str, row: str, column: str, value: str = "", *says: str) -> Fault:
    """One row of contracts at fault."""
    return Fault(f"contract-{name}", code, contracts(row), FILE, 2, column, value, says)


CONTRACTS = [
    fault("id", "VALUE_MISSING", ",J1,,,P01,2025-01-01,,", "contract_id"),
    fault("resident", "VALUE_MISSING", "Q1,,,,P01,2025-01-01,,", "resident_id"),
    fault("start", "VALUE_MISSING", "Q1,J1,,,P01,,,", "active_from"),
    fault("nobody", "CONTRACT_NOBODY", "Q1,J1,,,,2025-01-01,,", "", "Q1"),
    fault("person", "ID_UNKNOWN", "Q1,J1,,,P1,2025-01-01,,", "person_id", "P1", "P01"),
    fault("team", "ID_UNKNOWN", "Q1,J1,,T1,,2025-01-01,,", "team_id", "T1"),
    fault("date", "DATE_INVALID", "Q1,J1,,,P01,2025-02-30,,", "active_from", "2025-02-30"),
    fault("ends", "DATES_REVERSED", "Q1,J1,,,P01,2025-02-01,2025-02-01,", "active_to",
          "2025-02-01"),
    fault("flag", "FLAG_INVALID", "Q1,J1,,,P01,2025-02-01,,yes", "permanent", "yes"),
    Fault(
        "contract-twice",
        "ID_TWICE",
        contracts("Q1,J1,,,P01,2025-02-01,,", "Q1,J2,,,P02,2025-02-01,,"),
        FILE,
        3,
        "contract_id",
        "Q1",
        ("contracts.csv", "2"),
    ),
    Fault("contracts-missing", "TABLE_MISSING", {"case.yaml": YAML}, "case.yaml", 5, "",
          "contracts"),
]  # fmt: skip
"""What is wrong with the table."""

CONTRACT_MONEY = [
    Fault(
        "contract-without-post",
        "CONTRACT_NO_POST",
        contracts(
            "Q1,J1,,,P02,2025-01-01,,",
            staff_csv="person_id,institution_id,active_to\nP01,I01,\nP02,I01,2025-06-30\nP03,I02,\n",
        ),
        FILE,
        2,
        "",
        "P02",
        ("1",),
    ),
    Fault(
        "contract-of-an-empty-team",
        "CONTRACT_TEAM_EMPTY",
        contracts("Q1,J1,,T1,,2025-01-01,,", teams_csv=TEAMS),
        FILE,
        2,
        "",
        "T1",
        ("1",),
    ),
    Fault(
        "contract-with-two-homes",
        "CONTRACT_HOME_UNCLEAR",
        {**contracts("Q1,J1,,,P01,2025-01-01,,"), **add("staff.csv", "P01,I02,王春梅")},
        FILE,
        2,
        "",
        "P01",
        ("I01", "I02", "1"),
    ),
]
"""Contracts that nobody can have."""
