"""How the made-up county assesses and pays its people, re-added from its files alone.

Catches: a result of the assessment that moves nothing, or the wrong thing; a component that pays
somebody else or another amount; people without equivalents left out; a department's own shares
that are not kept to; a village room whose sheet does not add up. Amounts are whole fen, keys are
fractions, all made from text; nothing here asks the engine what is right.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import pytest

from tests.demo_assessed import assessed, assessed_each, points_met
from tests.demo_county import Row, rows_of
from tests.demo_paid import allowances, by_contract, fen, half_up, in_force, shared

COMPOSITES = {"机构考核": 15, "签约考核": 14, "科室考核": 123, "村卫生室考核": 130}
UNIT = 10**7


@dataclass(frozen=True)
class Run:
    """The case, its result, and what its files say of the assessment."""

    case: Path
    out: Path

    def table(self, name: str) -> list[Row]:
        return rows_of(self.out / f"{name}.csv")

    def given(self, name: str) -> list[Row]:
        return rows_of(self.case / f"{name}.csv")

    def assessed(self, composite: str) -> dict[str, Fraction]:
        return assessed([self.case / "county-pay.yaml"], self.case / "assessments.csv", composite)

    @cached_property
    def personal(self) -> dict[tuple[str, str], Fraction]:
        """By person and half-year."""
        files = [self.case / "county-pay.yaml"]
        return assessed_each(files, self.case / "assessments.csv", "人员考核")

    def component(self, name: str) -> dict[tuple[str, str], int]:
        """What a component pays, by institution and person."""
        found: Counter[tuple[str, str]] = Counter()
        for row in self.table("components"):
            if row["component"] == name:
                found[row["institution_id"], row["person_id"]] += fen(row["amount"])
        return dict(found)

    def steps(self, pool: str, level: str) -> list[Row]:
        rows = self.table("allocations")
        return [row for row in rows if (row["pool"], row["level"]) == (pool, level)]

    def payouts(self, pool: str) -> list[Row]:
        rows = self.table("payouts")
        return [row for row in rows if (row["pool"], row["component"]) == (pool, "pool_share")]


@pytest.fixture(scope="module")
def run(settled_demo: Path) -> Run:
    return Run(settled_demo / "case", settled_demo / "out")


def e7(exact: Fraction) -> Fraction:
    """Half-up to seven places."""
    return Fraction(half_up(exact * UNIT), UNIT)


# -- the assessment --------------------------------------------------------------------------------


def test_every_coefficient_is_that_of_its_results(run: Run) -> None:
    told: dict[str, dict[tuple[str, str], Fraction]] = defaultdict(dict)
    for row in run.table("assessment"):
        if row["in_force"] == "1":
            who = row["subject_id"], row["period"]
            told[row["composite"]][who] = Fraction(row["coefficient"])
    for name, count in COMPOSITES.items():
        mine = {who: value for (who, period), value in told[name].items() if period == "2025"}
        assert mine == run.assessed(name)
        assert len(mine) == len(told[name]) == count
        assert len(set(mine.values())) > 1
    assert told["人员考核"] == run.personal
    assert set(told) == {*COMPOSITES, "人员考核"}


def test_the_lead_hospital_is_not_measured_by_contracts(run: Run) -> None:
    none = [
        row for row in run.table("assessment")
        if (row["not_applicable"], row["level"]) == ("1", "institution")
    ]  # fmt: skip
    assert {row["subject_id"] for row in none} == {"H01"}
    assert {row["indicator"] for row in none} == {"重点人群签约率", "基层就诊比例"}


def test_institutions_share_the_countys_pool_by_their_composite(run: Run) -> None:
    pool = "医共体考核奖"
    below: dict[str, Fraction] = defaultdict(Fraction)
    for row in run.steps(pool, "department"):
        below[row["parent"]] += Fraction(row["key"])
    factor = run.assessed("机构考核")
    keys = {row["child"]: Fraction(row["key"]) for row in run.steps(pool, "institution")}
    assert keys == {place: e7(below[place] * factor[place]) for place in keys}
    assert len(keys) == 15


def test_departments_and_village_rooms_share_by_their_composites(run: Run) -> None:
    pool = "奖励性绩效"
    below: dict[str, Fraction] = defaultdict(Fraction)
    for row in run.steps(pool, "person"):
        below[row["parent"]] += Fraction(row["key"])
    factor = run.assessed("科室考核") | run.assessed("村卫生室考核")
    keys = {row["child"]: Fraction(row["key"]) for row in run.steps(pool, "department")}
    assert keys == {one: e7(below[one] * factor[one]) for one in keys}
    assert len(keys) == 123 + 130
    assert len({factor[one] for one in keys}) > 100


def test_personal_keys_follow_title_backbone_and_the_half_year(run: Run) -> None:
    kinds = [row for row in run.given("coefficients") if row["kind"] in ("title", "backbone")]
    of: dict[str, list[Row]] = defaultdict(list)
    for row in kinds:
        of[row["subject_id"]].append(row)
    seen = set()
    for row in run.table("adjusted"):
        if row["pool"] not in ("奖励性绩效", "surplus") or row["from"] == row["to"]:
            continue
        day, person = row["from"], row["person_id"]
        value = run.personal[person, "2025-H1" if day < "2025-07" else "2025-H2"]
        posting = f"{person}@{row['institution_id']}/{row['post_id']}"
        for one in (*of[person], *of[posting]):
            if in_force(one, day, "valid_from", "valid_to"):
                value *= Fraction(one["value"])
        assert Fraction(row["coefficient"]) == Fraction(half_up(value * 10_000), 10_000)
        seen.add(row["pool"])
    assert seen == {"奖励性绩效", "surplus"}


def test_contracts_assessed_below_full_leave_something_carried(run: Run) -> None:
    """What is withheld to be released later is carried, too."""
    factor, short = run.assessed("签约考核"), []
    held: Counter[str] = Counter()
    for row in run.table("withheld"):
        held[row["institution_id"]] += fen(row["withheld"])
    for row in run.table("pools"):
        if row["pool"] == "签约服务费":
            place, amount = row["institution_id"], fen(row["amount"])
            less = amount - half_up(amount * factor[place])
            assert fen(row["carried"]) == less + held[place]
            short.append(less > 0)
    assert len(short) == 14
    assert set(short) == {True, False}


def test_effective_contracts_are_those_of_teams_that_met_two_of_three(run: Run) -> None:
    met = points_met([run.case / "county-pay.yaml"], run.case / "assessments.csv", "team")
    good = {team for team, found in met.items() if sum(found.values()) >= 2}
    assert all(len(found) == 3 for found in met.values())
    assert 0 < len(good) < len(met)
    heads = Counter(
        row["institution_id"]
        for row in run.given("contracts")
        if row["team_id"] in good and in_force(row, "2025-12-31")
    )
    dues = {
        row["institution_id"]: fen(row["amount"])
        for row in run.table("dues")
        if row["fund"] == "effective-contract"
    }
    assert dues == {place: heads[place] * 30_00 for place in dues}
    assert len(dues) == 14


# -- components ------------------------------------------------------------------------------------


def test_gp_allowance_by_months_assessment_and_presence(run: Run) -> None:
    expected = allowances(run.case, 500, run.personal)
    paid = run.component("全科医生津贴")
    assert paid == expected
    assert len({amount for amount in paid.values() if amount < 1_000_00}) > 3  # part-time, or away
    approved = {
        row["institution_id"]: fen(row["amount"])
        for row in run.given("accounts")
        if (row["line"], row["kind"]) == ("全科医生津贴", "approved")
    }
    for place, whole in approved.items():
        assert sum(amount for (at, _), amount in paid.items() if at == place) <= whole


def test_allowance_per_contract_of_permanent_residents(run: Run) -> None:
    assert run.component("签约服务补贴") == by_contract(run.case, 1_50)


def test_single_bonuses_are_paid_as_listed(run: Run) -> None:
    listed: Counter[tuple[str, str]] = Counter()
    for row in run.given("bonuses"):
        listed[row["institution_id"], row["person_id"]] += fen(row["amount"])
    assert run.component("单项奖") == listed
    assert {place for place, _ in listed} == {row["institution_id"] for row in run.given("staff")}


def test_heads_are_paid_by_the_average_of_their_people(run: Run) -> None:
    total: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for row in run.payouts("奖励性绩效"):
        total[row["institution_id"]] += fen(row["amount"])
        people[row["institution_id"]] += 1
    heads = {
        row["institution_id"]: row["person_id"]
        for row in run.given("staff")
        if row["post"] == "院长"
    }
    factor = run.assessed("机构考核")
    assert run.component("负责人绩效") == {
        (place, head): half_up(Fraction(total[place], people[place]) * factor[place] * 3 / 2)
        for place, head in heads.items()
    }
    assert len(heads) == 15
    assert not {row["person_id"] for row in run.payouts("奖励性绩效")} & set(heads.values())


def test_what_was_withheld_is_released_and_what_is_withheld_waits(run: Run) -> None:
    before = {
        (row["institution_id"], row["person_id"]): fen(row["amount"])
        for row in run.given("opening")
        if row["kind"] == "withheld"
    }
    released = run.component("暂扣兑现")
    assert released == {
        pair: half_up(amount * run.personal[pair[1], "2025-H2"]) for pair, amount in before.items()
    }
    assert sum(released.values()) < sum(before.values())
    held = {
        (row["institution_id"], row["pool"], row["person_id"]): fen(row["withheld"])
        for row in run.table("withheld")
    }
    waiting = {
        (row["institution_id"], row["pool"], row["person_id"]): fen(row["amount"])
        for row in run.table("opening_next")
        if row["kind"] == "withheld"
    }
    assert waiting == {key: amount for key, amount in held.items() if amount}
    assert waiting


# -- who shares, and how ---------------------------------------------------------------------------


def test_administration_shares_by_a_multiple_of_the_average(run: Run) -> None:
    staff = run.given("staff")
    office = {row["person_id"] for row in staff if row["post"] == "行政后勤"}
    keys: dict[str, list[Fraction]] = defaultdict(list)
    theirs = {}
    for row in run.payouts("奖励性绩效"):
        if row["person_id"] in office:
            theirs[row["person_id"]] = row["institution_id"], Fraction(row["key"])
        elif Fraction(row["key"]) > 0:
            keys[row["institution_id"]].append(Fraction(row["key"]))
    assert set(theirs) == office
    assert len(office) == 30
    for place, key in theirs.values():
        mean = sum(keys[place], Fraction(0)) / len(keys[place])
        assert key == e7(mean * Fraction("0.85"))
    paid = [fen(r["amount"]) for r in run.payouts("奖励性绩效") if r["person_id"] in office]
    assert min(paid) > 0


def test_the_prize_goes_to_public_health_posts_alone(run: Run) -> None:
    posts = ("公共卫生医师", "妇幼保健医师", "乡村医生")
    there = {
        (row["institution_id"], row["person_id"])
        for row in run.given("staff")
        if row["post"] in posts
        and row["active_from"] < "2026" and (row["active_to"] or "9") > "2025-01-01"
    }  # fmt: skip
    rows = run.payouts("公共卫生专项奖")
    assert {(row["institution_id"], row["person_id"]) for row in rows} == there
    everything = {
        (row["institution_id"], row["person_id"]): Fraction(row["equivalents"])
        for row in run.payouts("奖励性绩效")
    }
    for row in rows:
        mine = everything[row["institution_id"], row["person_id"]]
        assert Fraction(row["key"]) == Fraction(row["equivalents"]) <= mine
        # what other posts did is outside: somebody with two of them
        assert Fraction(row["key"]) == mine or _posts(run, row["person_id"]) > 1


def _posts(run: Run, person: str) -> int:
    return sum(row["person_id"] == person for row in run.given("staff"))


def test_two_departments_share_their_part_as_they_handed_in(run: Run) -> None:
    pool = "科室目标奖"
    amounts = {row["child"]: fen(row["amount"]) for row in run.steps(pool, "department")}
    people: dict[str, dict[str, int]] = defaultdict(dict)
    for row in run.steps(pool, "person"):
        people[row["parent"]][row["child"]] = fen(row["amount"])
    handed: dict[str, dict[str, int]] = defaultdict(dict)
    for row in run.given("secondary"):
        handed[row["department_id"]][row["person_id"]] = int(row["share"])
    assert set(handed) == {"C01-03", "C01-04"}
    assert len(amounts) > len(handed)  # the others go by equivalents
    for department, shares in handed.items():
        names = sorted(shares)
        keys = [Fraction(shares[name]) for name in names]
        parts = shared(amounts[department], keys, keys)
        assert people[department] == dict(zip(names, parts, strict=True))
    assert sum(amounts.values()) == sum(sum(found.values()) for found in people.values())


def test_every_village_room_has_its_settlement(run: Run) -> None:
    rooms = {r["department_id"] for r in run.given("departments") if r["kind"] == "village_room"}
    factor = run.assessed("村卫生室考核")
    sums: Counter[str] = Counter()
    totals: dict[str, int] = {}
    money: Counter[tuple[str, str]] = Counter()
    for row in run.table("rooms"):
        amount = fen(row["amount"])
        if row["line"] == "total":
            totals[row["department_id"]] = amount
            continue
        if row["line"] == "coefficient":
            assert (row["name"], amount) == ("村卫生室考核", 0)
            assert Fraction(row["coefficient"]) == factor[row["department_id"]]
            continue
        sums[row["department_id"]] += amount
        money[row["person_id"], row["name"]] += amount if row["line"] != "item" else 0
    assert set(totals) == rooms
    assert totals == {room: sums[room] for room in totals}
    doctors = {row["person_id"] for row in run.given("staff") if row["post"] == "乡村医生"}
    paid: Counter[tuple[str, str]] = Counter()
    for row in run.table("payouts"):
        if row["person_id"] in doctors:
            paid[row["person_id"], row["pool"]] += fen(row["amount"])
    assert sum(money.values()) == sum(totals.values())
    assert {key: money[key] for key in paid} == dict(paid)
