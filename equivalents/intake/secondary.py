"""The table ``secondary`` 二次分配: what departments hand in, checked where it stands."""

from collections.abc import Collection, Mapping, Sequence

from equivalents.findings import Findings, Row, Table, near
from equivalents.intake.wholecolumns import note_twice, note_unknown
from equivalents.policy.load import fault_text, read_amount
from equivalents.policy.secondary import SecondaryRow
from equivalents.policy.sharing import FOR_ALL_POOLS, LevelKey, Sharing
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["read_secondary"]

_MOST = 10**9
"""Shares are below this, so that keys of seven places stay small."""


def read_secondary(
    table: Table,
    known: Mapping[str, Collection[str]],
    sharing: Mapping[str, Sharing],
    pools: Collection[str],
    findings: Findings,
) -> tuple[SecondaryRow, ...]:
    """The rows; ``known`` are the codes by column, ``pools`` the names of the case's pools."""
    for column, codes in known.items():
        if codes or column == "department_id":  # the table of departments may be absent
            note_unknown(table, column, codes, findings)
    note_twice(table, ("institution_id", "department_id", "pool", "person_id"), findings)
    asked = sorted(name for name in pools if _asks(sharing, name))
    for row in table:
        if row["pool"] not in asked:
            hint, every = near(row["pool"], asked), ", ".join(asked) or "无¦none"
            facts = {"near": hint, "allowed": every}
            findings.add("SECONDARY_POOL", row.at("pool"), row["pool"], **facts)
    rows = tuple(_row(row, findings) for row in table)
    _note_mixed(rows, findings)
    return rows


def _asks(sharing: Mapping[str, Sharing], pool: str) -> bool:
    rule = sharing.get(pool, sharing.get(FOR_ALL_POOLS))
    levels = rule.levels if rule is not None else ()
    return bool(levels) and levels[-1].key is LevelKey.SECONDARY


def _row(row: Row, findings: Findings) -> SecondaryRow:
    who = row["institution_id"], row["department_id"], row["pool"], row["person_id"]
    if bool(row["share"]) == bool(row["amount"]):
        findings.add("SECONDARY_ONE_OF", row.at("share"), row["person_id"])
        return SecondaryRow(*who, 0, None, row.place)
    if row["share"]:
        return SecondaryRow(*who, _share(row, findings), None, row.place)
    amount_fen = read_amount(row, "amount", findings, signed=True)
    if amount_fen < 0:
        findings.add("SECONDARY_NEGATIVE", row.at("amount"), row["amount"])
    return SecondaryRow(*who, None, max(amount_fen, 0), row.place)


def _share(row: Row, findings: Findings) -> int:
    try:
        value = parse_fixed(row["share"], 0)
        if value >= _MOST:
            raise NumberFaultError("range", row["share"])
    except NumberFaultError as fault:
        detail = fault_text(fault)
        findings.add("NUMBER_INVALID", row.at("share"), row["share"], detail=detail)
        return 0
    return value


def _note_mixed(rows: Sequence[SecondaryRow], findings: Findings) -> None:
    """A department hands in shares or amounts, not both."""
    first: dict[tuple[str, ...], SecondaryRow] = {}
    told: set[tuple[str, ...]] = set()
    for row in rows:
        group = row.institution_id, row.department_id, row.pool
        other = first.setdefault(group, row)
        if (other.share is None) != (row.share is None) and group not in told:
            told.add(group)
            findings.add(
                "SECONDARY_MIXED",
                row.place,
                row.department_id or row.institution_id,
                pool=row.pool,
                other=str(other.place),
            )
