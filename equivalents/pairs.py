"""Who works where: the (institution, person) pairs with a posting in the period that shares.

Sources: definitions 5.1, 5.20.
"""

import numpy as np

from equivalents.ceilings import exact_sums
from equivalents.grouping import runs
from equivalents.policy.posts import Codes
from equivalents.tally import Plan
from equivalents.units import Int64

__all__ = ["Pairs"]


class Pairs:
    """The (institution, person) pairs with a posting in the period, sorted by both."""

    def __init__(self, plan: Plan) -> None:
        postings = plan.postings
        self._width = max(len(plan.persons), 1)
        pair = postings.institution.astype(np.int64) * self._width + postings.person
        self.present: Int64 = plan.present
        """The postings with a day in the period, but those of heads (5.20)."""
        self.pair: Int64
        """The pair of each of them, in ascending order, as postings stand in theirs."""
        self._pairs, self._starts, self.pair = runs(pair[self.present])
        self.institution = (self._pairs // self._width).astype(np.int32)
        self.person = (self._pairs % self._width).astype(np.int32)

    def __len__(self) -> int:
        return int(self.person.size)

    def of(self, institution: int) -> slice:
        """The people of one institution."""
        start, stop = np.searchsorted(self.institution, [institution, institution + 1])
        return slice(int(start), int(stop))

    def find(self, institution: int, person: int) -> int:
        """The position of a pair, or -1."""
        wanted = institution * self._width + person
        at = int(np.searchsorted(self._pairs, wanted))
        known = institution >= 0 and person >= 0 and at < len(self)
        return at if known and int(self._pairs[at]) == wanted else -1

    def find_all(self, institution: Codes, person: Codes) -> Int64:
        """The positions of pairs that are all known."""
        return np.searchsorted(self._pairs, institution.astype(np.int64) * self._width + person)

    def sum(self, posting_e7: Int64) -> Int64:
        """Equivalents per pair from equivalents per posting.

        Raises:
            RefusedError: a total is beyond the limits (``TOTAL_TOO_LARGE``).
        """
        return exact_sums(posting_e7[self.present], self._starts)
