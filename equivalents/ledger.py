"""The ledger of funds 应得、核定、到账、已付、尚欠: advance, then settlement (B6, B10).

The idea: what a payer owes an institution of a fund is what is due less what came, be it advance
or settlement. Below 0 it was advanced too much, which is recovered or carried as the fund says.
Restricted money that is unspent stays with its purpose: opening + received - what was advanced too
much - paid - pools is what the next year opens with, and what the accounts must report before a
balance is shared. Sources: B6, B10; definition 5.14.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from equivalents.bridge import Bridged
from equivalents.errors import NOWHERE, ConservationError, Place, Problem, RefusedError
from equivalents.fundfacts import Money
from equivalents.fundincome import reconciled
from equivalents.fundsplits import received_of_splits
from equivalents.ledgerbook import RECEIVED, Book, LedgerRow, Movement
from equivalents.policy.accounts import BALANCE_KINDS, Account, by_line
from equivalents.policy.funds import Deficit, Given
from equivalents.policy.scheme import Scheme
from equivalents.units import print_fen

__all__ = ["CLOSINGS", "Ledger", "Restricted", "ledger"]

CLOSINGS: Final = frozenset({"RESTRICTED_CLOSING", "RESTRICTED_UNREPORTED"})
"""The errors of reported closings that are not what is left."""


class Restricted(NamedTuple):
    """Restricted money of a fund at an institution, in fen; the closing opens the next year.

    What a fund received for its splits is received by them.
    ``closing = opening + received - over - paid - pools``, below 0 where more was spent than there
    was. ``over_fen`` was advanced above what is due: it is recovered, or carried as an advance of
    the next period, and stands in no closing (B6).
    """

    institution_id: str
    fund: str
    opening_fen: int
    received_fen: int
    over_fen: int
    paid_fen: int
    pools_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """All rows by institution, declared order of funds, and payers; and what has to be said."""

    rows: tuple[LedgerRow, ...]
    restricted: tuple[Restricted, ...]
    movements: tuple[Movement, ...]
    problems: tuple[Problem, ...]


def ledger(
    scheme: Scheme,
    money: Money,
    accounts: Sequence[Account],
    made: Sequence[Bridged],
    taken: Mapping[tuple[str, str], int],
) -> Ledger:
    """The ledger of a period.

    Args:
        scheme: names and rules of the funds.
        money: what is due.
        accounts: all account rows of the period; kinds of funds are told by line and source.
        made: the pools that came out of funds; what made one larger stands behind what made it.
        taken: what a pay cap took off each (institution, pool) and leaves with the fund.

    Raises:
        RefusedError: ``MONEY_LINE_UNKNOWN`` (a row of a kind of funds whose line is none of the
            scheme), ``LEDGER_PAYER_MISSING`` (a row without source, of a fund with several payers),
            ``LEDGER_PAYER_UNKNOWN`` (a source that is none of the declared payers),
            ``LEDGER_OF_SPLIT`` (money that came in for a split: it comes in for its parent).
        ConservationError: the rows do not add up to what is due and what was received (a defect).
    """
    book = Book(scheme, money, accounts)
    moves = tuple(book.movements())
    if book.refused:
        raise RefusedError(book.refused)
    rows = tuple(book.rows(moves))
    _check(rows, money, moves)
    pools = _summed((_source(one), one.pool_fen) for one in made)
    kept = _summed(_kept(made, taken))
    left = {key: fen - kept[key] for key, fen in pools.items()}
    restricted = tuple(_restricted(scheme, accounts, rows, money, left))
    came = _summed(((row.institution_id, row.fund), row.received_fen) for row in rows)
    said = [
        *reconciled(money, accounts, came, pools),
        *book.warned,
        *_approved(scheme, rows),
        *_advanced(scheme, rows, book.places),
        *_closings(scheme, accounts, restricted),
    ]
    return Ledger(rows, restricted, moves, tuple(said))


def _source(made: Bridged) -> tuple[str, str]:
    return made.institution_id, made.bridge.fund


def _kept(
    made: Sequence[Bridged], taken: Mapping[tuple[str, str], int]
) -> Iterator[tuple[tuple[str, str], int]]:
    """What a pay cap took off pools and left with funds: first with those that made them larger."""
    rest = dict(taken)
    for one in reversed(made):
        pool = one.institution_id, one.bridge.pool
        fen = rest.get(pool, 0)
        if one.raises:
            fen = min(max(fen, 0), one.pool_fen)
        rest[pool] = rest.get(pool, 0) - fen
        yield _source(one), fen


def _summed(parts: Iterable[tuple[tuple[str, str], int]]) -> dict[tuple[str, str], int]:
    """Fen by institution and fund, added up."""
    found: dict[tuple[str, str], int] = {}
    for key, fen in parts:
        found[key] = found.get(key, 0) + fen
    return found


def _check(rows: Sequence[LedgerRow], money: Money, moves: Sequence[Movement]) -> None:
    """Rows add up to the dues and to the account rows; what is owed to the difference."""
    due, received = sum(row.due_fen for row in rows), sum(row.received_fen for row in rows)
    owed = sum(row.owed_fen for row in rows)
    came = sum(move.amount_fen for move in moves if move.kind in RECEIVED)
    if due != sum(one.due_fen for one in money.dues) or received != came or due - came != owed:
        raise ConservationError(f"ledger: due {due}, received {received} of {came}, owed {owed}")


def _restricted(
    scheme: Scheme,
    accounts: Sequence[Account],
    rows: Sequence[LedgerRow],
    money: Money,
    pools: Mapping[tuple[str, str], int],
) -> Iterator[Restricted]:
    """Opening to closing of every fund that is restricted where it moves or has money."""
    lines = by_line(accounts)
    sums: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        entry = sums.setdefault((row.institution_id, row.fund), [0, 0, 0])
        for at, fen in enumerate((row.received_fen, max(-row.owed_fen, 0), row.paid_fen)):
            entry[at] += fen
    came = {key: entry[0] for key, entry in sums.items()}
    for key, fen in received_of_splits(money, came).items():
        sums.setdefault(key, [0, 0, 0])[0] += fen
    named = [(name, line) for name, kind, line in lines if kind.endswith("_restricted")]
    # A pool may hold what a cap carried into it, though nothing is due any more.
    for key in (*named, *(key for key, fen in pools.items() if fen)):
        if key[1] in scheme.funds:
            sums.setdefault(key, [0, 0, 0])
    order = {name: at for at, name in enumerate(scheme.funds)}
    for (name, fund), (received, over, paid) in sorted(
        sums.items(), key=lambda one: (one[0][0], order[one[0][1]])
    ):
        if scheme.funds[fund].of(name).restricted:
            opening = lines.get((name, "opening_restricted", fund), 0)
            pool = pools.get((name, fund), 0)
            closing = opening + received - over - paid - pool
            yield Restricted(name, fund, opening, received, over, paid, pool, closing)


def _approved(scheme: Scheme, rows: Sequence[LedgerRow]) -> Iterator[Problem]:
    """Approvals that are not what is due; of what nobody approved nothing is said.

    What an assessment multiplies is meant to differ from what was approved (C1).
    """
    for row in rows:
        body = scheme.funds[row.fund].of(row.institution_id).body
        if isinstance(body, Given) and body.coefficient:
            continue
        if row.approved_fen and row.approved_fen != row.due_fen:
            facts = {
                "institution": row.institution_id,
                "payer": row.payer,
                "approved": print_fen(row.approved_fen),
                "due": print_fen(row.due_fen),
                "difference": print_fen(row.due_fen - row.approved_fen),
            }
            yield Problem("APPROVED_DIFFERS", value=row.fund, facts=facts)


def _advanced(
    scheme: Scheme, rows: Sequence[LedgerRow], places: Mapping[tuple[str, str, str], Place]
) -> Iterator[Problem]:
    """What was advanced above what is due, and what becomes of it (B6)."""
    for row in rows:
        if row.owed_fen < 0:
            recover = row.then == Deficit.RECOVER
            facts = {
                "institution": row.institution_id,
                "payer": row.payer,
                "amount": print_fen(-row.owed_fen),
                "then": "收回¦is recovered" if recover else "结转下期抵扣¦is carried",
            }
            # The amount was declared by an account row; where none was, what is due is below 0.
            row_place = places.get((row.institution_id, row.fund, row.payer))
            place = row_place.at("amount") if row_place else scheme.funds[row.fund].place
            yield Problem("OVER_ADVANCED", place, row.fund, facts)


def _closings(
    scheme: Scheme, accounts: Sequence[Account], rows: Sequence[Restricted]
) -> Iterator[Problem]:
    """Closings that are missing or not the computed ones where a balance is shared; overspent ones.

    A balance takes the reported closing off (5.14): were it less than what is unspent, restricted
    money would become pay.
    """
    lines = by_line(accounts)
    first: dict[str, Place] = {}
    places: dict[tuple[str, str], Place] = {}
    for one in accounts:
        if one.kind in BALANCE_KINDS:
            first.setdefault(one.institution_id, one.place)
        if one.kind.endswith("_restricted"):
            places[one.institution_id, one.line] = one.place
    for row in rows:
        key = (row.institution_id, row.fund)
        facts = {"institution": row.institution_id, "closing": print_fen(row.closing_fen)}
        reported = lines.get((row.institution_id, "closing_restricted", row.fund))
        # Money that never was income of the balance does not stand in it, unless a row says so.
        inside = scheme.funds[row.fund].of(row.institution_id).income or key in places
        place = places.get(key, first.get(row.institution_id, NOWHERE))
        if row.closing_fen < 0:
            at = place if place != NOWHERE else scheme.funds[row.fund].place
            yield Problem("RESTRICTED_OVERSPENT", at, row.fund, facts)
        due = max(row.closing_fen, 0)
        if reported is None and due and inside and row.institution_id in first:
            yield Problem("RESTRICTED_UNREPORTED", place, row.fund, facts)
        elif reported is not None and reported != due:
            facts["reported"] = print_fen(reported)
            yield Problem("RESTRICTED_CLOSING", place, row.fund, facts)
