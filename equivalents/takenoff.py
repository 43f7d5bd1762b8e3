"""Equivalents that share in no pool: what ceilings cut, and what heads did (封顶扣减, 单位负责人).

They stay counted and stay in purchase; each is one negative line beside a person's items, so that
the lines add up to what the pools are shared by. Sources: definitions 5.12, 5.20.
"""

from collections.abc import Iterator
from typing import NamedTuple

from equivalents.itemmoney import ceiling_of
from equivalents.payouts import Payouts
from equivalents.policy.keyrules import Tier
from equivalents.settle import Settlement
from equivalents.staff import led_work

__all__ = ["CEILING", "LEADER", "TakenOff", "taken_off"]

CEILING = "ceiling"
LEADER = "leader"


class TakenOff(NamedTuple):
    """Equivalents of a person in a series that share in no pool, in e7.

    ``rule`` is :data:`CEILING` with the ceiling's ``name``, its ``tiers`` (each counts what lies
    between its bound and the next one at its rate) and its ``window``, a month or a year;
    or :data:`LEADER` with the name of the head's post, over the whole period.
    """

    series: str
    institution_id: str
    person_id: str
    window: str
    rule: str
    name: str
    equivalents_e7: int
    tiers: tuple[Tier, ...] = ()
    reference: str = ""

    @property
    def weight_row(self) -> str:
        """What stands in place of a weight row: the rule and its name."""
        return f"{self.rule}:{self.name}"


def taken_off(settlement: Settlement, payouts: Payouts) -> Iterator[TakenOff]:
    """What ceilings cut, then the work of heads in every series that a pool is shared by."""
    plan = settlement.plan
    for series, cuts in sorted(payouts.detail.cuts.items()) if payouts.detail else ():
        owners = zip(cuts.institution.tolist(), cuts.person.tolist(), strict=True)
        for at, (place, person) in enumerate(owners):
            window, one = ceiling_of(settlement, cuts, at)
            names = plan.institutions[place], plan.persons[person]
            cut_e7 = int(cuts.cut_e7[at])
            yield TakenOff(
                series, *names, window, CEILING, one.name, cut_e7, one.tiers, one.reference
            )
    period = settlement.rules.period.name
    rules = settlement.rules.key_rules.leaders
    references = {post: rule.reference for rule in rules for post in rule.posts}
    for series in sorted({pool.series for pool in settlement.pools} & set(settlement.weighed)):
        for place, person, post, value in led_work(plan, settlement.weighed[series].posting_e7):
            names = plan.institutions[place], plan.persons[person]
            yield TakenOff(series, *names, period, LEADER, post, value, (), references[post])
