"""Contracts that must not be, registers, charges and tasks at fault (C5, B3 to B5)."""

from tests.bad.case import Content, Fault

__all__ = ["HEADS", "SIGNED_WARNINGS"]

CONTRACTS = "contract_id,resident_id,household_id,team_id,person_id,active_from,active_to,package"
REGISTERS = "institution_id,group,heads,date"
CHARGES = "resident_id,institution_id,code,amount,date"
TASKS = "institution_id,fund,task,quantity,income"
PAST = f"{TASKS},year"
TEAMS = "team_id,person_id,role\nT1,P01,GP\nT2,P02,GP\n"


def table(name: str, head: str, *rows: str) -> dict[str, Content]:
    """One table of these rows, and the teams that contracts may name."""
    return {name: "\n".join((head, *rows)) + "\n", "teams.csv": TEAMS}


def signed(*rows: str) -> dict[str, Content]:
    """A table of contracts."""
    return table("contracts.csv", CONTRACTS, *rows)


HEADS = [
    Fault(
        "contract-institution",
        "ID_UNKNOWN",
        table(
            "contracts.csv",
            "contract_id,resident_id,person_id,active_from,机构编号",
            "Q1,J1,P01,2025-01-01,I03",
        ),
        "contracts.csv",
        2,
        "institution_id",
        "I03",
        ("I02",),
    ),
    Fault(
        "contract-overlaps",
        "CONTRACT_OVERLAP",
        signed("Q1,J1,,,P01,2024-01-01,2026-01-01,A", "Q2,J1,,T1,P01,2025-01-01,,A",
               "Q3,J1,,,P01,2025-06-30,2026-07-01,A", "Q4,J1,,,P01,2026-01-01,2027-01-01,B"),
        "contracts.csv", 4, "active_from", "Q3", ("Q1", "row 2"),
    ),
    Fault("register-undated", "VALUE_MISSING",
          table("registers.csv", REGISTERS, "I01,常住,100,"), "registers.csv", 2, "date"),
    Fault("register-without-dates", "COLUMN_MISSING",
          table("registers.csv", REGISTERS.removesuffix(",date"), "I01,常住,100"),
          "registers.csv", 1, "", "date"),
    Fault("register-date", "DATE_INVALID",
          table("registers.csv", REGISTERS, "I01,常住,100,2025-6"), "registers.csv", 2, "date",
          "2025-6"),
    Fault("register-part-of-a-head", "HEADS_INVALID",
          table("registers.csv", REGISTERS, "I01,常住,100.5,2025-06-01"), "registers.csv", 2,
          "heads", "100.5"),
    Fault("register-below-zero", "HEADS_INVALID",
          table("registers.csv", REGISTERS, "I01,常住,-1,2025-06-01"), "registers.csv", 2,
          "heads", "-1"),
    Fault("register-place", "ID_UNKNOWN",
          table("registers.csv", REGISTERS, "I3,常住,1,2025-06-01"), "registers.csv", 2,
          "institution_id", "I3"),
    Fault("register-twice", "ID_TWICE",
          table("registers.csv", REGISTERS, "I01,常住,1,2025-06-01", "I01,65+,1,2025-06-01",
                "I01,常住,2,2025-06-01"),
          "registers.csv", 4, "date", "I01 常住 2025-06-01", ("2",)),
    Fault("charge-amount", "AMOUNT_INVALID",
          table("charges.csv", CHARGES, "J1,I01,GC,10.001,2025-06-01"), "charges.csv", 2, "amount",
          "10.001"),
    Fault("charge-place", "ID_UNKNOWN",
          table("charges.csv", CHARGES, "J1,I3,GC,10,2025-06-01"), "charges.csv", 2,
          "institution_id", "I3"),
    Fault("charges-too-large", "CHARGES_TOO_LARGE",
          table("charges.csv", CHARGES, *["J1,I01,GC,9000000000000,2025-06-01"] * 2),
          "charges.csv", says=("10000000000000.00",)),
    Fault("task-without-quantity", "TASK_INCOMPLETE",
          table("tasks.csv", TASKS, "I01,基本,门诊,,"), "tasks.csv", 2, "", "门诊"),
    Fault("quantity-without-task", "TASK_INCOMPLETE",
          table("tasks.csv", TASKS, "I01,基本,,5,"), "tasks.csv", 2, "", "基本"),
    Fault("task-row-of-nothing", "TASK_INCOMPLETE",
          table("tasks.csv", TASKS, "I01,基本,,,"), "tasks.csv", 2, "", "基本"),
    Fault("task-quantity", "TASK_QUANTITY",
          table("tasks.csv", TASKS, "I01,基本,门诊,1.2345,"), "tasks.csv", 2, "quantity", "1.2345"),
    Fault("task-quantity-size", "TASK_QUANTITY",
          table("tasks.csv", TASKS, "I01,基本,门诊,1000000,"), "tasks.csv", 2, "quantity"),
    Fault("task-income", "AMOUNT_INVALID",
          table("tasks.csv", TASKS, "I01,基本,,,1千"), "tasks.csv", 2, "income", "1千"),
    Fault("task-twice", "ID_TWICE",
          table("tasks.csv", TASKS, "I01,基本,门诊,5,", "I01,基本,门诊,6,"), "tasks.csv", 3, "task",
          "I01 基本 门诊"),
    Fault("past-year-twice", "ID_TWICE",
          table("tasks.csv", PAST, "I01,基本,门诊,5,,2023", "I01,基本,门诊,6,,2024",
                "I01,基本,门诊,7,,2023"),
          "tasks.csv", 4, "year", "I01 基本 门诊 2023"),
    Fault("past-year-form", "TASK_YEAR_INVALID",
          table("tasks.csv", PAST, "I01,基本,门诊,5,,24"), "tasks.csv", 2, "year", "24"),
    Fault("past-year-with-income", "TASK_YEAR_INVALID",
          table("tasks.csv", PAST, "I01,基本,门诊,5,9.00,2024"), "tasks.csv", 2, "year", "2024"),
]  # fmt: skip
"""What is wrong with the tables."""

