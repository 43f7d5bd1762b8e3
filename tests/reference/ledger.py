"""Due, approved, received, paid and owed; money that is restricted to its purpose (B6, B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from tests.reference.accountlines import ADVANCED, SPENT, of_period, rows, total
from tests.reference.bridges import bridges
from tests.reference.case import Case, Pool
from tests.reference.funds import Due, by_fund, splits_of, wholes
from tests.reference.fundtables import AccountLine
from tests.reference.raised import Excess, goes_back
from tests.reference.scheme import Yaml, yes
from tests.reference.sharing import largest_remainder
from tests.reference.surplus import SIGNS
from tests.reference.text import Refused


class Entry(NamedTuple):
    """One line of the ledger, in fen: owed = due - received."""

    due_fen: int = 0
    approved_fen: int = 0
    received_fen: int = 0
    paid_fen: int = 0
    over_advanced: str = "recover"

    @property
    def owed_fen(self) -> int:
        """Return what the payer still owes; below 0 it is recovered or carried (B6)."""
        return self.due_fen - self.received_fen

    @property
    def then(self) -> str:
        """Say what becomes of what is owed: it is payable, recovered or carried."""
        if self.owed_fen == 0:
            return ""
        return "payable" if self.owed_fen > 0 else self.over_advanced


class Movement(NamedTuple):
    """One row of the accounts that moves money of a fund."""

    institution: str
    fund: str
    payer: str
    kind: str
    day: date | None
    amount_fen: int


class Restricted(NamedTuple):
    """What is left of a fund that is restricted to its purpose, in fen (B6, B10, 5.14)."""

    opening_fen: int
    received_fen: int
    over_fen: int
    paid_fen: int
    pools_fen: int

    @property
    def closing_fen(self) -> int:
        """Return what the next year opens with; what was advanced too much is not of it (B6)."""
        had = self.opening_fen + self.received_fen - self.over_fen
        return had - self.paid_fen - self.pools_fen


KINDS = {
    "approved": "approved_fen",
    "advance": "received_fen",
    "received": "received_fen",
    "paid": "paid_fen",
}
"""What the account rows of a fund's line and payer are added to."""


def movements(case: Case, dues: Sequence[Due]) -> list[Movement]:
    """Return the account rows of funds; a blank source is the only payer's.

    What was spent on any line out of a fund, which its source names, was paid of it.
    """
    known = payers(case, dues)
    found: list[Movement] = []
    for row in of_period(case):
        at = (row.institution, row.line)
        if row.kind in KINDS and row.line in case.scheme.funds:
            if row.kind in ADVANCED and case.scheme.fund(row.line)["kind"] == "split":
                raise Refused("LEDGER_OF_SPLIT", f"{row.institution}\t{row.line}\t{row.source}")
            payer = _payer(case, known[at], row)
            found.append(Movement(*at, payer, row.kind, row.day, row.amount_fen))
        elif row.kind in SPENT and row.source in case.scheme.funds:
            # Of money of several payers nobody can say whose was spent.
            at = (row.institution, row.source)
            payer = known[at][0] if len(known[at]) == 1 else ""
            found.append(Movement(*at, payer, "paid", row.day, row.amount_fen))
    return found


def payers(case: Case, dues: Sequence[Due]) -> Mapping[tuple[str, str], list[str]]:
    """Return who pays what is due; where nothing is, all who are ever declared to pay."""
    found: dict[tuple[str, str], list[str]] = {}
    for place in case.institutions:
        for name in case.scheme.funds:
            versions = declared_payers(case.scheme.fund(name, place))
            found[place, name] = list(dict.fromkeys(payer for one in versions for payer in one))
    for due in dues:
        found[due.institution, due.fund] = [payer for payer, _ in due.parts]
    return found


def declared_payers(fund: Yaml) -> list[list[str]]:
    """Return the names of the declared payers, by version."""
    versions = fund.get("payers") or []
    if versions and "payers" not in versions[0]:
        versions = [{"payers": versions}]
    return [[one["payer"] for one in version["payers"]] for version in versions]


def _payer(case: Case, known: Sequence[str], row: AccountLine) -> str:
    """Return the payer of an account row of a fund; a stranger pays only what nobody declares."""
    if not row.source and len(known) == 1:
        return known[0]
    where = f"{row.institution}\t{row.line}\t{row.source}"
    if not row.source and known:
        raise Refused("LEDGER_PAYER_MISSING", where)
    stranger = row.source and row.source not in known
    if stranger and declared_payers(case.scheme.fund(row.line, row.institution)):
        raise Refused("LEDGER_PAYER_UNKNOWN", where)
    return row.source


def ledger(case: Case, dues: Sequence[Due]) -> dict[tuple[str, str, str], Entry]:
    """Return the ledger by institution, fund and payer."""
    found: dict[tuple[str, str, str], Entry] = {}
    for due in dues:
        for payer, fen in due.parts:
            found[due.institution, due.fund, payer] = Entry(due_fen=fen)
    for move in movements(case, dues):
        before = found.get(move[:3], Entry())
        fen = getattr(before, KINDS[move.kind]) + move.amount_fen
        found[move[:3]] = before._replace(**{KINDS[move.kind]: fen})
    for (place, fund, payer), entry in found.items():
        declared = case.scheme.fund(fund, place).get("over_advanced", "recover")
        found[place, fund, payer] = entry._replace(over_advanced=declared)
    return found


