"""Components of pay, bonuses, adjustments and withheld money at fault (D4, 5.3, 5.19)."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault

__all__ = ["COMPONENTS", "COMPONENT_WARNINGS"]

YAML = "case.yaml"
HEAD = "period: 2025-06\nreference: 示例\ncomponents:\n"
BONUS = "institution_id,person_id,component,amount,date"
ADJUSTMENT = "period,institution_id,pool,person_id,amount,fund"
COEFFICIENT = "scope,subject_id,kind,value,valid_from"
MONTHLY = 'rate: {value: "10.00", unit: 元/人·月, valid_from: 2020-01-01}'
ALLOWANCE = f"kind: allowance, {MONTHLY}"
MULTIPLE = 'multiple: {value: "1.5", unit: 倍, valid_from: 2020-01-01}'
LEADER = f"kind: leader, {MULTIPLE}, of: [绩效]"
LEADERS = "leaders: {posts: [院长], reference: 示例}\n"
STAFF = (
    "person_id,institution_id,post_id,post,main\n"
    "P01,I01,A,医生,\nP01,I02,B,医生,\nP02,I01,A,院长,\nP03,I02,A,护士,\n"
)
FUND = "funds: {f: {kind: given, payers: [{payer: 甲, share: 1}]}}\n"
APPROVED = (
    "institution_id,line,kind,amount,source\nI01,f,approved,15.00,甲\nI02,f,approved,15.00,甲\n"
)


def components(*lines: str, more: str = "", **tables: str) -> Mapping[str, Content]:
    """A case with components, the first in line 4 of case.yaml; ``more`` stands behind them."""
    text = HEAD + "".join(f"  {line}\n" for line in lines) + more
    return {YAML: text, **{f"{name}.csv": rows for name, rows in tables.items()}}


def one(
    name: str,
    code: str,
    line: str,
    value: str,
    *says: str,
    column: str = "components.x",
    more: str = "",
    also: tuple[str, ...] = (),
    **tables: str,
) -> Fault:
    """One component at fault, in line 4."""
    files = components(line, more=more, **tables)
    return Fault(f"component-{name}", code, files, YAML, 4, column, value, says, also)  # fmt: skip


def coefficient(*rows: str) -> str:
    return "\n".join([COEFFICIENT, *rows, ""])


def bonus(name: str, code: str, row: str, column: str, value: str, *says: str) -> Fault:
    """One bonus at fault, in line 2."""
    files = components("x: {kind: bonus}", bonuses=f"{BONUS}\n{row}\n")
    also = ("COMPONENT_NOBODY",)
    return Fault(f"bonus-{name}", code, files, "bonuses.csv", 2, column, value, says, also)


def adjustment(name: str, code: str, row: str, column: str, value: str, *says: str) -> Fault:
    """One adjustment at fault, in line 2, of a case without a scheme."""
    files = {"adjustments.csv": f"{ADJUSTMENT}\n{row}\n"}
    return Fault(f"adjustment-{name}", code, files, "adjustments.csv", 2, column, value, says)


WITHHELD = "kind,institution_id,pool,person_id,amount\nwithheld,I01,绩效,P01,5.00\n"
KINDS = "coefficients:\n  a: {applies_to: withhold, later: release}\n  b: {applies_to: withhold}\n"

COMPONENTS = [
    one("kind", "CHOICE_INVALID", "x: {kind: bonsu}", "bonsu", "bonus", column="components.x.kind"),
    one("no-kind", "KEY_MISSING", "x: {title: 甲}", "kind"),
    one("key-of-another-kind", "KEY_UNKNOWN", f"x: {{kind: bonus, {MONTHLY}}}", "rate",
        column="components.x.rate"),
    one("no-rate", "KEY_MISSING", "x: {kind: allowance}", "rate"),
    one("unit", "UNIT_INVALID", "x: {kind: allowance, rate: {value: '1', unit: 元/人·年, "
        "valid_from: 2020-01-01}}", "元/人·年", "元/人·月", column="components.x.rate.unit"),
    one("no-average", "KEY_MISSING", f"x: {{kind: leader, {MULTIPLE}}}", "of", more=LEADERS,
        also=("LEADER_UNUSED",)),
    one("who", "KEY_UNKNOWN", f"x: {{{ALLOWANCE}, who: {{post: 甲}}}}", "post", "posts",
        column="components.x.who.post"),
    one("pool-of-the-case", "COMPONENT_NAME", "绩效: {kind: bonus}", "绩效", "pools.csv",
        column="components.绩效"),
    one("pool-of-a-bridge", "COMPONENT_NAME", "y: {kind: bonus}", "y", "case.yaml",
        column="components.y", more="pools: {y: {approved_line: y}}\n"),
    one("built-in", "COMPONENT_NAME", "adjustment: {kind: bonus}", "adjustment",
        column="components.adjustment"),
    one("two-sources", "COMPONENT_INVALID", "x: {kind: bonus, paid_from: {fund: f, line: l}}", "x",
        "fund", "line", column="components.x.paid_from", more=FUND),
    one("two-units", "COMPONENT_INVALID", "x: {kind: per_contract, rate: ["
        "{value: '1', unit: 元/人·月, valid_from: 2020-01-01, valid_to: 2025-01-01}, "
        "{value: '1', unit: 元/人·年, valid_from: 2025-01-01}]}", "rate"),
    one("fund", "FUND_UNKNOWN", "x: {kind: bonus, paid_from: {fund: ff}}", "ff", "f",
        column="components.x.paid_from.fund", more=FUND),
    one("nobody-leads", "COMPONENT_NO_LEADERS", f"x: {{{LEADER}}}", "x", "leaders"),
    one("rate-of-later", "COMPONENT_FIGURE_MISSING", "x: {kind: allowance, rate: {value: '1', "
        "unit: 元/人·月, valid_from: 2025-07-01}}", "x", "2025-06-30"),
    one("no-result", "COMPONENT_COEFFICIENT_MISSING",
        f"x: {{{ALLOWANCE}, coefficient: k, who: {{persons: [P01]}}}}", "P01", "k", "2025-06-30"),
    one("no-result-of-the-institution", "COMPONENT_COEFFICIENT_MISSING",
        f"x: {{{LEADER}, coefficient: k}}", "I01", "k", "2025-06-30", more=LEADERS, staff=STAFF),
    one("no-main-post", "COMPONENT_PLACE_UNCLEAR", f"x: {{{ALLOWANCE}, who: {{posts: [医生]}}}}",
        "P01", "I01", "I02", "2025-06-30", staff=STAFF),
    one("no-such-pool", "COMPONENT_POOL_UNKNOWN", f"x: {{{LEADER.replace('绩效', '绩效奖')}}}",
        "绩效奖", "绩效", more=LEADERS, staff=STAFF),
    one("nobody-to-average", "COMPONENT_NO_AVERAGE", f"x: {{{LEADER.replace('绩效', '奖')}}}",
        "I01", "P02", "奖", more=LEADERS, staff=STAFF,
        pools="institution_id,pool,amount\nI01,绩效,1.00\nI02,奖,1.00\nI02,绩效,1.00\n"),
    one("above-the-fund", "COMPONENT_OVERDRAWN",
        f"x: {{{ALLOWANCE}, paid_from: {{fund: f}}, who: {{institutions: [I01]}}}}", "x",
        "I01", "20.00", "15.00", "f", more=FUND, accounts=APPROVED),
    one("above-the-line", "COMPONENT_OVERDRAWN",
        f"x: {{{ALLOWANCE}, paid_from: {{line: l}}, who: {{persons: [P03]}}}}", "x",
        "I02", "10.00", "0.00"),
    Fault("component-above-the-cap", "COMPONENT_ABOVE_CAP", components(
        f"x: {{{ALLOWANCE}, who: {{persons: [P01]}}}}",
        more="pay_cap: {kind: fixed, per: period, valid_from: 2025-01-01}\n",
        accounts="institution_id,line,kind,amount\nI01,pay_cap,approved,9.99\n"
        "I02,pay_cap,approved,30.00\n"), YAML, 5, "pay_cap", "x", ("9.99", "10.00", "0.01")),
    Fault("component-of-a-head-above-the-cap", "COMPONENT_ABOVE_CAP", components(
        f"x: {{{LEADER}, in_cap: yes}}",
        more=LEADERS + "pay_cap: {kind: fixed, per: period, valid_from: 2025-01-01}\n",
        staff="person_id,institution_id,post\nP01,I01,医生\nP02,I01,院长\nP03,I02,护士\n",
        records="institution_id,person_id,item_code,service_date,quantity\n"
        "I01,P01,MZ01,2025-06-02,1\nI02,P03,MZ01,2025-06-02,1\n",
        accounts="institution_id,line,kind,amount\nI01,pay_cap,approved,249.99\n"
        "I02,pay_cap,approved,30.00\n"), YAML, 6, "pay_cap", "x", ("249.99", "150.00", "0.01")),
    Fault("release-twice", "RELEASE_TWICE",
          components("x: {kind: release}", "y: {kind: release, pools: [绩效]}"), YAML, 5,
          "components.y", "y", ("x",)),
    one("released-above-one", "RELEASE_ABOVE_ONE", "x: {kind: release, coefficient: k}", "P01",
        "1.0001", "k", more="coefficients: {k: {applies_to: none}}\n", opening=WITHHELD,
        coefficients=coefficient("person,P01,k,1.0001,2025-01-01")),
    Fault("later-of-a-key", "LATER_NOT_WITHHELD",
          {YAML: "period: 2025-06\ncoefficients:\n  a: {later: release}\n",
           "coefficients.csv": coefficient("person,P01,a,1,2025-01-01")},
          YAML, 3, "", "a"),
    Fault("later-mixed", "WITHHOLD_LATER_MIXED",
          {YAML: f"period: 2025-06\n{KINDS}",
           "coefficients.csv": coefficient("person,P01,a,1,2025-01-01",
                                           "person,P02,b,1,2025-01-01")},
          YAML, 4, "", "b", ("a",)),
    one("who-department", "CHILD_UNKNOWN", f"x: {{{ALLOWANCE}, who: {{departments: [D09]}}}}",
        "D09", column="components.x.who", also=("COMPONENT_NOBODY",)),
    one("who-institution", "CHILD_UNKNOWN", f"x: {{{ALLOWANCE}, who: {{institutions: [I1]}}}}",
        "I1", "I01", column="components.x.who", also=("COMPONENT_NOBODY",)),
    bonus("component", "COMPONENT_UNKNOWN", "I01,P01,y,1.00,", "component", "y", "x"),
    bonus("no-post", "PAY_NO_POST", "I01,P03,x,1.00,", "person_id", "P03", "I01"),
    bonus("amount", "AMOUNT_INVALID", "I01,P01,x,-1.00,", "amount", "-1.00"),
    bonus("date", "DATE_INVALID", "I01,P01,x,1.00,2025-6", "date", "2025-6"),
    Fault("bonus-not-in-force", "BONUS_NOT_IN_FORCE",
          components("x: {kind: bonus, valid_from: 2025-06-15}",
                     bonuses=f"{BONUS}\nI01,P01,x,1.00,2025-06-14\nI01,P02,x,1.00,2025-06-15\n"),
          "bonuses.csv", 2, "date", "x", ("2025-06-14",)),
    Fault("bonus-without-date", "BONUS_NOT_IN_FORCE",
          components("x: {kind: bonus, valid_to: 2025-06-30}",
                     bonuses=f"{BONUS}\nI01,P01,x,1.00,\nI01,P02,x,1.00,2025-06-29\n"),
          "bonuses.csv", 2, "component", "x", ("2025-06-30",)),
    bonus("place", "ID_UNKNOWN", "I03,P01,x,1.00,", "institution_id", "I03"),
    adjustment("period", "ADJUSTMENT_PERIOD", "2025-06,I01,绩效,P01,1.00,", "period", "2025-06",
               "2025-06"),
    adjustment("no-period", "PERIOD_INVALID", "2025-5,I01,绩效,P01,1.00,", "period", "2025-5"),
    adjustment("no-pool", "ADJUSTMENT_NO_POOL", "2025-05,I01,绩效奖,P01,1.00,", "pool", "绩效奖",
               "I01", "绩效"),
    adjustment("no-post", "PAY_NO_POST", "2025-05,I01,绩效,P03,1.00,", "person_id", "P03", "I01"),
    adjustment("fund", "FUND_UNKNOWN", "2025-05,I01,绩效,P01,1.00,f", "fund", "f"),
    adjustment("amount", "AMOUNT_INVALID", "2025-05,I01,绩效,P01,1.001,", "amount", "1.001"),
    Fault("adjustment-twice", "ID_TWICE",
          {"adjustments.csv": f"{ADJUSTMENT}\n" + "2025-05,I01,绩效,P01,1.00,\n" * 2},
          "adjustments.csv", 3, "reference"),
    Fault("adjustments-above-the-pool", "ADJUSTMENTS_ABOVE_POOL",
          {"adjustments.csv": f"{ADJUSTMENT}\n2025-05,I02,绩效,P03,30.01,\n"},
          "pools.csv", 3, "", "绩效", ("I02", "30.01", "30.00")),
    Fault("withheld-without-amount", "VALUE_MISSING",
          {"opening.csv": "kind,institution_id,pool,person_id,amount\nwithheld,I01,绩效,P01,\n"},
          "opening.csv", 2, "amount"),
]  # fmt: skip
"""What is wrong with components, their tables, and what pays them."""

COMPONENT_WARNINGS = [
    one("nobody-such", "WHO_NOBODY",
        "x: {kind: allowance, rate: {value: '1', unit: 元/人·月, valid_from: 2020-01-01}, "
        "who: {persons: [P01, P1]}}", "P1", "person_id", "P01", column="components.x.who"),
    Fault("outside-type", "WHO_NOBODY", components("x: {kind: bonus}",
          more="pay_cap: {kind: none, outside_types: [合同工]}\n"), YAML, 5, "pay_cap", "合同工"),
    one("nobody", "COMPONENT_NOBODY", f"x: {{{ALLOWANCE}, who: {{posts: [甲]}}}}", "x",
        also=("WHO_NOBODY",)),
    one("heads-twice", "LEADER_COEFFICIENT_TWICE", f"x: {{{LEADER}, coefficient: k}}", "k", "x",
        "绩效", more=LEADERS, staff=STAFF,
        coefficients=f"{COEFFICIENT}\ninstitution,I01,k,0.9,2025-01-01\n"),
    Fault("bonus-of-another-month", "ROWS_OUTSIDE_PERIOD",
          components("x: {kind: bonus}", bonuses=f"{BONUS}\nI01,P01,x,1.00,2025-05-31\n"),
          "bonuses.csv", 2, "date", "2025-05-31", ("1", "2025-06")),
    Fault("withheld-waits", "WITHHELD_WAITING", {"opening.csv": WITHHELD}, "opening.csv", 2, "",
          "P01", ("5.00", "绩效")),
]  # fmt: skip
"""What is listed, and settled all the same."""
