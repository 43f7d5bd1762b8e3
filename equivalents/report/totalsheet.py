"""The sheet 人员合计: one row a person over all institutions and pools, with what is to be paid.

A payroll clerk asks for one amount a person. The sheet has it, with a column a pool and
component, so that a row adds up across and every pool adds up down. Sources: specification page 3
(``settlement.xlsx``).
"""

from collections.abc import Iterator, Sequence, Set
from typing import Final

import numpy as np

from equivalents.policy.model import Posting
from equivalents.report.book import SheetColumn
from equivalents.report.words import component_title
from equivalents.settle import Payouts, Settlement
from equivalents.units import Int64, print_fen

__all__ = ["MOST_POOLS", "total_sheet"]

MOST_POOLS: Final = 40
"""With more pools than a sheet can show side by side there is only the total."""

_WHO: Final = (
    SheetColumn("人员编号", 14),
    SheetColumn("姓名", 12),
    SheetColumn("机构", 34),
    SheetColumn("岗位", 20),
)
_MONEY: Final = "#,##0.00"


def total_sheet(
    settlement: Settlement, payouts: Payouts
) -> tuple[Sequence[SheetColumn], Iterator[Sequence[str]]]:
    """Columns and rows of the sheet; rows stand in the order of person ids."""
    beside = {one.pool for one in settlement.components}
    names = sorted({pool.pool for pool in settlement.pools} | beside)
    shown = names if len(names) <= MOST_POOLS else []
    columns = (
        *_WHO,
        *(SheetColumn(f"{component_title(name)}（元）", 16, _MONEY, True) for name in shown),
        SheetColumn("应发合计（元）", 18, _MONEY, True),
    )
    return columns, _rows(settlement, payouts, names, len(shown))


def _rows(
    settlement: Settlement, payouts: Payouts, names: Sequence[str], shown: int
) -> Iterator[Sequence[str]]:
    plan = settlement.plan
    paid = settlement.components
    more = np.array([plan.persons.find(one.person_id) for one in paid], np.int64)
    everybody = np.concatenate([payouts.person.astype(np.int64), more])
    people, row = np.unique(everybody, return_inverse=True)
    place_of = {name: at for at, name in enumerate(names)}
    column = np.array([place_of[pool.pool] for pool in settlement.pools], np.int64)
    fen = np.zeros((people.size, max(len(names), 1)), np.int64)
    # Adjustments stand in the column of the pool that they were charged to.
    at_column = np.array([place_of[one.pool] for one in paid], np.int64)
    amount = np.array([one.amount_fen for one in paid], np.int64)
    columns = np.concatenate([column[payouts.pool], at_column])
    np.add.at(fen, (row, columns), np.concatenate([payouts.amount_fen, amount]))
    texts = _posted(settlement, {one.person_id for one in paid})
    ids = [plan.persons[int(person)] for person in people]
    for at in sorted(range(len(ids)), key=ids.__getitem__):
        amounts: Int64 = fen[at]
        name, places, posts = texts[ids[at]]
        cells = [print_fen(int(value)) for value in amounts[:shown]]
        yield ids[at], name, places, posts, *cells, print_fen(int(amounts.sum()))


def _posted(settlement: Settlement, left: Set[str]) -> dict[str, tuple[str, str, str]]:
    """By person: the latest name, the institutions and the posts of the period, each once.

    Those who ``left`` before, and are paid by components, have those of all their postings.
    """
    period = settlement.rules.period
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    found: dict[str, list[Posting]] = {}
    for row in settlement.rules.postings:
        if row.active_from < period.end and row.active_to > period.start:
            found.setdefault(row.person_id, []).append(row)
    gone = left - found.keys() if left else ()
    for row in settlement.rules.postings if gone else ():
        if row.person_id in gone:
            found.setdefault(row.person_id, []).append(row)
    told = {}
    for person, rows in found.items():
        rows.sort(key=lambda row: (row.active_from, not row.main, row.institution_id, row.post_id))
        places = dict.fromkeys(names[row.institution_id] or row.institution_id for row in rows)
        posts = dict.fromkeys(row.post for row in rows if row.post)
        told[person] = rows[-1].name, "、".join(places), "、".join(posts)
    return told
