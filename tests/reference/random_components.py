"""Random components beside the pools: allowances, bonuses, heads, releases, adjustments (D4, D5).

They have a source of chance of their own, so that the records of a seed do not depend on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.reference.case import read_case
from tests.reference.leaders import leads
from tests.reference.random_assessment import REFERENCE, Span, Yaml
from tests.reference.random_csv import write_table
from tests.reference.random_extras import LISTS, choose_who, dump, load
from tests.reference.random_fundtables import ACCOUNT_COLUMNS
from tests.reference.random_moneylines import report_closing
from tests.reference.random_paycap import OPENING
from tests.reference.random_weights import Fields, random_day
from tests.reference.scheme import yes
from tests.reference.settling import settle
from tests.reference.tables import rows_of
from tests.reference.text import Refused, csv_table

BONUSES = ("institution_id", "person_id", "component", "amount", "date", "reference")
ADJUSTMENTS = ("period", "institution_id", "pool", "person_id", "component", "amount", "fund",
               "mode", "reference")  # fmt: skip
COEFFICIENTS = ("scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference")
CAP_LINE, PAY_LINE = "核定总量", "pay_total"
KIND = "兑现考核"
"""A coefficient of everybody that applies to nothing but components."""
AMOUNTS = ("0.01", "100", "33.33", "5000.00")
MOST_REPORTS = 40
ENOUGH_FEN = 5_000
"""With so much left of a fund everywhere, it can often pay a component."""


class Components:
    """Draws the components of one case, and takes back what cannot be paid."""

    def __init__(
        self,
        seed: int,
        folder: Path,
        pools: Sequence[Fields],
        span: Span,
        features: frozenset[str],
    ) -> None:
        """Draw and write them; :meth:`mend` takes back what cannot be paid."""
        self.rng = Random(f"components {seed}")
        self.folder = folder
        self.pools = pools
        self.span = span
        self.features = features
        self.declared = load(folder)
        if "funds" in features or "surplus" not in features:
            self.outside_types(Random(f"types {seed}"))
        self.staff = csv_table(folder / "staff.csv")
        self.found: Yaml = {}
        self.funds = self.with_money()
        makers: dict[str, Callable[[], None]] = {
            "津贴": self.allowance,
            "签约补贴": self.per_contract,
            "单项奖": self.bonus,
            "负责人绩效": self.leader,
            "考核兑现": self.release,
        }
        if "contracts" not in features:
            del makers["签约补贴"]
        if "leaders" not in features:
            del makers["负责人绩效"]
        self.coefficients()
        for name in self.rng.sample(list(makers), self.rng.randint(2, len(makers))):
            self.name = name
            makers[name]()
        self.declared["components"] = self.found
        if PAY_LINE in str(self.found) and self.rng.random() < 0.8:
            self.approve(self.rng, PAY_LINE, ("50.00", "30000.00", "30000.00"))
        dump(folder, self.declared)
        if self.rng.random() < 0.6:
            self.adjustments()
        self.reports = 0

    def with_money(self) -> list[str]:
        """Return the funds of which enough is left where people are; all, if of none there is.

        Restricted ones stand there again, so that they are drawn as often as others.
        """
        scheme = read_case(self.folder).scheme
        funds = list(scheme.funds)
        left: dict[tuple[str, str], int] = {}
        try:
            flows = settle(self.folder).flows if funds else {}
        except Refused:
            return funds
        for flow, fen in flows.items():
            if flow.source == "due" and flow.use in ("income", "institution"):
                left[flow.fund, flow.institution] = fen
        places = {row["institution_id"] for row in self.staff}
        rich = [one for one in funds if min(left.get((one, at), 0) for at in places) > ENOUGH_FEN]
        some = rich or funds
        return [*some, *(one for one in some if yes(scheme.fund(one), "restricted"))]

    def coefficients(self) -> None:
        """Give everybody a coefficient for components, and withhold some for later."""
        rng, rows = self.rng, rows_of(self.folder, "coefficients")
        for person in sorted({row["person_id"] for row in self.staff}):
            row = {"scope": "person", "subject_id": person, "kind": KIND}
            row |= {"value": rng.choice(("1", "0.9", "0.3333", "0")), "valid_from": "2019-01-01"}
            if rng.random() < 0.3:
                cut = random_day(rng, *self.span).isoformat()
                more = row | {"valid_from": cut, "value": "0.8"}
                rows += [row | {"valid_to": cut}, more]
            else:
                rows.append(row)
        write_table(rng, self.folder / "coefficients.csv", COEFFICIENTS, rows)
        kinds = self.declared.setdefault("coefficients", {})
        kinds[KIND] = {"applies_to": "none"}
        later = rng.choice(({"later": "release"}, {"later": "retain"}, {}))
        for kind, rule in kinds.items():
            if rule.get("applies_to") == "withhold":
                # Of one pool they agree on what becomes of it.
                kinds[kind] = {key: one for key, one in rule.items() if key != "later"} | later

    def figure(self, value: str, unit: str) -> Any:
        """Return a dated figure; sometimes it changes within the period, between two months."""
        rng = self.rng
        one = {"value": value, "unit": unit, "valid_from": "2000-01-01", "reference": REFERENCE}
        if rng.random() < 0.6:
            return one
        cut = random_day(rng, *self.span).replace(day=1).isoformat()
        return [one | {"valid_to": cut}, one | {"valid_from": cut, "value": f"{value}5"}]

    def about(self, *, leader: bool = False) -> Yaml:
        """Return how a component counts and for whom it is."""
        rng = self.rng
        found: Yaml = {"reference": REFERENCE}
        if leader:
            # What heads have follows from the pools: in the cap it must fit behind them.
            found |= rng.choice(({}, {"in_cap": "no"}, {"in_cap": "yes"}))
        elif rng.random() < 0.4:
            found["in_cap"] = rng.choice(("yes", "no"))
        if self.funds and rng.random() < 0.6:
            found["paid_from"] = {"fund": rng.choice(self.funds)}
        elif rng.random() < 0.3:
            found["paid_from"] = {"line": PAY_LINE}
        return found

    def who(self) -> Yaml:
        """Return for whom a component is, or nothing."""
        who = choose_who(self.rng, self.folder) if self.rng.random() < 0.6 else {}
        # Components are for postings, so those of one person may differ in this.
        name = self.rng.choice(
            ("person_id", "person_id", "institution_id", "title_tier", "employment_type", "")
        )
        values = sorted({row.get(name, "") for row in self.staff} - {""})
        if values:
            lists = LISTS | {"person_id": "persons", "institution_id": "institutions"}
            who[lists[name]] = self.rng.sample(values, self.rng.randint(1, len(values)))
        return {"who": who} if who else {}

    def dates(self) -> Yaml:
        """Return from when and until when a component is paid, or nothing."""
        rng = self.rng
        if rng.random() < 0.5:
            return {}
        day = random_day(rng, *self.span).isoformat()
        return {rng.choice(("valid_from", "valid_to")): day}

    def allowance(self) -> None:
        """Draw an allowance a month, in whole months or by days."""
        rng = self.rng
        rate = rng.choice(("100.0", "33.3", "0.0", "1234.5"))
        one: Yaml = {"kind": "allowance", "rate": self.figure(rate, "元/人·月")}
        one |= rng.choice(({}, {"month": "last_day"}, {"month": "days"}, {"month": "days"}))
        one |= rng.choice(({}, {}, {"fte": "yes"}, {"fte": "no"}))
        one |= {"coefficient": KIND} if rng.random() < 0.4 else {}
        self.found[self.name] = one | self.who() | self.dates() | self.about()

    def per_contract(self) -> None:
        """Draw an allowance per contract, by month or year, of some contracts."""
        rng = self.rng
        unit, rate = rng.choice((("元/人·月", "1.1"), ("元/人·年", "12.0"), ("元/人·年", "0.3")))
        one: Yaml = {"kind": "per_contract", "rate": self.figure(rate, unit)}
        one |= {"coefficient": KIND} if rng.random() < 0.3 else {}
        if "funds" not in self.features:
            self.groups()
            asked: Yaml = rng.choice(({}, {"permanent": "yes"}, {"package": "基础包"}))
            asked |= rng.choice(({}, {"groups": ["elderly"]}, {"groups": ["老年人", "高血压"]}))
            one |= {"heads": asked} if asked else {}
        self.found[self.name] = one | self.who() | self.about()

    def groups(self) -> None:
        """Say of contracts whose they are; where funds count them, they say it already."""
        rng = self.rng
        rows = csv_table(self.folder / "contracts.csv")
        for row in rows:
            row["groups"] = rng.choice(("", "elderly", "老年人;高血压", "diabetes"))
            row["permanent"] = rng.choice(("", "0", "1"))
            row["package"] = rng.choice(("", "基础包"))
        write_table(rng, self.folder / "contracts.csv", list(rows[0]), rows)

    def bonus(self) -> None:
        """Draw bonuses of some people, of some several."""
        rng = self.rng
        rows: list[Fields] = []
        about = self.about()
        # Of money that may be little.
        amounts = ("0.01", "0.07", "3.33", "20") if "paid_from" in about else AMOUNTS
        for row in self.staff:
            if rng.random() < 0.4:
                who = {name: row[name] for name in ("institution_id", "person_id")}
                day = rng.choice(("", random_day(rng, *self.span).isoformat()))
                amount = rng.choice(amounts)
                rows.append(who | {"component": self.name, "amount": amount, "date": day})
        self.found[self.name] = {"kind": "bonus"} | about
        if rows:
            write_table(rng, self.folder / "bonuses.csv", BONUSES, rows)

    def leader(self) -> None:
        """Draw what heads have, where every institution with a head has a pool that is named."""
        rng = self.rng
        case = read_case(self.folder)
        heads = {one.institution for one in case.all_postings if leads(case, one)}
        of: list[str] = []
        for place in sorted(heads):
            here = sorted(row["pool"] for row in self.pools if row["institution_id"] == place)
            if not here:
                return
            of += rng.sample(here, rng.randint(1, len(here)))
        if of:
            multiple = self.figure(rng.choice(("1.", "2.", "0.33")) + "5", "倍")
            one: Yaml = {"kind": "leader", "multiple": multiple, "of": sorted({*of})}
            if "adj" in (self.declared.get("assessment") or {}).get("composites", {}):
                one["coefficient"] = "adj"
            self.found[self.name] = one | self.about(leader=True)

    def release(self) -> None:
        """Draw what earlier periods withheld in one pool, and its release."""
        rng = self.rng
        names = sorted({row["pool"] for row in self.pools})
        pool = rng.choice(names)
        rows: list[Fields] = []
        for name in names:
            places = [row["institution_id"] for row in self.pools if row["pool"] == name]
            for row in self.staff:
                at = {"institution_id": row["institution_id"], "person_id": row["person_id"]}
                one = at | {"kind": "withheld", "pool": name}
                told = [{key: row.get(key, "") for key in one} for row in rows]
                if row["institution_id"] in places and rng.random() < 0.4 and one not in told:
                    rows.append(one | {"amount": rng.choice(("0.01", "10.01", "77.77", "900"))})
        if rows:
            old = rows_of(self.folder, "opening")
            write_table(rng, self.folder / "opening.csv", OPENING, [*old, *rows])
        rule: Yaml = {"kind": "release", "pools": [pool], "coefficient": KIND}
        rule["reference"] = REFERENCE
        self.found[self.name] = rule | rng.choice(({}, {"rest": "retain"}, {"rest": "carry"}))

    def outside_types(self, rng: Random) -> None:
        """Put some employment types outside the cap; often declare a cap.

        Somebody's type may change then: who shares in pools must not go by it, as that could mean
        the person or the posting.
        """
        cap = read_case(self.folder).scheme.part("pay_cap")
        if rng.random() < 0.2:
            return
        own_cap = self.declared.setdefault("pay_cap", {})
        own_cap |= {"outside_types": ["合同工"], "reference": REFERENCE}
        if cap.get("kind", "none") == "none":
            own_cap |= {"kind": "fixed", "per": "period", "line": CAP_LINE}
            self.approve(rng, CAP_LINE, ("900.00", "200000.00", "9000000.00"))
        if "employment_types" not in str(self.declared):
            rows = csv_table(self.folder / "staff.csv")
            for row in rows:
                if rng.random() < 0.7:
                    row["employment_type"] = rng.choice(("在编", "合同工"))
            write_table(rng, self.folder / "staff.csv", list(rows[0]), rows)
        dump(self.folder, self.declared)

    def approve(self, rng: Random, line: str, amounts: Sequence[str]) -> None:
        """Approve a total of pay on a line everywhere."""
        rows = rows_of(self.folder, "accounts")
        for place in csv_table(self.folder / "institutions.csv"):
            row = {"institution_id": place["institution_id"], "line": line, "kind": "approved"}
            rows.append(row | {"amount": rng.choice(amounts)})
        write_table(rng, self.folder / "accounts.csv", ACCOUNT_COLUMNS, rows)

    def adjustments(self) -> None:
        """Draw differences of closed periods that open pools pay, of people there and of some."""
        rng = self.rng
        rows: dict[tuple[str, ...], Fields] = {}
        earlier = f"{self.span[0].year - 1}-12"
        for pool in self.pools:
            here = sorted(
                {
                    r["person_id"]
                    for r in self.staff
                    if r["institution_id"] == pool["institution_id"]
                }
            )
            for person in here:
                if rng.random() < 0.2:
                    at = {"institution_id": pool["institution_id"], "pool": pool["pool"]}
                    amount = rng.choice(("0.01", "-0.01", "12.34", "-3.50", "100.00"))
                    row = {"period": earlier, "person_id": person, "amount": amount}
                    row |= {"mode": "at_price", "reference": REFERENCE}
                    if self.funds and rng.random() < 0.2:
                        row["fund"] = rng.choice(self.funds)
                    elif self.found and rng.random() < 0.2:
                        at["pool"] = row["component"] = rng.choice(sorted(self.found))
                    names = (*at.values(), person, row.get("component", ""))
                    rows.setdefault(names, at | row)
        if rows:
            write_table(rng, self.folder / "adjustments.csv", ADJUSTMENTS, [*rows.values()])

    def mend(self, refused: Refused) -> bool:
        """Change what was refused; say whether that was of components."""
        code = refused.code
        done = False
        if code.startswith("RESTRICTED_"):
            self.reports += 1
            done = self.reports <= MOST_REPORTS or self.drop()
            if self.reports <= MOST_REPORTS:
                report_closing(self.rng, self.folder, refused.where)
        elif code.startswith("CONTRACT_"):
            done = self.found.pop("签约补贴", None) is not None
        elif code.startswith("ADJUSTMENT_") or code == "EXCESS_OVERDRAWN":
            done = self.drop_adjustments()
        elif code in ("COMPONENT_PLACE_UNCLEAR", "COMPONENT_NO_AVERAGE"):
            name = "津贴" if code == "COMPONENT_PLACE_UNCLEAR" else "负责人绩效"
            done = self.found.pop(name, None) is not None
        elif code == "PAYCAP_COMPONENTS":
            counting = [
                one
                for one in self.found.values()
                if one.get("in_cap") != "no" and one["kind"] not in ("leader", "release")
            ]
            for one in counting:
                one["in_cap"] = "no"
            done = bool(counting) or self.drop_adjustments()
        elif code == "PAYCAP_HEADS":
            self.found["负责人绩效"]["in_cap"] = "no"
            done = True
        elif code in ("COMPONENT_OVERDRAWN", "FUND_TWICE"):
            named = refused.where.split("\t")[1]
            paying = [
                one for one in self.found.values() if named in (one.get("paid_from") or {}).values()
            ]
            for one in paying[:1]:
                del one["paid_from"]
            done = bool(paying) or self.drop_adjustments()
        dump(self.folder, self.declared)
        return done

    def drop(self) -> bool:
        """Take everything back."""
        self.found.clear()
        (self.folder / "bonuses.csv").unlink(missing_ok=True)
        dump(self.folder, self.declared)
        return self.drop_adjustments() or self.reports == MOST_REPORTS + 1

    def drop_adjustments(self) -> bool:
        """Take the adjustments back; say whether there were any."""
        path = self.folder / "adjustments.csv"
        there = path.exists()
        path.unlink(missing_ok=True)
        return there