def restricted(
    case: Case,
    dues: Sequence[Due],
    made: Sequence[Pool],
    taken: Mapping[tuple[str, str], int],
    opened: Mapping[tuple[str, str], int],
    more: Mapping[tuple[str, str], Excess],
    beside: Mapping[tuple[str, tuple[str, str], str], int],
) -> dict[tuple[str, str], Restricted]:
    """Return what is left of restricted funds, by institution and fund.

    `made` are the bridged pools; what a cap took off them stays, unless it was returned. What
    components take of a fund, `beside` by institution, source and component, is used like them.
    What it left there in earlier periods, and `opened` them now, is in the opening and goes out.
    What a cap leaves is first left to the fund that paid `more`.
    """
    moved, entries = movements(case, dues), ledger(case, dues)
    came = received(case, dues, moved)
    returned = case.scheme.part("pay_cap").get("excess", "carried") == "returned"
    net = {
        at: (0 if returned else taken.get(at, 0)) - opened.get(at, 0) for at in {*taken, *opened}
    }
    back = goes_back(more, net)
    found: dict[tuple[str, str], Restricted] = {}
    for place in case.institutions:
        for name in case.scheme.funds:
            if not yes(case.scheme.fund(name, place), "restricted"):
                continue
            here = [one for one in moved if (one.institution, one.fund) == (place, name)]
            mine = [
                ((place, pool.pool), pool.amount_fen)
                for pool in made
                if pool.institution == place and bridges(case)[pool.pool].get("fund") == name
            ]
            pools = sum(fen - net.get(at, 0) + back.get(at, 0) for at, fen in mine)
            pools += _spent_beside((place, name), more, back, beside)
            found[place, name] = Restricted(
                total(case, place, name, "opening_restricted"),
                came.get((place, name), 0),
                sum(
                    max(-one.owed_fen, 0)
                    for (*at, _), one in entries.items()
                    if at == [place, name]
                ),
                sum(one.amount_fen for one in here if one.kind == "paid"),
                pools,
            )
    return found


def _spent_beside(
    fund: tuple[str, str],
    more: Mapping[tuple[str, str], Excess],
    back: Mapping[tuple[str, str], int],
    beside: Mapping[tuple[str, tuple[str, str], str], int],
) -> int:
    """Return what a fund of an institution pays beside its pools: other pools' excess, components.

    What went back to it is not spent.
    """
    place, name = fund
    excess = sum(one.fen - back[at] for at, one in more.items() if (at[0], one.fund) == fund)
    parts = sum(fen for (at, of, _), fen in beside.items() if (at, of) == (place, ("fund", name)))
    return excess + parts


def received(
    case: Case, dues: Sequence[Due], moved: Sequence[Movement]
) -> dict[tuple[str, str], int]:
    """Return what came in by institution and fund: a split has its part of what its parent got.

    Up to the whole due it goes to the rest and to splits in the proportion of what each is due
    (5.10, the rest first); what came above that stays with the parent.
    """
    found: dict[tuple[str, str], int] = {}
    for move in moved:
        if move.kind in ADVANCED:
            at = move.institution, move.fund
            found[at] = found.get(at, 0) + move.amount_fen
    whole, kept = wholes(case, dues), by_fund(dues)

    def pass_on(place: str, name: str) -> None:
        splits, all_fen = splits_of(case, name), whole.get((place, name), 0)
        fen = min(found.get((place, name), 0), all_fen)
        if fen <= 0 or not splits:
            return
        due = [kept.get((place, name), 0), *(whole.get((place, one), 0) for one in splits)]
        keys = [(f"{number:09}", Fraction(one)) for number, one in enumerate(due)]
        parts = largest_remainder(fen, keys)
        for (code, _), one in zip(keys[1:], splits, strict=True):
            found[place, name] -= parts[code].amount
            found[place, one] = found.get((place, one), 0) + parts[code].amount
            pass_on(place, one)

    for place in case.institutions:
        for name in case.scheme.funds:
            if case.scheme.fund(name)["kind"] != "split":
                pass_on(place, name)
    return found


def check_closings(case: Case, found: Mapping[tuple[str, str], Restricted]) -> None:
    """Refuse a balance that takes off another closing than the computed one, or none (5.14).

    Money that is no income is not of the balance, unless it opened there.
    """
    balanced = {row.institution for row in of_period(case) if row.kind in SIGNS}
    for (place, name), one in found.items():
        reported = rows(case, place, name, "closing_restricted")
        opened = rows(case, place, name, "opening_restricted")
        inside = opened or yes(case.scheme.fund(name, place), "income", default=True)
        wanted = max(one.closing_fen, 0)
        where = f"{place}\t{name}\t{wanted}"
        if reported and sum(row.amount_fen for row in reported) != wanted:
            raise Refused("RESTRICTED_CLOSING", where)
        if not reported and wanted and inside and place in balanced:
            raise Refused("RESTRICTED_UNREPORTED", where)
