"""Equivalents that share in no pool: what ceilings cut, and what heads did (封顶扣减, 单位负责人).

They stay counted and stay in purchase; each is one negative line beside a person's items, so that
the lines add up to what the pools are shared by. Sources: definitions 5.12, 5.20.
"""

from collections.abc import Iterator
from typing import NamedTuple

from equivalents.payouts import Payouts
from equivalents.policy.calendar import month_of
from equivalents.policy.keyrules import Window
from equivalents.settle import Settlement
from equivalents.staff import led_work

__all__ = ["CEILING", "LEADER", "TakenOff", "taken_off"]

CEILING = "ceiling"
LEADER = "leader"


class TakenOff(NamedTuple):
    """Equivalents of a person in a series that share in no pool, in e7.

    ``rule`` is :data:`CEILING` with the ceiling's ``name`` and its ``window``, a month or a year;
    or :data:`LEADER` with the name of the head's post, over the whole period.
    """

    series: str
    institution_id: str
    person_id: str
    window: str
    rule: str
    name: str
    equivalents_e7: int

    @property
    def weight_row(self) -> str:
        """What stands in place of a weight row: the rule and its name."""
        return f"{self.rule}:{self.name}"


def taken_off(settlement: Settlement, payouts: Payouts) -> Iterator[TakenOff]:
    """What ceilings cut, then the work of heads in every series that a pool is shared by."""
    plan = settlement.plan
    for series, cuts in sorted(payouts.detail.cuts.items()) if payouts.detail else ():
        columns = (cuts.institution, cuts.person, cuts.since, cuts.ceiling, cuts.cut_e7)
        for place, person, since, number, cut in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            ceiling = plan.coefficients.rules.ceilings[number]
            month = month_of(since)
            window = month[:4] if ceiling.window is Window.YEAR else month
            names = plan.institutions[place], plan.persons[person]
            yield TakenOff(series, *names, window, CEILING, ceiling.name, cut)
    period = settlement.rules.period.name
    for series in sorted({pool.series for pool in settlement.pools} & set(settlement.weighed)):
        for place, person, post, value in led_work(plan, settlement.weighed[series].posting_e7):
            names = plan.institutions[place], plan.persons[person]
            yield TakenOff(series, *names, period, LEADER, post, value)
