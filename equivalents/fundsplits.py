"""Money that came in for a fund goes on to its splits 拆分, in the proportion of what is due.

The idea: a split has no payers, so what its parent received is its money too. Received money of
the parent, up to what was due before the splits, is shared over the rest and the splits by what
each is due (5.10, the rest first); what was advanced above that stays with the parent, who owes it
back. Money only moves between funds of an institution: the sum stays. Sources: B6, B10.
"""

from collections.abc import Mapping

from equivalents.exact import share_fen
from equivalents.fundfacts import Money

__all__ = ["received_of_splits"]

_Key = tuple[str, str]


def received_of_splits(money: Money, received: Mapping[_Key, int]) -> dict[_Key, int]:
    """What changes hands by institution and fund, in fen: below 0 for a parent; the sum is 0.

    Args:
        money: the dues, with what each passes on.
        received: what came in from payers by institution and fund.
    """
    dues = {(due.institution_id, due.fund.name): due for due in money.dues}
    splits = {(name, part) for (name, _), due in dues.items() for part, _ in due.passed}
    moved: dict[_Key, int] = {}
    open_ = [key for key, due in dues.items() if due.passed and key not in splits]
    while open_:
        key = open_.pop()
        due = dues[key]
        have = received.get(key, 0) + moved.get(key, 0)
        keys = [abs(due.due_fen), *(abs(fen) for _, fen in due.passed)]
        whole = due.due_fen + sum(fen for _, fen in due.passed)
        shares = share_fen(max(min(have, whole), 0), keys) if whole > 0 else (0,) * len(keys)
        for (part, _), fen in zip(due.passed, shares[1:], strict=True):
            to = (key[0], part)
            moved[key], moved[to] = moved.get(key, 0) - fen, moved.get(to, 0) + fen
            if dues[to].passed:
                open_.append(to)
    return moved
