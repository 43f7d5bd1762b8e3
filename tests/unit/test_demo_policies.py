"""A whole year of the made-up county under each shipped scheme, re-added from its files alone.

Catches: a shipped scheme that a county's tables cannot be settled under, a fund that nobody gets,
heads counted otherwise than in the table, flows that do not meet. All sums are whole fen made from
text; nothing here asks the engine what is right.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from equivalents.demo import POLICIES, write_county
from equivalents.resources import shipped_weights
from equivalents.run import settle_case
from tests.demo_assessed import assessed
from tests.demo_county import Row, rows_of

RECORDS = 6_000


def fen(text: str) -> int:
    """Yuan as fen, exactly."""
    whole, _, cents = text.partition(".")
    assert len(cents) == 2, text
    return int(whole + cents)


def rounded(exact: Fraction) -> int:
    """Half-up."""
    return (exact * 2 + 1).__floor__() // 2


@dataclass(frozen=True)
class Run:
    """One policy: the case, its result, and sums over its tables."""

    policy: str
    case: Path
    out: Path

    @cached_property
    def contracts(self) -> list[Row]:
        """Those active on 31 December."""
        rows = rows_of(self.case / "contracts.csv")
        return [r for r in rows if r["active_from"] <= "2025-12-31" < r["active_to"]]

    @cached_property
    def ledger(self) -> list[Row]:
        return rows_of(self.out / "ledger.csv")

    def due(self, fund: str) -> dict[str, int]:
        """What a fund owes, by institution, in fen."""
        found = dict.fromkeys(self.places, 0)
        for row in rows_of(self.out / "dues.csv"):
            if row["fund"] == fund:
                found[row["institution_id"]] += fen(row["amount"])
        return found

    def by_heads(self, rate_fen: int, fits: Callable[[Row], bool] = bool) -> dict[str, int]:
        """Signed heads x rate, by institution."""
        heads = Counter(r["institution_id"] for r in self.contracts if fits(r))
        return {place: heads[place] * rate_fen for place in self.places}

    def account(self, kind: str, line: str) -> dict[str, int]:
        """Account rows added up, by institution."""
        found = dict.fromkeys(self.places, 0)
        for row in rows_of(self.case / "accounts.csv"):
            if (row["kind"], row["line"]) == (kind, line):
                found[row["institution_id"]] += fen(row["amount"])
        return found

    def spent_of(self, fund: str) -> dict[str, int]:
        """Expenditures that name a fund as their source, by institution."""
        found = dict.fromkeys(self.places, 0)
        for row in rows_of(self.case / "accounts.csv"):
            if (row["kind"], row["source"]) == ("expenditure", fund):
                found[row["institution_id"]] += fen(row["amount"])
        return found

    @cached_property
    def places(self) -> list[str]:
        return [row["institution_id"] for row in rows_of(self.case / "institutions.csv")]

    def work(self, series: str, item: str = "") -> dict[str, Fraction]:
        """Equivalents of a series, or the quantity of one item of it, by institution.

        Lines without an item take off what shares in no pool; it is bought all the same.
        """
        found = dict.fromkeys(self.places, Fraction())
        for row in rows_of(self.out / "equivalents.csv"):
            if row["series"] == series and row["item_code"] and item in ("", row["item_code"]):
                column = "quantity" if item else "equivalents"
                found[row["institution_id"]] += Fraction(row[column])
        return found

    def assessed(self, composite: str) -> dict[str, Fraction]:
        """The coefficients of a composite, worked out from the table of results."""
        folder, ends = shipped_weights() / "schemes", ("indicators", "assessment")
        files = [folder / f"{self.policy}-{end}.yaml" for end in ends]
        there = [path for path in files if path.is_file()]
        return assessed(there, self.case / "assessments.csv", composite)

    def parts(self, fund: str, place: str) -> dict[str, int]:
        """What each payer owes of a fund."""
        mine = [r for r in self.ledger if (r["fund"], r["institution_id"]) == (fund, place)]
        return {row["payer"]: fen(row["due"]) for row in mine}


@pytest.fixture(scope="module", params=sorted(POLICIES))
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp(request.param)
    write_county(folder / "case", records=RECORDS, policy=request.param)
    settle_case(folder / "case", folder / "out", stop_on_reject=False)
    return Run(request.param, folder / "case", folder / "out")


def under(policy: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("run", [policy], indirect=True, scope="module")


# -- under every scheme ----------------------------------------------------------------------------


def test_it_names_the_shipped_scheme_as_it_stands(run: Run) -> None:
    case = yaml.load((run.case / "case.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert case["scheme"][0] == run.policy
    assert case["period"] == "2025"


def test_every_check_holds(run: Run) -> None:
    summary = json.loads((run.out / "summary.json").read_bytes())
    assert summary["settled"]
    assert summary["records"]["received"] == RECORDS
    assert len(summary["checks"]) > 15
    assert all(check["holds"] and check["left"] == check["right"] for check in summary["checks"])


def test_nothing_is_said_of_money_but_what_is_meant(run: Run) -> None:
    said = {
        row["code"] for row in rows_of(run.out / "problems.csv") if "records/" not in row["file"]
    }
    assert said <= {"CHOICES_OPEN", "FIGURE_ILLUSTRATIVE", "NEGATIVE_KEY", *_SAID[run.policy]}


_SAID = {
    "sanmenxia-2019": ("CHARGE_CONSULTATION", "SHARE_TEST_FAILED"),
    "zhejiang-2017": ("OVER_ADVANCED",),
    "deqing-2019": ("PAYCAP_CUT",),
    "changning-2014": ("LAYER_DIFFERS", "OVER_ADVANCED"),
}


def test_every_fund_owes_somebody(run: Run) -> None:
    funds = {row["fund"] for row in run.ledger}
    assert len(funds) >= 1
    for fund in funds:
        assert sum(run.due(fund).values()) > 0, fund


def test_payers_lines_and_ledger_add_up(run: Run) -> None:
    for fund in {row["fund"] for row in run.ledger}:
        for place, due in run.due(fund).items():
            assert sum(run.parts(fund, place).values()) == due
    moved = {"advance": 0, "received": 0, "approved": 0, "paid": 0}
    funds = {row["fund"] for row in run.ledger}
    for row in rows_of(run.case / "accounts.csv"):
        if row["kind"] in moved and row["line"] in funds:
            moved[row["kind"]] += fen(row["amount"])
        if row["kind"] == "expenditure" and row["source"] in funds:
            moved["paid"] += fen(row["amount"])
    sums = {
        column: sum(fen(row[column]) for row in run.ledger)
        for column in ("due", "approved", "received", "paid", "owed")
    }
    assert sums["received"] == moved["advance"] + moved["received"]
    assert (sums["approved"], sums["paid"]) == (moved["approved"], moved["paid"])
    assert sums["owed"] == sums["due"] - sums["received"]


def test_what_goes_into_a_fund_comes_out_of_it(run: Run) -> None:
    nodes: Counter[tuple[str, str]] = Counter()
    into: Counter[tuple[str, str]] = Counter()
    for row in rows_of(run.out / "funds.csv"):
        who, amount = (row["institution_id"], row["fund"]), fen(row["amount"])
        assert amount >= 0
        nodes[who] += amount * ((row["use"] == "due") - (row["source"] == "due"))
        into[who] += amount * (row["use"] == "due")
    assert set(nodes.values()) == {0}
    assert sum(into.values()) > 0


def test_pools_are_paid_out_to_the_fen(run: Run) -> None:
    paid: Counter[tuple[str, str]] = Counter()
    components = run.out / "components.csv"  # one of the schemes has none
    there = rows_of(components) if components.is_file() else []
    beside = {row["component"] for row in there}
    for row in rows_of(run.out / "payouts.csv"):
        if row["component"] not in beside:
            paid[_pool_at(run, row)] += fen(row["amount"])
    pools: Counter[tuple[str, str]] = Counter()
    for row in rows_of(run.out / "pools.csv"):
        parts = [fen(row[name]) for name in ("paid", "retained", "carried")]
        assert sum(parts) == fen(row["amount"])
        pools[_pool_at(run, row)] += parts[0]
    assert sum(pools.values()) > 0
    assert {key: pools[key] for key in pools | paid} == {key: paid[key] for key in pools | paid}


def _pool_at(run: Run, row: Row) -> tuple[str, str]:
    """A pool of the county is paid at the institutions that it was shared to."""
    pool = row["pool"]
    return ("" if pool == "医共体考核奖" else row["institution_id"], pool)


# -- Sanmenxia -------------------------------------------------------------------------------------


@under("sanmenxia-2019")
def test_sanmenxias_lines_have_their_own_heads(run: Run) -> None:
    def poor(row: Row) -> bool:
        born = date.fromisoformat(row["birth_date"]).year
        return "poor" in row["groups"].split(";") and 40 <= 2025 - born <= 64

    assert run.due("contract-fiscal") == run.by_heads(5_00, lambda r: r["permanent"] == "1")
    factor = run.assessed("institution-assessment")
    assert len(set(factor.values())) > 5
    insured, approved = run.by_heads(20_00), run.account("approved", "public-health")
    for fund, whole in (("contract-insurance", insured), ("public-health", approved)):
        due = {place: rounded(fen * factor[place]) for place, fen in whole.items()}
        assert run.due(fund) == due
    assert run.due("poor-checkup") == run.by_heads(200_00, poor)
    disabled = run.by_heads(20_00, lambda r: "disabled" in r["groups"].split(";"))
    assert run.due("disabled-contracts") == disabled
    for place in run.places:
        five = run.parts("contract-fiscal", place)
        # what was spent of it stands in a row without a payer, which owes nothing
        assert five.pop("", 0) == 0
        assert five == {
            "市财政": sum(five.values()) * 2 // 5,
            "县财政": sum(five.values()) * 3 // 5,
        }


@under("sanmenxia-2019")
def test_sanmenxias_forty_percent_is_compared_exactly(run: Run) -> None:
    part = run.account("expenditure", "公卫经费用于签约服务")
    whole = run.account("received", "public-health")
    tests = {row["institution_id"]: row["holds"] for row in rows_of(run.out / "share_tests.csv")}
    for place in run.places:
        assert tests[place] == str(int(part[place] * 100 >= whole[place] * 40))
    assert set(tests.values()) == {"0", "1"}


# -- Zhejiang --------------------------------------------------------------------------------------


@under("zhejiang-2017")
def test_zhejiangs_five_channels(run: Run) -> None:
    assert run.due("line-items") == run.account("approved", "line-items")
    assert run.due("insurance") == run.account("approved", "insurance")
    price, fixed = Fraction("11.50") * 100, Fraction("30.00") * 100
    bought = {place: rounded(count * price) for place, count in run.work("purchase").items()}
    assert run.due("purchase") == bought
    by_item = run.work("fixed_price", "GW1102")
    priced = {place: rounded(count * fixed) for place, count in by_item.items()}
    assert run.due("fixed-price") == priced
    effective = {place: rounded(count * 850) for place, count in run.work("contract").items()}
    assert run.due("effective-contract") == effective


@under("zhejiang-2017")
def test_hangzhous_fee_counts_each_month_and_becomes_a_pool(run: Run) -> None:
    rows = rows_of(run.case / "contracts.csv")
    ends = [date(2025 + month // 12, month % 12 + 1, 1).toordinal() - 1 for month in range(1, 13)]
    rate = run.assessed("effective-service")
    heads: Counter[str] = Counter()
    for row in rows:
        since, until = (
            date.fromisoformat(row[name]).toordinal() for name in ("active_from", "active_to")
        )
        heads[row["institution_id"]] += sum(since <= day < until for day in ends)
    fees = {place: rounded(heads[place] * rate[place] * 10_00) for place in run.places}
    assert run.due("contract-fee") == fees
    for place, fee in fees.items():
        parts = {"签约居民": fee // 10, "市政府": fee // 4, "区财政": fee * 13 // 20}
        told = run.parts("contract-fee", place)
        assert all(0 <= told[payer] - part <= 1 for payer, part in parts.items())
    pools = {
        row["institution_id"]: fen(row["amount"])
        for row in rows_of(run.out / "pools.csv")
        if row["pool"] == "contract-fee"
    }
    assert {place: pools.get(place, 0) for place in run.places} == fees


@under("zhejiang-2017")
def test_restricted_money_is_carried(run: Run) -> None:
    """What came less what was spent of it; the contract fee is paid out whole."""
    closing = {fund: dict.fromkeys(run.places, 0) for fund in ("line-items", "contract-fee")}
    for row in rows_of(run.out / "restricted.csv"):
        closing[row["fund"]][row["institution_id"]] = fen(row["closing"])
    received, spent = run.account("received", "line-items"), run.spent_of("line-items")
    left = {place: received[place] - spent[place] for place in run.places}
    assert closing["line-items"] == left == run.account("closing_restricted", "line-items")
    assert all(left.values())
    assert not any(closing["contract-fee"].values())


# -- Deqing ----------------------------------------------------------------------------------------


@under("deqing-2019")
def test_deqings_assessed_total_caps_the_pools(run: Run) -> None:
    price = Fraction("12.00") * 100
    factor = run.assessed("total_assessment")
    bought = {
        place: rounded(count * price * factor[place])
        for place, count in run.work("purchase").items()
    }
    assert run.due("purchase") == bought
    approved, base = run.account("approved", "pay_cap"), run.account("paid", "base_pay")
    rows = rows_of(run.out / "paycap.csv")
    cut = set()
    for place in run.places:
        sums: Counter[str] = Counter()
        for row in rows:
            if row["institution_id"] == place:
                sums[row["line"]] += fen(row["amount"])
        cap = rounded(approved[place] * factor[place])
        assert sums["cap"] == cap
        assert sums["carried"] == max(base[place] + sums["pool"] - cap, 0)
        cut |= {place} if sums["carried"] else set()
    assert 0 < len(cut) < len(run.places)
    given = run.account("approved", "incentive_pay")
    before = {
        row["institution_id"]: fen(row["amount"])
        for row in rows
        if (row["line"], row["name"]) == ("pool", "incentive")
    }
    assert before == given


# -- Changning -------------------------------------------------------------------------------------


@under("changning-2014")
def test_changnings_tasks_floor_and_prepayment(run: Run) -> None:
    standard = {"public-health-package": Fraction("18.50"), "medical-package": Fraction("32.00")}
    tasks: dict[str, Fraction] = dict.fromkeys(run.places, Fraction())
    for row in rows_of(run.case / "tasks.csv"):
        tasks[row["institution_id"]] += Fraction(row["quantity"]) * standard[row["task"]]
        tasks[row["institution_id"]] -= Fraction(row["income"] or "0")
    factor = run.assessed("subsidy-assessment")
    assert factor != run.assessed("pay-assessment")  # one set of indicators, two series of weights
    assert run.due("approved-tasks") == {
        place: max(rounded(amount * factor[place] * 100), 0) for place, amount in tasks.items()
    }
    floors = dict.fromkeys(run.places, 0)
    for place, kind, amount in _recurrent(run):
        floors[place] += amount if kind == "expenditure" else -amount
    assert run.due("floor") == {place: max(amount, 0) for place, amount in floors.items()}
    assert sum(amount > 0 for amount in floors.values()) == 2
    prepaid = run.by_heads(260_00)
    assert run.due("insurance-prepayment") == prepaid


def _recurrent(run: Run) -> Iterator[tuple[str, str, int]]:
    for row in rows_of(run.case / "accounts.csv"):
        if row["recurrent"] == "1" and row["kind"] in ("income", "expenditure"):
            yield row["institution_id"], row["kind"], fen(row["amount"])
