"""Accounts and the surplus rule at fault (B7, 5.14)."""

from tests.bad.case import Content, Fault, add

__all__ = ["ACCOUNTS", "ACCOUNT_WARNINGS", "SURPLUS"]

HEAD = "institution_id,line,kind,amount,recurrent,source,date"
WHOLE_YEAR = "period: 2025\n"


def accounts(*rows: str, case: str = WHOLE_YEAR) -> dict[str, Content]:
    """Good accounts of one institution, then these rows; row 4 is the first of them."""
    good = ("I01,医疗收入,income,900.00,1,,", "I01,人员支出,expenditure,500.00,1,,")
    return {"accounts.csv": "\n".join((HEAD, *good, *rows)) + "\n", "case.yaml": case}


def rule(*lines: str) -> dict[str, Content]:
    """The accounts with a surplus rule of these lines; the first of them is line 3."""
    return accounts(case="\n".join((WHOLE_YEAR.strip(), "surplus:", *lines)) + "\n")


def _at(name: str, code: str, row: str, column: str, value: str, *says: str) -> Fault:
    return Fault(name, code, accounts(row), "accounts.csv", 4, column, value, says)


ACCOUNTS = [
    _at("account-kind", "CHOICE_INVALID", "I01,其他,incom,1.00,,,", "kind", "incom", "income"),
    _at("account-nowhere", "ID_UNKNOWN", "I1,其他,income,1.00,,,", "institution_id", "I1", "I01"),
    _at("account-amount", "AMOUNT_INVALID", "I01,其他,income,1.005,,,", "amount", "1.005"),
    _at("account-negative", "AMOUNT_INVALID", "I01,其他,income,-1.00,,,", "amount", "-1.00"),
    _at("account-flag", "FLAG_INVALID", "I01,其他,income,1.00,是,,", "recurrent", "是"),
    _at("account-day", "DATE_INVALID", "I01,其他,income,1.00,,,2025-02-30", "date", "2025-02-30"),
    _at("account-no-line", "VALUE_MISSING", "I01,,income,1.00,,,", "line", "", "line"),
    _at("account-no-amount", "VALUE_MISSING", "I01,其他,income,,,,", "amount", "", "amount"),
    _at("account-later", "ACCOUNT_DATE", "I01,其他,income,1.00,,,2026-01-01", "date", "2026-01-01",
        "2025", "2024-12-31"),
    _at("account-income-before", "ACCOUNT_DATE", "I01,其他,income,1.00,,,2024-12-31", "date",
        "2024-12-31"),
    _at("account-closing-earlier", "ACCOUNT_DATE", "I01,结转,closing_restricted,1.00,,,2024-12-30",
        "date", "2024-12-30"),
    Fault("account-not-closed", "ACCOUNTS_NOT_CLOSED",
          accounts("I01,结转,opening_restricted,200.00,,,",
                   "I01,结转,closing_restricted,200.01,,,2024-12-31"),
          "accounts.csv", 4, "amount", "I01", ("200.00", "200.01")),
    Fault("account-closed-not-opened", "ACCOUNTS_NOT_CLOSED",
          accounts("I01,结转,closing_restricted,0.01,,,2024-12-31"),
          "accounts.csv", 4, "amount", "I01", ("0.00", "0.01")),
    Fault("account-no-pool-at-all", "TABLE_MISSING",
          {"accounts.csv": f"{HEAD}\nI01,专项,project_income,1.00,,,\n", "pools.csv": None},
          "", 0, "", "pools"),
    Fault("account-too-large", "ACCOUNTS_TOO_LARGE",
          accounts("I01,其他,income,9999999999999.99,,,"), "accounts.csv", 4, "", "I01",
          ("10000000000000.00",)),
]  # fmt: skip
"""Faults of the table."""

