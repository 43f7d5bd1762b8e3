"""The account rows of funds put to institution, fund and payer: what moved, and what is owed (B6).

The idea: a row of the accounts that follows money of a fund is one movement between a payer and an
institution; all movements and what is due add up to one row for each three of them.
Sources: B6, B10.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from equivalents.errors import Place, Problem, near
from equivalents.fundfacts import Money
from equivalents.policy.accounts import FUND_KINDS, Account
from equivalents.policy.funds import Split
from equivalents.policy.scheme import CapTermKind, Scheme

__all__ = ["Book", "LedgerRow", "Movement", "RECEIVED"]

RECEIVED: Final = ("advance", "received")
"""The kinds of rows by which money came."""
_SPENT: Final = ("expenditure", "project_expenditure")


class LedgerRow(NamedTuple):
    """What stands between one payer and one institution over a fund, in fen.

    ``then`` says what becomes of what is owed: ``payable``, ``recover``, ``carry``, blank at 0.
    """

    institution_id: str
    fund: str
    payer: str
    due_fen: int
    approved_fen: int
    received_fen: int
    paid_fen: int
    owed_fen: int
    then: str


class Movement(NamedTuple):
    """One account row of a fund; ``day`` is ``None`` where it has no date.

    A row ``expenditure`` or ``project_expenditure`` whose source is the fund is ``paid`` of it.
    """

    institution_id: str
    fund: str
    payer: str
    kind: str
    day: int | None
    amount_fen: int


class Book:
    """Account rows put to funds and payers; ``refused`` and ``warned`` grow."""

    def __init__(self, scheme: Scheme, money: Money, accounts: Sequence[Account]) -> None:
        self._scheme, self._accounts = scheme, accounts
        self._dues = {(due.institution_id, due.fund.name): due for due in money.dues}
        self._order = {name: at for at, name in enumerate(scheme.funds)}
        self._others = _other_lines(scheme)
        self.places: dict[tuple[str, str, str], Place] = {}
        self.refused: list[Problem] = []
        self.warned: list[Problem] = []

    def movements(self) -> Iterator[Movement]:
        """The rows that follow money of funds, by institution, fund, kind, day and payer."""
        found = [self._movement(row) for row in self._accounts if row.kind in FUND_KINDS]
        found += [self._spending(row) for row in self._accounts if row.kind in _SPENT]
        yield from sorted(
            (one for one in found if one is not None),
            key=lambda m: (m[0], self._order[m.fund], m.kind, m.day or 0, m.payer, m.amount_fen),
        )

    def _movement(self, row: Account) -> Movement | None:
        if row.line not in self._scheme.funds:
            if row.line not in self._others.get(row.kind, ()):
                facts = {"kind": row.kind, "near": near(row.line, sorted(self._order))}
                self.refused.append(
                    Problem("MONEY_LINE_UNKNOWN", row.place.at("line"), row.line, facts)
                )
            return None
        body = self._scheme.funds[row.line].body
        if isinstance(body, Split) and row.kind in RECEIVED:
            place, facts = row.place.at("line"), {"of": body.of}
            self.refused.append(Problem("LEDGER_OF_SPLIT", place, row.line, facts))
        who = (row.institution_id, row.line, self._payer(row))
        if row.kind in RECEIVED:
            self.places[who] = row.place
        return Movement(*who, row.kind, row.day, row.amount_fen)

    def _spending(self, row: Account) -> Movement | None:
        """An expenditure that names a fund as its source was paid of that fund's money."""
        if row.source not in self._scheme.funds:
            return None
        known = self._known(row.institution_id, row.source)
        # Of money of several payers nobody can say whose was spent: it stands in a row of its own.
        payer = known[0] if len(known) == 1 else ""
        return Movement(row.institution_id, row.source, payer, "paid", row.day, row.amount_fen)

    def _known(self, institution: str, fund: str) -> list[str]:
        """The payers of what is due; of an institution without a due those ever declared."""
        due = self._dues.get((institution, fund))
        if due is not None:
            return [name for name, _ in due.parts]
        versions = self._scheme.funds[fund].of(institution).payers.versions
        return list(dict.fromkeys(payer.name for one in versions for payer in one.value))

    def _payer(self, row: Account) -> str:
        known = self._known(row.institution_id, row.line)
        if not row.source and len(known) == 1:
            return known[0]
        facts = {"fund": row.line, "payers": ", ".join(known)}
        if not row.source and known:
            self.refused.append(
                Problem("LEDGER_PAYER_MISSING", row.place.at("source"), row.institution_id, facts)
            )
        elif row.source and row.source not in known and known != [""]:
            self._stranger(row, known, facts)
        return row.source

    def _stranger(self, row: Account, known: list[str], facts: dict[str, str]) -> None:
        """A source that owes nothing: a misspelt payer leaves a debt and an over-advance behind."""
        place = row.place.at("source")
        if self._scheme.funds[row.line].of(row.institution_id).payers.versions:
            facts["near"] = near(row.source, known)
            self.refused.append(Problem("LEDGER_PAYER_UNKNOWN", place, row.source, facts))
        else:
            self.warned.append(Problem("LEDGER_PAYER_OTHER", place, row.source, facts))

    def rows(self, moves: Sequence[Movement]) -> Iterator[LedgerRow]:
        """One row for each institution, fund and payer with anything due or moved."""
        sums: dict[tuple[str, str, str], dict[str, int]] = {}
        for (name, fund), due in self._dues.items():
            for payer, fen in due.parts:
                entry = sums.setdefault((name, fund, payer), {})
                entry["due"] = entry.get("due", 0) + fen
        for move in moves:
            entry = sums.setdefault((move.institution_id, move.fund, move.payer), {})
            entry[move.kind] = entry.get(move.kind, 0) + move.amount_fen
        # Payers stand in declared order, which is that of their insertion; others come behind.
        order = {key: at for at, key in enumerate(sums)}
        for key in sorted(sums, key=lambda k: (k[0], self._order[k[1]], order[k])):
            yield self._row(key, sums[key])

    def _row(self, key: tuple[str, str, str], sums: Mapping[str, int]) -> LedgerRow:
        due = sums.get("due", 0)
        received = sum(sums.get(kind, 0) for kind in RECEIVED)
        owed = due - received
        then = "payable" if owed > 0 else ""
        if owed < 0:
            fund = self._scheme.funds[key[1]].of(key[0])
            then = fund.over_advanced.value
        approved, paid = sums.get("approved", 0), sums.get("paid", 0)
        return LedgerRow(*key, due, approved, received, paid, owed, then)


def _other_lines(scheme: Scheme) -> dict[str, set[str]]:
    """Lines that rows of funds may have without being a fund, by kind."""
    approved = {one.approved_line for one in scheme.bridges.values()}
    approved = (approved | {one.line for one in scheme.components.values()}) - {""}
    cap = scheme.pay_cap
    approved |= {cap.line}
    approved |= {term.name for term in cap.terms if term.kind is CapTermKind.AMOUNT}
    shares = {term.name for term in cap.terms if term.kind is CapTermKind.LINE_SHARE}
    whole = shares | {line for test in scheme.share_tests for line in test.whole_lines}
    return {
        "approved": approved,
        "paid": {cap.base_line},
        **dict.fromkeys(RECEIVED, whole),
    }
