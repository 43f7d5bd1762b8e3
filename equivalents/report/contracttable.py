"""Contracts as keys in OUT: whose they are, and which share of a team's (D1, 5.15)."""

from equivalents.report.table import OutTable, texts
from equivalents.settle import Payouts, Settlement
from equivalents.units import print_e7

__all__ = ["contract_table"]


def contract_table(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """Every person's contracts: contracts x share = key; ``None`` where no level asks for them."""
    postings, lines = settlement.plan.postings, payouts.contracts
    if not lines:
        return None
    rows = sorted(
        (postings[one.stint].institution_id, postings[one.stint].person_id, one.team_id, one)
        for one in lines
    )
    return OutTable(
        "contract_keys",
        {
            "institution_id": texts([row[0] for row in rows]),
            "person_id": texts([row[1] for row in rows]),
            "team_id": texts([row[2] for row in rows]),
            "contracts": texts([str(row[3].contracts) for row in rows]),
            "share": texts([_share(row[3].share, row[3].whole) for row in rows]),
            "key": texts([print_e7(row[3].key_e7) for row in rows]),
        },
    )


def _share(share: int, whole: int) -> str:
    return "1" if share == whole else f"{share}/{whole}"
