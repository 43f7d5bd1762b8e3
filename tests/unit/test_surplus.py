"""The surplus rule (B7, 5.14): goldens, properties, and whole cases against a slow reference.

Faults seen to be caught: halves rounded half-up, the odd fen given to pay, restricted money left
in the balance, project money in it, a deficit of one institution netted with another's surplus, a
ratio in floats, a deficit shown as 0.
"""

import csv
import json
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.intake.case import load_case
from equivalents.policy.accounts import KINDS, Account, SurplusRule
from equivalents.run import settle_case
from equivalents.surplus import Split, split_balance, surplus_of, surplus_pools
from tests.bad.case import GOOD, write_case
from tests.models.surplus import reference_surplus

HEAD = "institution_id,line,kind,amount,recurrent,source,date"

amounts = st.integers(0, 10**12)
balances = st.integers(-(10**16), 10**16)
ratios = st.fractions(0, 1, max_denominator=10**6)


# -- goldens -----------------------------------------------------------------------------------


def of(income: int, restricted: int) -> Split:
    """The split of an income with restricted money, in fen, by the default rule."""
    rows = [Account("I1", "收入", "income", income)]
    rows.append(Account("I1", "结转", "closing_restricted", restricted))
    (one,) = surplus_of(rows, SurplusRule())
    assert one.balance_fen == income - restricted
    return one.split


@pytest.mark.parametrize(
    ("income", "restricted", "split"),
    [
        (100_000_000, 30_000_000, (35_000_000, 35_000_000, 0)),
        (100_000_001, 30_000_000, (35_000_001, 35_000_000, 0)),
        (30_000_000, 30_000_000, (0, 0, 0)),
        (20_000_000, 30_000_000, (0, 0, -10_000_000)),
        (30_000_001, 30_000_000, (1, 0, 0)),
    ],
)
def test_the_goldens(income: int, restricted: int, split: Split) -> None:
    assert of(income, restricted) == split


def test_the_page_of_the_calculation_shows_the_goldens() -> None:
    page = Path(__file__).parents[2] / "docs" / "calculation.md"
    table = page.read_text(encoding="utf-8").partition("| income | expenditure |")[2]
    lines = table.partition("\n\n")[0].splitlines()[2:]
    assert len(lines) == 4
    for line in lines:
        cells = (cell.strip().replace(".", "") for cell in line.strip("|").split("|"))
        income, expenditure, restricted, balance, *split = map(int, cells)
        assert expenditure == 0
        assert balance == income - restricted
        assert of(income, restricted) == tuple(split)


def test_every_kind_has_its_side() -> None:
    """B = income + opening - expenditure - closing - deductions, and nothing else."""
    for kind, sign in {"income": 1, "opening_restricted": 1, "expenditure": -1,
                       "closing_restricted": -1, "deduction": -1}.items():  # fmt: skip
        rows = [Account("I1", "a", "income", 0), Account("I1", "b", kind, 7)]
        assert surplus_of(rows, SurplusRule())[0].balance_fen == 7 * sign
    for kind in ("project_income", "project_expenditure", "advance", "received", "paid"):
        rows = [Account("I1", "a", "income", 0), Account("I1", "b", kind, 7)]
        assert surplus_of(rows, SurplusRule())[0].balance_fen == 0
        assert surplus_of(rows[1:], SurplusRule()) == (), "no business account, no statement"


def test_the_odd_fen_and_the_ratio_are_parameters() -> None:
    assert split_balance(1, odd_to_pay=True) == (0, 1, 0)
    assert split_balance(2, odd_to_pay=True) == (1, 1, 0)
    assert split_balance(100, Fraction(2, 3)) == (34, 66, 0)
    assert split_balance(100, Fraction(2, 3), odd_to_pay=True) == (33, 67, 0)
    assert split_balance(7, Fraction(0)) == (7, 0, 0)
    assert split_balance(7, Fraction(1)) == (0, 7, 0)
    # 0.3 x 10 is 3 exactly, and 2.999... as a binary float
    assert split_balance(10, Fraction(3, 10)) == (7, 3, 0)


@pytest.mark.parametrize("ratio", [Fraction(-1, 2), Fraction(3, 2)])
def test_a_ratio_outside_0_to_1_is_no_ratio(ratio: Fraction) -> None:
    with pytest.raises(ValueError, match="ratio"):
        split_balance(1, ratio)


# -- properties --------------------------------------------------------------------------------


@given(balances, ratios, st.booleans())
def test_the_parts_always_add_up(balance: int, ratio: Fraction, odd: bool) -> None:
    split = split_balance(balance, ratio, odd_to_pay=odd)
    assert sum(split) == balance
    assert split.development_fen >= 0
    assert split.pay_fen >= 0
    assert split.deficit_fen == min(balance, 0)
    wanted = max(balance, 0) * ratio
    assert 0 <= (split.pay_fen - wanted if odd else wanted - split.pay_fen) < 1