SIGNED_WARNINGS = [
    Fault(
        "two-doctors", "RESIDENT_TWO_DOCTORS",
        signed("Q1,J1,,,P01,2024-01-01,2025-06-02,", "Q2,J1,,,P02,2025-06-01,,"),
        "contracts.csv", 3, "resident_id", "J1", ("Q1", "row 2"),
    ),
    Fault(
        "two-teams-of-a-resident", "RESIDENT_TWO_DOCTORS",
        signed("Q2,J1,,T2,,2025-05-01,,", "Q1,J1,,T1,,2024-01-01,,"),
        "contracts.csv", 2, "resident_id", "J1", ("Q1", "row 3"),
    ),
    Fault(
        "two-teams-of-a-household", "HOUSEHOLD_TWO_TEAMS",
        signed("Q1,J1,H1,T1,,2024-01-01,,", "Q2,J2,H1,T1,,2024-01-01,,",
               "Q3,J3,H1,T2,,2025-01-01,,", "Q4,J4,H2,T2,,2025-01-01,,"),
        "contracts.csv", 4, "household_id", "H1", ("Q", "row"),
    ),
    Fault(
        "short-term", "CONTRACT_TERM_SHORT",
        signed("Q1,J1,,T1,,2024-07-01,2025-07-01,", "Q2,J2,,T1,,2024-07-02,2025-07-01,"),
        "contracts.csv", 3, "active_to", "Q2", ("2024-07-02", "2025-06-30"),
    ),
    Fault(
        "many-households", "TEAM_HOUSEHOLDS",
        signed("Q0,J0,,T2,,2025-01-01,,",
               *(f"Q{at},J{at},H{at // 2},T1,,2025-01-01,," for at in range(2, 2004)),
               "Q,J,H9,T1,,2025-01-01,,"),
        "contracts.csv", 3, "team_id", "T1", ("1001", "1000"),
    ),
    Fault(
        "rows-of-other-periods", "ROWS_OUTSIDE_PERIOD",
        table("registers.csv", REGISTERS, "I01,常住,100,2025-06-30", "I01,常住,100,2024-06-30",
              "I01,常住,100,2025-07-01"),
        "registers.csv", 3, "date", "2024-06-30", ("2", "2025-06"),
    ),
    Fault(
        "charges-of-other-periods", "ROWS_OUTSIDE_PERIOD",
        table("charges.csv", CHARGES, "J1,I01,GC,10,2025-05-31"),
        "charges.csv", 2, "date", "2025-05-31", ("1",),
    ),
]  # fmt: skip
"""What the checks of contracts find, and rows that are not used."""
