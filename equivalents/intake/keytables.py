"""What stands between equivalents and keys, read from the tables and keys of a case.

Coefficients, ceilings, leave and its rules, heads of institutions, and what earlier periods bring
in. Sources: rules A7, A8; definitions 5.1 to 5.3, 5.9, 5.12, 5.18, 5.20.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from equivalents.findings import Findings, Table
from equivalents.intake.settings import Settings
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.coefficients import SURPLUS, check_coefficients
from equivalents.policy.keyload import KeyReader
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.leaderload import read_leaders
from equivalents.policy.leave import check_leave
from equivalents.policy.leaveload import note_idle_leave, read_leave_rules, read_leaves
from equivalents.policy.model import Pool
from equivalents.policy.openingload import OpeningReader
from equivalents.policy.roster import Roster

__all__ = ["read_key_rules"]

_Tables = Callable[[str], Table]


def read_key_rules(
    table: _Tables,
    settings: Settings,
    reader: KeyReader,
    pools: Sequence[Pool],
    series: Sequence[str],
) -> tuple[KeyRules, tuple[CapBefore, ...] | None]:
    """The rules, and what earlier periods bring in for a pay cap; ``table`` gives one by name."""
    findings, period = reader.findings, settings.period
    rows = reader.coefficients(table("coefficients"))
    findings.problems.extend(check_coefficients(rows))
    names = [SURPLUS, *(pool.pool for pool in pools)]
    assessment = settings.scheme.assessment if settings.scheme is not None else None
    composites = assessment.composites if assessment is not None else ()
    paid = settings.scheme.components if settings.scheme is not None else ()
    kinds = reader.kinds(settings.coefficients, rows, [*names, *paid], composites)
    ceilings = reader.ceilings(settings.ceilings, series)
    owners = [(pool.institution_id, pool.pool) for pool in pools]
    leave = read_leave_rules(settings.leave, names, findings)
    leaders = read_leaders(settings.leaders, reader.roster, period, findings)
    keys = KeyRules(rows, kinds, ceilings, leave_rules=leave, leaders=leaders)
    opening = OpeningReader(findings, reader.institutions, reader.roster, owners, series, period)
    keys = opening.read(table("opening"), keys)
    return _with_leave(table, period, keys, reader.roster, findings), opening.cap_before


def _with_leave(
    table: _Tables, period: Period | None, keys: KeyRules, roster: Roster, findings: Findings
) -> KeyRules:
    """Leaves, and what is wrong with them and their rules (5.20)."""
    leaves = tuple(read_leaves(table("leave"), roster.person_id, findings))
    if period is not None:
        findings.problems.extend(check_leave(leaves, keys.leave_rules, period))
        note_idle_leave(leaves, roster, period, findings)
    return replace(keys, leave=leaves)
