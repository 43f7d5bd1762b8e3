"""Who 谁: postings picked out by what the roster says of them, as plain values.

A pool may be shared by some people only, some people may have a multiple of an average, and a
component may be for some; all say who by the columns of the table ``staff``. Postings are picked,
not people: title, post and employment type are those of the service date (5.20), so that somebody
whose employment type changes shares in each pool with the work of its days. Sources: D1, D4;
definition 5.20.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from equivalents.errors import NOWHERE, Place

if TYPE_CHECKING:
    from equivalents.policy.model import Posting

__all__ = ["WHO_COLUMNS", "Who", "counts_in_cap"]

WHO_COLUMNS: Final[Mapping[str, str]] = {
    "posts": "post",
    "employment_types": "employment_type",
    "title_tiers": "title_tier",
    "kinds": "kind",
    "departments": "department_id",
    "institutions": "institution_id",
    "persons": "person_id",
}
"""The lists of a filter, and the column of ``staff`` that each of them names values of."""


def counts_in_cap(posting: "Posting", outside: Collection[str]) -> bool:
    """Whether a posting counts in the total pay cap; ``outside`` are types that do not (B9)."""
    return posting.in_cap and posting.employment_type not in outside


@dataclass(frozen=True, slots=True)
class Who:
    """Postings that fit every list that is not empty, and ``in_cap`` where it is said.

    ``in_cap`` asks for postings that count in the total pay cap, or that do not; ``None``: any.
    What counts is decided as in the cap itself: by the posting and by its employment type.
    Two filters that say the same are equal, wherever they stand.
    """

    posts: tuple[str, ...] = ()
    employment_types: tuple[str, ...] = ()
    title_tiers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    in_cap: bool | None = None
    place: Place = field(default=NOWHERE, compare=False)

    def fits(self, posting: "Posting", outside: Collection[str]) -> bool:
        """Whether a posting is picked; ``outside`` are the employment types outside the cap."""
        if self.in_cap is not None and counts_in_cap(posting, outside) is not self.in_cap:
            return False
        lists = ((getattr(self, name), column) for name, column in WHO_COLUMNS.items())
        return all(getattr(posting, column) in names for names, column in lists if names)
