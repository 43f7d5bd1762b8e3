"""Money at fault when it is computed: funds, bridges, the pay cap, the ledger, share tests."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault

__all__ = ["FUNDS", "FUND_WARNINGS"]

ACCOUNTS = "institution_id,line,kind,amount,source\n"
CONTRACTS = "contract_id,resident_id,team_id,person_id,active_from,package\n"
CHARGES = "resident_id,institution_id,code,amount,date\n"
TASKS = "institution_id,fund,task,quantity,income\n"
PAST = "institution_id,fund,task,quantity,year\n"
PAID = "payers: [{payer: 甲, share: 1}]"
GIVEN = f"funds: {{f: {{kind: given, {PAID}}}}}\n"
OUTSIDE = f"funds: {{f: {{kind: given, income: no, {PAID}}}}}\n"
EACH = "unit: 元/当量, valid_from: 2020-01-01"
PART = "unit: 比例, valid_from: 2020-01-01"
YEARLY = "unit: 元/人·年, valid_from: 2020-01-01"
MONTHLY = "unit: 元/人·月, valid_from: 2020-01-01"
BOUGHT = f"kind: per_equivalent, series: pay, {PAID}, {EACH}"
SIGNED = f'kind: per_head, heads: {{source: contracts}}, rate: "1", {PAID}, {YEARLY}'
COUNTED = f"kind: per_head, heads: {{source: registers, register: r}}, {PAID}"
PACKAGES = (
    "funds: {f: {kind: packages, reimbursed_by: 医保, unit: 元/人·年, valid_from: 2020-01-01,"
    ' packages: {包: {price: "10", reimbursement: "4", items: [ECG]}}}}\n'
)


def case(body: str, period: str = "2025-06", **tables: str) -> Mapping[str, Content]:
    """A case with these keys of a scheme inline, from line 3 on; ``tables`` by name."""
    head = f"period: {period}\nreference: 甲县〔2025〕1号\n"
    files: dict[str, Content] = {f"{name}.csv": text for name, text in tables.items()}
    return {"case.yaml": head + body, **files}


def fund(keys: str, period: str = "2025-06", **tables: str) -> Mapping[str, Content]:
    """A case with one fund ``f`` on line 3."""
    return case(f"funds: {{f: {{{keys}}}}}\n", period, **tables)


def signed(row: str, keys: str = SIGNED, **tables: str) -> Mapping[str, Content]:
    """A fund of heads by contracts, with one contract."""
    return fund(keys, contracts=f"{CONTRACTS}{row}\n", **tables)


def here(name: str, code: str, files: Mapping[str, Content], *says: str) -> Fault:
    """What is told of the fund ``f`` at its place."""
    return Fault(name, code, files, "case.yaml", 3, "funds.f", "f", says)


Q2 = "2025-Q2"
REGISTER = "institution_id,group,heads,date\nI01,r,{0},2025-04-01\nI02,r,1,2025-04-01\n"
BRIDGED = OUTSIDE + "pools: {p: {fund: f}}\n"

FUNDS = [
    here("fund-figure", "FUND_FIGURE_MISSING",
         fund(f'{COUNTED}, per: month, {MONTHLY}, rate: {{value: "1", valid_from: 2025-05-01}}', Q2,
              registers=REGISTER.format(1)), "rate", "2025-04-30"),
    here("fund-mid-month", "FUND_MID_MONTH",
         fund(f'{BOUGHT}, price: [{{value: "1", valid_to: 2025-06-15}},'
              ' {value: "2", valid_from: 2025-06-15}]'), "2025-06-15"),
    here("fund-group-price", "FUND_PRICE_MISSING",
         fund(f'{BOUGHT}, group_prices: {{山区: "1"}}, institutions: {{ids: [I01]}}'),
         "I01"),
    here("fund-coefficient", "FUND_COEFFICIENT_MISSING",
         fund(f'{BOUGHT}, price: "1", coefficients: [remote], institutions: {{ids: [I01]}}'),
         "remote", "I01"),
    here("fund-over-budget", "FUND_OVER_BUDGET",
         fund(f'kind: per_item, series: pay, prices: {{MZ01: "1"}}, {PAID},'
              ' valid_from: 2020-01-01, unit: 元/次, budget: {value: "12.99", unit: 元}'),
         "13.00", "12.99"),
    Fault("fund-nobody-has-equivalents", "FUND_NO_KEY",
          case(f'channels: {{c: {{title: 空}}}}\nfunds: {{f: {{{BOUGHT}, channel: c, floating: yes,'
               ' budget: {value: "10.00", unit: 元}}}\n'),
          "case.yaml", 4, "funds.f", "f", ("2025-06-30",)),
    here("fund-payers-change", "FUND_PAYERS_CHANGE",
         fund(COUNTED.replace(PAID, "payers: [{valid_to: 2025-05-01, " + PAID + "}, "
              "{valid_from: 2025-05-01, payers: [{payer: 乙, share: 1}]}]")
              + f', per: month, rate: "1", {MONTHLY}', Q2, registers=REGISTER.format(1)),
         "2025-05-31"),
    here("task-without-standard", "FUND_STANDARD_MISSING",
         fund(f'kind: tasks, standards: {{门诊: "1"}}, {PAID}, {EACH}',
              tasks=f"{TASKS}I01,f,住院,1,\n"), "住院"),
    here("task-foretold-without-a-year", "FUND_FORECAST",
         fund(f'kind: tasks, standards: {{门诊: "1"}}, {PAID}, {EACH}, '
              "forecast: {weights: [1, 2, 7]}",
              "2025", tasks=f"{PAST}I01,f,门诊,1,2024\nI01,f,门诊,1,2022\n"), "I01", "2023"),
    here("approved-out-of-scope", "FUND_OUT_OF_SCOPE",
         fund(f"kind: given, institutions: {{ids: [I01]}}, {PAID}",
              accounts=f"{ACCOUNTS}I02,f,approved,1.00,甲\n"), "I02"),
    here("fund-too-large", "FUND_TOO_LARGE",
         fund(f'{COUNTED}, per: month, {MONTHLY}, rate: "999999"',
              registers=REGISTER.format(9999999999).replace("2025-04", "2025-06")), "I01"),
    Fault("task-of-no-fund", "TASK_FUND_UNKNOWN",
          fund(f'kind: tasks, standards: {{门诊: "1"}}, {PAID}, {EACH}',
               tasks=f"{TASKS}I01,g,门诊,1,\n"),
          "tasks.csv", 2, "fund", "g", ("f",)),
    Fault("register-missing", "REGISTER_MISSING",
          fund(f'{COUNTED}, rate: "1", {YEARLY}', registers="institution_id,group,heads,date\n"
               "I01,r,1,2025-06-30\nI02,s,1,2025-06-30\n"),
          "case.yaml", 3, "funds.f", "I02", ("r", "2025-06-30")),
    Fault("register-without-a-month", "REGISTER_MONTH_MISSING",
          fund(f'{COUNTED.replace("register: r", "register: r, monthly: yes")}, per: month,'
               f' rate: "1", {MONTHLY}', Q2, registers=REGISTER.format(1) + "I02,r,1,2025-05-31\n"
               "I02,r,1,2025-06-30\n"),
          "registers.csv", 2, "", "I01", ("2025-05, 2025-06",)),
    Fault("monthly-contracts", "FUND_INVALID",
          fund(SIGNED.replace("contracts", "contracts, monthly: yes")), "case.yaml", 3,
          "funds.f.heads.monthly", "monthly"),
    Fault("signed-with-somebody-gone", "HEADS_NO_PLACE",
          signed("Q1,J1,,P02,2025-01-01,", staff="person_id,institution_id,active_to\nP01,I01,\n"
                 "P02,I01,2025-06-30\nP03,I02,\n"),
          "contracts.csv", 2, "", "P02", ("2025-06-30",)),
    Fault("signed-with-somebody-of-two-places", "HEADS_PLACE_UNCLEAR",
          signed("Q1,J1,,P01,2025-01-01,", staff="person_id,institution_id\nP01,I01\nP01,I02\n"
                 "P02,I01\nP03,I02\n"),
          "contracts.csv", 2, "", "P01", ("2025-06-30",)),
    Fault("signed-of-no-age", "HEADS_NO_BIRTH",
          signed("Q1,J1,,P01,2025-01-01,",
                 SIGNED.replace("source: contracts", "source: contracts, age_from: 65")),
          "contracts.csv", 2, "birth_date", "Q1", ("f",)),
    Fault("pool-of-a-part-of-the-period", "SCHEME_PART_PERIOD",
          case(GIVEN + "pools: {p: {fund: f, valid_from: 2025-05-01}}\n", Q2),
          "case.yaml", 4, "pools.p", "p", ("2025-Q2",)),
    Fault("income-and-pool", "FUND_TWICE",
          case(BRIDGED, accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\nI01,f,income,9.00,甲\n"),
          "accounts.csv", 3, "", "f", ("I01", "p")),
    Fault("source-of-income-and-pool", "FUND_TWICE",
          case(BRIDGED, accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\nI01,补助,income,9.00,f\n"),
          "accounts.csv", 3, "", "f", ("I01", "p")),
    Fault("bridge-and-surplus", "BRIDGE_POOL_GIVEN",
          case(OUTSIDE + "pools: {surplus: {fund: f}}\n",
               accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\nI01,诊疗,income,5.00,\n"),
          "case.yaml", 4, "pools.surplus", "I01", ("surplus",)),
    Fault("pool-below-zero", "BRIDGE_NEGATIVE",
          case(f'funds: {{f: {{{BOUGHT}, price: "1", offset_lines: [诊疗], below_zero: yes}}}}\n'
               "pools: {p: {fund: f}}\n", accounts=f"{ACCOUNTS}I01,诊疗,income,20.01,\n"),
          "case.yaml", 4, "pools.p", "p", ("I01", "-0.01")),
    Fault("pool-of-no-share", "BRIDGE_FIGURE_MISSING",
          case(GIVEN + "pools: {p: {fund: f, rule: percent,"
               f' share: {{value: "0.5", {PART}, valid_to: 2025-06-30}}}}}}\n',
               accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\n"),
          "case.yaml", 4, "pools.p", "p", ("2025-06-30",)),
    Fault("pool-of-no-series", "BRIDGE_SERIES",
          case(f'funds: {{f: {{{BOUGHT}, income: no, price: "1", institutions: {{ids: [I01]}}}}}}\n'
               .replace("series: pay", "series: a") + "pools: {p: {fund: f}}\n",
               weights="series,item_code,weight,valid_from\na,MZ01,1,2025-01-01\n"
               "a,SF01,1,2025-01-01\nb,MZ01,1,2025-01-01\nb,SF01,1,2025-01-01\n",
               pools="institution_id,pool,amount,series\nI01,绩效,100.00,a\n"),
          "case.yaml", 4, "pools.p", "p", ("pay", "a, b")),
    Fault("pools-take-too-much", "BRIDGE_OVERDRAWN",
          case("pools:\n  p: {approved_line: 总额, rule: percent, share: 3/5}\n"
               "  q: {approved_line: 总额, rule: percent, share: 3/5}\n"
               .replace("3/5", f"{{value: 3/5, {PART}}}"),
               accounts=f"{ACCOUNTS}I01,总额,approved,10.00,甲\n"),
          "case.yaml", 5, "pools.q", "q", ("I01", "6.00", "4.00")),
    Fault("excess-fund-unknown", "EXCESS_FUND_UNKNOWN",
          case(GIVEN + "sharing: {绩效: {excess_fund: g}}\n"),
          "case.yaml", 4, "sharing.绩效", "g", ("绩效",)),
    Fault("excess-above-the-fund", "EXCESS_OVERDRAWN",
          case(GIVEN + "sharing: {绩效: {excess_fund: f}}\n",
               accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\n",
               coefficients="scope,subject_id,kind,value,valid_from\n"
               "institution,I01,remote,1.1,2025-01-01\n"),
          "case.yaml", 4, "sharing.绩效", "绩效", ("I01", "f", "10.00", "9.00")),
    Fault("cap-of-nothing", "PAYCAP_MISSING",
          case("pay_cap: {kind: fixed, per: period}\n",
               accounts=f"{ACCOUNTS}I02,pay_cap,approved,900.00,\n"),
          "case.yaml", 3, "pay_cap", "I01", ("pay_cap",)),
    Fault("cap-of-no-figure", "PAYCAP_FIGURE_MISSING",
          case("pay_cap:\n  kind: formula\n  per: period\n  terms:\n"
               '    - {kind: per_head, rate: {value: "1", unit: 元/人·月, valid_from: 2025-01-01,'
               ' valid_to: 2025-06-30}}\n',
               pools="institution_id,pool,amount\nI01,绩效,100.00\n"),
          "case.yaml", 7, "pay_cap.terms[1]", "I01", ("per_head", "2025-06-30")),
    Fault("cap-of-no-coefficient", "PAYCAP_COEFFICIENT_MISSING",
          case("pay_cap: {kind: fixed, per: period, coefficient: total}\n", accounts=f"{ACCOUNTS}"
               "I01,pay_cap,approved,900.00,\n", pools="institution_id,pool,amount\n"
               "I01,绩效,100.00\n"),
          "case.yaml", 3, "pay_cap", "I01", ("total",)),
    Fault("advance-of-no-fund", "MONEY_LINE_UNKNOWN",
          case(GIVEN.replace("f:", "fee:"), accounts=f"{ACCOUNTS}I01,fe,advance,1.00,甲\n"),
          "accounts.csv", 2, "line", "fe", ("advance", "fee")),
    Fault("advance-of-nobody", "LEDGER_PAYER_MISSING",
          fund(f'{BOUGHT}, price: "1"'.replace("share: 1}", "share: 1}, {payer: 乙, share: 1}"),
               accounts=f"{ACCOUNTS}I01,f,advance,1.00,\n"),
          "accounts.csv", 2, "source", "I01", ("甲, 乙",)),
    Fault("payer-of-another-fund", "LEDGER_PAYER_UNKNOWN",
          fund(f'{BOUGHT}, price: "1"', accounts=f"{ACCOUNTS}I01,f,advance,1.00,乙\n"),
          "accounts.csv", 2, "source", "乙", ("甲",)),
    Fault("closing-that-is-not", "RESTRICTED_CLOSING",
          fund(f'{BOUGHT}, price: "1", restricted: yes', accounts=f"{ACCOUNTS}"
               "I01,f,received,20.00,甲\nI01,f,closing_restricted,19.99,\n"),
          "accounts.csv", 3, "", "f", ("20.00", "19.99")),
    Fault("share-of-no-figure", "SHARE_FIGURE_MISSING",
          case("share_tests: {t: {part_lines: [a], whole_lines: [b],"
               f' at_least: {{value: "0.4", {PART}, valid_to: 2025-06-30}}}}}}\n'),
          "case.yaml", 3, "share_tests.t", "t", ("2025-06-30",)),
]  # fmt: skip
"""What is refused when the money of a case is computed."""

FUND_WARNINGS = [
    Fault("register-carried", "REGISTER_CARRIED",
          fund(f'{COUNTED}, per: month, rate: "1", {MONTHLY}', Q2,
               registers=REGISTER.format(1) + "I02,r,1,2025-05-31\nI02,r,1,2025-06-30\n"),
          "registers.csv", 2, "", "I01", ("2025-05, 2025-06", "2025-04-01")),
    Fault("group-of-nobody", "GROUP_OF_NOBODY",
         {**fund(SIGNED.replace("contracts}", "contracts, groups: [残疾, poor]}")),
          "contracts.csv": "contract_id,resident_id,person_id,active_from,groups\n"
          "Q1,J1,P01,2024-01-01,残疾人;贫困人口\n"}, "case.yaml", 3, "funds.f", "残疾",
         ("残疾人",)),
    here("estimate-of-a-month", "FUND_ESTIMATE", signed("Q1,J1,,P01,2024-01-01,"),
         "2025-06-30", "1/12"),
    Fault("consultation-of-the-signed", "CHARGE_CONSULTATION",
          {**case("consultation_codes: [GC]\n"), "contracts.csv": f"{CONTRACTS}"
           "Q1,J1,,P01,2024-01-01,\n", "charges.csv": f"{CHARGES}J1,I01,GC,1.00,2025-06-05\n"},
          "charges.csv", 2, "code", "J1", ("GC", "2025-06-05", "Q1")),
    Fault("package-item-charged", "CHARGE_IN_PACKAGE",
          case(PACKAGES, contracts=f"{CONTRACTS}Q1,J1,,P01,2024-01-01,包\n",
               charges=f"{CHARGES}J1,I01,ECG,1.00,2025-06-05\n"),
          "charges.csv", 2, "code", "J1", ("ECG", "包", "Q1")),
    Fault("package-unknown", "CONTRACT_PACKAGE_UNKNOWN",
          case(PACKAGES, contracts=f"{CONTRACTS}Q1,J1,,P01,2024-01-01,大包\n"),
          "contracts.csv", 2, "package", "大包", ("包",)),
    Fault("past-year-that-nobody-asks-for", "TASK_YEAR_UNUSED",
          fund(f'kind: tasks, standards: {{门诊: "1"}}, {PAID}, {EACH}',
               tasks=f"{PAST}I01,f,门诊,1,2024\n"), "tasks.csv", 2, "year", "f", ("forecast",)),
    Fault("pool-of-no-money", "BRIDGE_EMPTY", case("pools: {p: {approved_line: 总额}}\n"),
          "case.yaml", 3, "pools.p", "p", ("总额",)),
    Fault("cap-takes", "PAYCAP_CUT",
          case("pay_cap: {kind: fixed, per: period}\n",
               accounts=f"{ACCOUNTS}I01,pay_cap,approved,99.99,\n"
               "I02,pay_cap,approved,30.00,\n"),
          "case.yaml", 3, "pay_cap", "I01", ("99.99", "0.01")),
    Fault("cap-below-the-base", "PAYCAP_BASE_ABOVE",
          case("pay_cap: {kind: fixed, per: period}\n",
               accounts=f"{ACCOUNTS}I01,pay_cap,approved,99.99,\n"
               "I01,base_pay,paid,100.00,\nI02,pay_cap,approved,30.00,\n"),
          "case.yaml", 3, "pay_cap", "I01", ("100.00", "99.99")),
    Fault("advanced-too-much", "OVER_ADVANCED",
          fund(f'{BOUGHT}, price: "1"', accounts=f"{ACCOUNTS}I01,f,advance,20.01,甲\n"),
          "accounts.csv", 2, "amount", "f", ("I01", "0.01")),
    Fault("more-spent-than-there-was", "RESTRICTED_OVERSPENT",
          fund(f'{BOUGHT}, price: "1", restricted: yes',
               accounts=f"{ACCOUNTS}I01,f,paid,0.01,甲\n"),
          "case.yaml", 3, "funds.f", "f", ("I01", "-0.01")),
    Fault("a-fen-below-forty-percent", "SHARE_TEST_FAILED",
          case('share_tests: {t: {part_lines: [a], whole_lines: [b],'
               ' at_least: {value: "0.4", unit: 比例, valid_from: 2025-01-01}}}\n',
               accounts=f"{ACCOUNTS}I01,a,project_expenditure,39.99,\nI01,b,received,100.00,\n"),
          "case.yaml", 3, "share_tests.t", "t", ("I01", "39.99", "100.00", "40%")),
    Fault("costs-of-pool-and-surplus", "COSTS_TWICE",
          case(GIVEN + "pools: {p: {fund: f, rule: after_costs, cost_lines: [交通]}}\n",
               accounts=f"{ACCOUNTS}I01,f,approved,9.00,甲\nI01,交通,expenditure,1.00,\n"),
          "accounts.csv", 3, "", "交通", ("I01", "1.00")),
]  # fmt: skip
"""What is told of money, and changes nothing."""