@given(balances)
def test_the_halves_differ_by_the_odd_fen_at_most(balance: int) -> None:
    split = split_balance(balance)
    assert split.development_fen - split.pay_fen == max(balance, 0) % 2


rows = st.lists(
    st.tuples(st.sampled_from(["I1", "I2", "I3"]), st.sampled_from(KINDS), amounts), max_size=20
)


@given(rows, st.randoms(use_true_random=False))
def test_order_and_splitting_of_rows_change_nothing(rows: list[tuple[str, str, int]], rnd) -> None:  # type: ignore[no-untyped-def]
    accounts = [Account(name, "x", kind, amount) for name, kind, amount in rows]
    halves = [
        Account(name, "x", kind, part)
        for name, kind, amount in rows
        for part in (amount // 3, amount - amount // 3)
    ]
    rnd.shuffle(halves)
    assert surplus_of(accounts, SurplusRule()) == surplus_of(halves, SurplusRule())


@given(rows, ratios, st.booleans())
def test_it_agrees_with_the_reference(
    rows: list[tuple[str, str, int]], ratio: Fraction, odd: bool
) -> None:
    rule = SurplusRule(ratio, odd)
    accounts = [Account(name, "x", kind, amount) for name, kind, amount in rows]
    found = {
        one.institution_id: (one.balance_fen, *one.split) for one in surplus_of(accounts, rule)
    }
    yuan = [(name, kind, Fraction(amount, 100)) for name, kind, amount in rows]
    assert found == reference_surplus(yuan, ratio, odd_fen="pay" if odd else "development")


@given(rows)
def test_nothing_is_netted_between_institutions(rows: list[tuple[str, str, int]]) -> None:
    accounts = [Account(name, "x", kind, amount) for name, kind, amount in rows]
    together = surplus_of(accounts, SurplusRule())
    apart = [
        one
        for name in ("I1", "I2", "I3")
        for one in surplus_of([a for a in accounts if a.institution_id == name], SurplusRule())
    ]
    assert list(together) == apart
    assert [pool.amount_fen for pool in surplus_pools(together, "pay")] == [
        one.split.pay_fen for one in apart
    ]


# -- whole cases -------------------------------------------------------------------------------


def settled(folder: Path, accounts: str, **files: str | None) -> Path:
    """OUT of the good case with accounts, over the whole year."""
    changed = {name.replace("_", "."): content for name, content in files.items()}
    start = {"case.yaml": "period: 2025\n", "accounts.csv": f"{HEAD}\n{accounts}"}
    settle_case(write_case(folder / "case", {**start, **changed}), folder / "out")
    return folder / "out"


def table(out: Path, name: str) -> list[list[str]]:
    """The rows of a result table, without its headings."""
    with (out / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


ONE = "I01,收入,income,100.01,,,\nI01,支出,expenditure,0.00,,,\n"


def test_given_pools_and_the_surplus_stand_side_by_side(tmp_path: Path) -> None:
    out = settled(tmp_path, ONE)
    assert [row[:3] for row in table(out, "pools")] == [
        ["I01", "surplus", "50.00"],
        ["I01", "绩效", "100.00"],
        ["I02", "绩效", "30.00"],
    ]
    assert table(out, "funds") == [
        ["I01", "business", "income", "balance", "100.01", "收入"],
        ["I01", "business", "balance", "expenditure", "0.00", "支出"],
        ["I01", "business", "balance", "development", "50.01", ""],
        ["I01", "business", "balance", "surplus", "50.00", ""],
        ["I01", "business", "deficit", "balance", "0.00", ""],
        ["I01", "surplus", "business", "paid", "50.00", ""],
        ["I01", "绩效", "given", "paid", "100.00", ""],
        ["I02", "绩效", "given", "paid", "30.00", ""],
    ]


def test_accounts_alone_are_enough(tmp_path: Path) -> None:
    out = settled(tmp_path, ONE, pools_csv=None)
    assert [row[:3] for row in table(out, "pools")] == [["I01", "surplus", "50.00"]]


def test_without_accounts_nothing_about_a_surplus_is_written(tmp_path: Path) -> None:
    settle_case(write_case(tmp_path / "case", {}), tmp_path / "out")
    for name in ("summary.json", "resolved-rules.json"):
        told = json.loads((tmp_path / "out" / name).read_text(encoding="utf-8"))
        told.pop("case", None)  # the rules as the program keeps them, defaults and all
        assert "surplus" not in json.dumps(told)
    book = openpyxl.load_workbook(tmp_path / "out" / "settlement.xlsx", read_only=True)
    assert "结余分配" not in book.sheetnames
    book.close()


def test_a_pool_may_be_named_like_a_node_of_the_funds(tmp_path: Path) -> None:
    pools = "institution_id,pool,amount\nI01,project,5.00\nI01,balance,7.00\n"
    out = settled(tmp_path, ONE, pools_csv=pools)
    assert ["I01", "project", "given", "paid", "5.00", ""] in table(out, "funds")


def test_the_sheet_shows_every_figure(tmp_path: Path) -> None:
    rows = "".join(
        f"I02,{kind},{kind},{amount},,,\n"
        for kind, amount in [
            ("income", "10.00"), ("opening_restricted", "1.00"), ("expenditure", "13.50"),
            ("closing_restricted", "0.25"), ("deduction", "0.05"), ("project_income", "9.00"),
        ]
    )  # fmt: skip
    out = settled(tmp_path, ONE + rows)
    book = openpyxl.load_workbook(out / "settlement.xlsx", read_only=True)
    cells = [list(row) for row in book["结余分配"].iter_rows(min_row=4, values_only=True)]
    book.close()
    assert cells[0] == ["I01", "青溪镇卫生院", 100.01, 0, 0, 0, 0, 100.01, 50.01, 50, 0]
    assert cells[1] == ["I02", "石桥镇卫生院", 10, 1, 13.5, 0.25, 0.05, -2.8, 0, 0, -2.8]
    assert ["I02", "project", "project", "unspent", "9.00", ""] in table(out, "funds")


def test_what_closed_last_year_opens_this_year(tmp_path: Path) -> None:
    """The last closing is compared and is no account of this year."""
    rows = "I01,结转,opening_restricted,5.00,,,2025-01-01\n"
    rows += "I01,甲,closing_restricted,3.00,,,2024-12-31\n"
    rows += "I01,乙,closing_restricted,2.00,,,2024-12-31\n"
    out = settled(tmp_path, ONE + rows)
    uses = {row[3]: row[4] for row in table(out, "funds") if row[2] == "balance"}
    assert uses == {"expenditure": "0.00", "development": "52.51", "surplus": "52.50"}


def test_chinese_headings_and_rules_with_dates(tmp_path: Path) -> None:
    files = {
        "case.yaml": "period: 2025\nsurplus:\n"
        "  - {pay_ratio: 1/2, valid_to: 2025-07-01, reference: 旧文}\n"
        "  - {pay_ratio: '0.4', valid_from: 2025-07-01, odd_fen: pay, reference: 新文}\n",
        "accounts.csv": "机构编号,科目,账目类别,金额（元）,经常性,资金来源,日期\n"
        "I01,医疗收入,income,1.01,1,医保基金,2025-06-30\nI01,支出,expenditure,0.00,0,,\n",
    }
    rules = load_case(write_case(tmp_path, files)).rules
    assert rules.surplus.pay_ratio == Fraction(2, 5)
    assert (rules.surplus.odd_to_pay, rules.surplus.reference) == (True, "新文")
    assert rules.surplus.series == "pay"
    first = rules.accounts[0]
    assert (first.amount_fen, first.recurrent, first.source) == (101, True, "医保基金")
    assert surplus_of(rules.accounts, rules.surplus)[0].split == (60, 41, 0)


def test_the_surplus_is_shared_by_the_series_that_the_rule_names(tmp_path: Path) -> None:
    weights = "series,item_code,weight,valid_from\n"
    weights += "".join(f"{s},{i},1,2025-01-01\n" for s in ("pay", "year") for i in ("MZ01", "SF01"))
    case = "period: 2025\nsurplus: {series: year}\n"
    out = settled(tmp_path, ONE, case_yaml=case, weights_csv=weights)
    assert [row[-1] for row in table(out, "pools")] == ["year", "pay", "pay"]


@given(st.lists(st.tuples(st.sampled_from(["income", "deduction"]), amounts), max_size=5))
def test_a_sum_of_lines_is_the_same_as_one_line(lines: list[tuple[str, int]]) -> None:
    many = [Account("I1", str(at), kind, fen) for at, (kind, fen) in enumerate(lines)]
    one = [
        Account("I1", "x", kind, sum(fen for other, fen in lines if other == kind))
        for kind in sorted({kind for kind, _ in lines})
    ]
    assert [s.split for s in surplus_of(many, SurplusRule())] == [
        s.split for s in surplus_of(one, SurplusRule())
    ]


def test_the_good_case_has_no_accounts() -> None:
    assert "accounts.csv" not in GOOD