SURPLUS = [
    *(
        Fault(f"ratio-{text}", "RATIO_INVALID", rule(f'  pay_ratio: "{text}"'), "case.yaml", 3,
              "", text)
        for text in ("一半", "50%", "3/2", "1.5", "-0.5", "1/0", "0.33333", "1 / 2", "01/2")
    ),
    Fault("surplus-text", "VALUE_SHAPE", accounts(case="period: 2025\nsurplus: half\n"),
          "case.yaml", 2, "", "surplus"),
    Fault("surplus-key", "KEY_UNKNOWN", rule("  pay_ration: 0.5"), "case.yaml", 3, "",
          "pay_ration", ("pay_ratio",)),
    Fault("surplus-odd", "CHOICE_INVALID", rule("  odd_fen: payment"), "case.yaml", 3, "",
          "payment", ("development", "pay")),
    Fault("surplus-assessment", "CHOICE_INVALID", rule("  assessment: nome"), "case.yaml", 3, "",
          "nome", ("none", "required")),
    Fault("surplus-offset", "NOT_SUPPORTED", rule("  offset_deficit: yes"), "case.yaml", 3, "",
          "offset_deficit: yes"),
    Fault("surplus-series", "SERIES_UNKNOWN", rule("  series: pya"), "case.yaml", 3, "", "pya",
          ("pay",)),
    Fault("surplus-date", "DATE_INVALID", rule("  valid_from: 2025-02-30"), "case.yaml", 3, "",
          "2025-02-30"),
    Fault("surplus-reversed", "DATES_REVERSED",
          rule("  valid_from: 2025-01-01", "  valid_to: 2025-01-01"), "case.yaml", 4, "",
          "2025-01-01", ("2025-01-01",), ("SURPLUS_NOT_IN_FORCE",)),
    Fault("surplus-overlap", "SURPLUS_OVERLAP",
          rule("  - valid_from: 2024-01-01", "  - valid_from: 2025-01-01"), "case.yaml", 4,
          says=("case.yaml", "3")),
    Fault("surplus-not-in-force", "SURPLUS_NOT_IN_FORCE", rule("  valid_to: 2025-12-31"),
          "case.yaml", 3, "", "2025-12-31"),
    Fault("surplus-pool-given", "SURPLUS_POOL_GIVEN",
          {**accounts(), **add("pools.csv", "I02,surplus,1.00", "I01,surplus,1.00")},
          "pools.csv", 5, "pool", "I01"),
    Fault("surplus-not-assessed", "SURPLUS_NOT_ASSESSED", rule("  assessment: required"),
          "accounts.csv", 2, "", "I01", ("200.00", "assessment: none")),
    Fault("sanmenxia-not-assessed", "SURPLUS_NOT_ASSESSED",
          {**accounts(case="period: 2025\nscheme: sanmenxia-2019\n"),
           "contracts.csv": "contract_id,resident_id,person_id,active_from\n"
                            "C1,R1,P01,2025-01-01\n"},
          "accounts.csv", 2, "", "I01", ("200.00", "assessment: none")),
    Fault("scheme-without-a-word-of-the-surplus", "SURPLUS_NOT_ASSESSED",
          {**accounts(case="period: 2025\nscheme: 方案.yaml\n"),
           "方案.yaml": "scheme: 方案\ntitle: 示例\nreference: 示例\n"
                        "funds: {f: {kind: given, payers: [{payer: 甲, share: 1}]}}\n"},
          "accounts.csv", 2, "", "I01", ("200.00", "assessment: none")),
    Fault("surplus-nobody", "POOL_NO_PEOPLE",
          {**accounts("I03,收入,income,3.00,,,", "I03,支出,expenditure,1.00,,,"),
           **add("institutions.csv", "I03,空院")},
          "accounts.csv", 4, "", "surplus", ("I03", "1.00")),
]  # fmt: skip
"""Faults of the rule and of what it leads to."""

ACCOUNT_WARNINGS = [
    Fault("account-twice", "ACCOUNT_TWICE",
          accounts("I01,医疗收入,income,900.00,1,,"), "accounts.csv", 4, "", "医疗收入", ("2",)),
    Fault("account-incomplete", "ACCOUNTS_INCOMPLETE", accounts("I02,收入,income,9.00,,,"),
          "accounts.csv", 4, "", "I02", ("expenditure",)),
    Fault("surplus-unused", "SURPLUS_UNUSED",
          {"case.yaml": "period: 2025-06\nsurplus: {pay_ratio: 1/2}\n"}, "case.yaml", 2,
          says=("accounts",)),
    Fault("surplus-estimate", "SURPLUS_ESTIMATE", accounts(case="period: 2025-H1\n"),
          "accounts.csv", 0, "", "2025-H1"),
]  # fmt: skip
"""The settlement goes on; the problem is listed."""
