"""What is told of the heads that funds count, though it stops nothing.

A register whose last row goes on paying months that have none; groups that no contract has, so that
nobody is paid for; a rate of a year in a shorter period, which the heads of 31 December settle.
Each would change money without a word. Sources: B4, B5, B7 (an estimate is told); definition 5.15.
"""

from collections.abc import Iterable, Iterator, Sequence

from equivalents.errors import Problem, near
from equivalents.headchecks import Asked, asked_heads, carried
from equivalents.policy.calendar import Period, print_day
from equivalents.policy.funds import Fund, HeadSource, Packages, Per, PerHead
from equivalents.policy.heads import Contracts, FundTables
from equivalents.policy.model import Institution
from equivalents.policy.residentgroups import canonical

__all__ = ["head_warnings"]

_YEAR = 12


def head_warnings(
    funds: Iterable[Fund], tables: FundTables, institutions: Sequence[Institution], period: Period
) -> list[Problem]:
    """Warnings ``REGISTER_CARRIED``, ``GROUP_OF_NOBODY`` and ``FUND_ESTIMATE``, in that order."""
    asked = asked_heads(funds, institutions, period)
    found = [
        *(problem for one in asked for problem in _carried(one, tables)),
        *(problem for one in asked for problem in _nobody(one, tables.contracts)),
        *(problem for one in asked for problem in _estimates(one, period)),
    ]
    alone = {(one.code, one.place, one.value): one for one in reversed(found)}
    return [*reversed(alone.values())]


def _carried(asked: Asked, tables: FundTables) -> Iterator[Problem]:
    heads, by_month = asked.heads, len(asked.days) > 1
    if heads.source is HeadSource.REGISTERS and by_month and not heads.monthly:
        yield from carried("REGISTER_CARRIED", asked, tables.registers)


def _nobody(asked: Asked, contracts: Contracts) -> Iterator[Problem]:
    """The groups of a fund that no contract of the case has, each by itself."""
    if not asked.heads.groups or not len(contracts):
        return
    written = {group for text in contracts.groups.texts for group in text.split(";")} - {""}
    known = {canonical(group) for group in written}
    for group in asked.heads.groups:
        if canonical(group) not in known:
            facts = {
                "fund": asked.fund.name,
                "near": near(group, sorted(written)),
                "groups": ", ".join(sorted(written)) or "-",
            }
            yield Problem("GROUP_OF_NOBODY", asked.fund.place, group, facts)


def _estimates(asked: Asked, period: Period) -> Iterator[Problem]:
    """A fund by the year in a period of other than twelve months, unless by months active."""
    body, months = asked.fund.body, len(period.month_starts)
    by_year = (isinstance(body, PerHead) and body.per is Per.YEAR and not body.prorate) or (
        isinstance(body, Packages) and body.per is Per.YEAR
    )
    if by_year and months != _YEAR:
        facts = {"day": print_day(asked.days[-1]), "months": str(months)}
        yield Problem("FUND_ESTIMATE", asked.fund.place, asked.fund.name, facts)
