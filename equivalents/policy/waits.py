"""Which records must wait for the others of their resident before they can be counted.

Most records are counted as they stream by. Those of items with a class basis, visit ordinals,
stays or concurrent rules depend on other records of the case (A3, A12, 5.5, 5.6), so they wait
until all are read. This is worked out once a case from its rules.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from equivalents.codes import Codebook
from equivalents.policy.basis import Basis, window_start
from equivalents.policy.contacts import StayRule
from equivalents.policy.model import CONDITIONS, CaseRules, WeightRow

__all__ = ["Waits"]

_VISIT = CONDITIONS.index("visit_number")


class Waits:
    """The items of a case whose records wait, and why.

    The masks are ``(items + 1,)``, by item code; the last entry stands for items in no table.
    ``since`` is the first day whose records still matter: the start of the longest window that
    the period begins in; ``item_since`` is that day by item.
    """

    def __init__(self, rules: CaseRules, items: Codebook[str]) -> None:
        self._items = items
        rows = rules.weights
        self.days = self._mask(row.item_code for row in rows if row.basis.days)
        self.classes = self._mask(row.item_code for row in rows if row.basis.in_classes)
        self.visits = self._mask(row.item_code for row in rows if row.conditions[_VISIT])
        beside = {item for rule in rules.concurrent for item in rule.beside | rule.items}
        self.concurrent = self._mask(beside)
        self.inside = self._mask(item for rule in rules.stays for item in rule.inside)
        self.excluded = self._mask(item for rule in rules.stays for item in rule.exclude)
        self.item = self.days | self.classes | self.visits | self.concurrent
        self.item |= self.inside | self.excluded
        # Where it matters who of one resident or household comes first.
        classes = [row for row in rows if row.basis.in_classes]
        self.by_household = self._mask(r.item_code for r in classes if r.basis.of_household)
        self.by_resident = self._mask(r.item_code for r in classes if not r.basis.of_household)
        self.by_resident |= self.days | self.visits
        self.any = bool(self.item.any())
        self.groups = self._groups([r.beside | r.items for r in rules.concurrent], rules.stays)
        self.visit_items = _by_window(row for row in rows if row.conditions[_VISIT])
        # The first day of each item that is history of a window that the period begins in.
        self.item_since = np.full(len(items) + 1, rules.period.start, np.int32)
        for row in rows:
            if _in_window(row):
                first = window_start(rules.period.start, row.basis.window)
                at = items.find(row.item_code)
                self.item_since[at] = min(int(self.item_since[at]), first)
        self.since = int(self.item_since.min())

    def _groups(
        self, together: list[frozenset[str]], stays: Iterable[StayRule]
    ) -> npt.NDArray[np.int64]:
        """A number for each item, the same for items that some rule brings together."""
        number = np.arange(len(self._items) + 1)
        for names in [*together, *(rule.inside | rule.exclude for rule in stays)]:
            codes = [at for at in self._items.find_all(names) if at >= 0]
            if codes:
                number[np.isin(number, number[codes])] = min(number[codes])
        return np.unique(number, return_inverse=True)[1].astype(np.int64)

    def _mask(self, names: Iterable[str]) -> npt.NDArray[np.bool_]:
        mask = np.zeros(len(self._items) + 1, bool)
        # A rule may name an item that no table has: its records are rejected anyway.
        mask[[at for at in self._items.find_all(set(names)) if at >= 0]] = True
        return mask


def _by_window(rows: Iterable[WeightRow]) -> dict[Basis, list[str]]:
    """The items whose visits are numbered, by window and scope; visits are those of residents."""
    found: dict[Basis, list[str]] = {}
    for row in rows:
        items = found.setdefault(Basis(window=row.basis.window, scope=row.basis.scope), [])
        if row.item_code not in items:
            items.append(row.item_code)
    return found


def _in_window(row: WeightRow) -> bool:
    return row.basis.in_classes or bool(row.conditions[_VISIT])
