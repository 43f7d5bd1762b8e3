"""Signed contracts 签约 as a key: how many are active on the last day of the period (D1, 5.15).

Only counts are kept, by person or team: the rest of the table is for other rules. Source: D1;
definition 5.15; specification page 3 (``contracts``).
"""

from typing import NamedTuple

from equivalents.errors import NOWHERE, Place

__all__ = ["ContractCount"]


class ContractCount(NamedTuple):
    """The contracts of a named person, or of a team where ``person_id`` is blank."""

    team_id: str
    person_id: str
    contracts: int
    place: Place = NOWHERE
