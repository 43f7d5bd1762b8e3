"""A case folder becomes checked rules: every table, every reference, all faults at once.

The records are not read here. Sources:
specification page 3 "A case"; rules A1, A6, A9; definitions 5.8, 5.20, 5.21.
"""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from equivalents.assesswho import Known
from equivalents.contractchecks import contract_findings
from equivalents.errors import Problem
from equivalents.heads import charged_fen
from equivalents.intake.accounts import surplus_rule
from equivalents.intake.assessed import assess_case, is_assessed, pays_surplus
from equivalents.intake.casefiles import CaseFiles
from equivalents.intake.casefolder import CASE_FILE, CaseFolder, open_folder
from equivalents.intake.contracts import contract_counts
from equivalents.intake.fundtables import heads_for, read_fund_tables
from equivalents.intake.givenmoney import GivenMoney, read_money, read_used
from equivalents.intake.keytables import read_key_rules
from equivalents.intake.masters import Masters, read_masters
from equivalents.intake.opening.found import Found
from equivalents.intake.paytables import read_pay_rows
from equivalents.intake.schemeincase import check_scheme
from equivalents.intake.secondary import read_secondary
from equivalents.intake.settings import Settings, check_series, read_settings
from equivalents.policy.accounts import SurplusRule
from equivalents.policy.assessment import Outcome
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.check import check_postings, check_weights
from equivalents.policy.checks import Checks, Qualified
from equivalents.policy.checkstext import check_items
from equivalents.policy.corrections import Corrections, YearEnd
from equivalents.policy.fundcounts import Charged, FundCounts
from equivalents.policy.heads import FundTables
from equivalents.policy.keyload import KeyReader, places_of_departments
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.model import (
    CaseRules,
    Pool,
)
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.policy.sharingtext import check_sharing
from equivalents.policy.yearlytext import read_yearly_limits

__all__ = ["Case", "load_case"]


@dataclass(frozen=True, slots=True)
class Case:
    """A case as read: its rules, its record files, every file used, and the warnings.

    ``corrections`` and ``year_end`` say what is done after the period is closed; they settle
    nothing, so they are not among the rules. ``understood`` is what was understood of each file
    or sheet that is not plain, ``sources`` what the manifest says of those that are mapped.
    ``checks`` are those at the door that case.yaml names, ``qualified`` who has qualifications.
    """

    folder: Path
    rules: CaseRules
    records: tuple[Found, ...]
    inputs: tuple[tuple[str, Path], ...]
    problems: tuple[Problem, ...]
    tables: FundTables = field(default_factory=FundTables)
    corrections: Corrections = field(default_factory=Corrections)
    year_end: YearEnd = field(default_factory=YearEnd)
    understood: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()
    checks: Checks = field(default_factory=dict)
    qualified: tuple[Qualified, ...] = ()


def load_case(case: Path | CaseFolder) -> Case:
    """Read and check everything of a case but the records.

    Raises:
        DataError: with every problem of every table, when any of them is an error.
    """
    folder = open_folder(case)
    reader = _Reader(folder)
    with _without_collector():
        rules = reader.rules()
    records = folder.records(reader.findings)
    opened = reader.files.opened
    opened += [file for found in records for file in folder.files_of(found)]
    reader.findings.stop_on_errors()
    assert rules is not None, "no error was noted, so the rules were read"
    rules = _counted(rules, reader)
    reader.findings.stop_on_errors()
    inputs, problems = tuple(folder.inputs(opened)), tuple(reader.findings.problems)
    return Case(
        folder.folder,
        rules,
        records,
        inputs,
        problems,
        reader.tables,
        *reader.closing,
        tuple(folder.understood),
        tuple(one.for_manifest() for one in folder.mapped),
        *reader.door,
    )


def _counted(rules: CaseRules, reader: "_Reader") -> CaseRules:
    """The rules with what the funds of their scheme ask of the tables, counted."""
    if rules.scheme is None:
        return rules
    tables = reader.tables
    institutions, period = rules.institutions, rules.period
    heads = heads_for(
        rules.scheme, tables, institutions, period, reader.findings, rules.assessed or ()
    )
    charges = tuple(Charged(*key, fen) for key, fen in sorted(charged_fen(tables.charges).items()))
    return replace(rules, counts=FundCounts(heads, charges, tables.tasks))


@contextmanager
def _without_collector() -> Iterator[None]:
    """Rows by the ten thousand are made here and all kept: looking for garbage takes a third."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


class _Reader:
    """Reads one case; ``findings`` and ``files.opened`` grow as files are opened."""

    def __init__(self, folder: CaseFolder) -> None:
        self.files = CaseFiles(folder)
        if CASE_FILE in folder.files:
            self.files.opened.append((CASE_FILE, folder.files[CASE_FILE]))
        self.findings = self.files.findings
        folder.told(self.findings)
        self.tables = FundTables()
        self.cap_before: tuple[CapBefore, ...] | None = None
        self.outcomes: tuple[Outcome, ...] | None = None
        self.closing = Corrections(), YearEnd()
        self.door: tuple[Checks, tuple[Qualified, ...]] = {}, ()

    def rules(self) -> CaseRules | None:
        """Every table read and checked; ``None`` when the period is unknown."""
        findings, files = self.findings, self.files
        entry = files.case.entry(findings)
        settings = read_settings(entry, files.case.folder, findings)
        files.opened += settings.scheme_files
        files.times, files.case.reading = settings.times, settings.reading
        files.case.take_sources(entry.get("sources"), findings)
        self.closing = settings.corrections, settings.year_end
        masters = read_masters(files, settings.team_roles)
        weights = files.weights(settings.weight_tables)
        series = sorted({row.series for row in weights})
        used = read_used(files, masters.known, series)
        money = read_money(files, masters.known, series, settings.scheme, settings.period)
        check_series(settings, series, findings)
        check_items(settings.checks, {row.item_code for row in weights}, series, findings)
        self.door = settings.checks, masters.qualified
        pools = self._shared(settings, masters, money)
        reader = KeyReader(findings, masters.institutions, masters.postings, masters.departments)
        keys, self.cap_before = read_key_rules(files.table, settings, reader, pools, series)
        findings.problems += [*check_weights(weights), *check_postings(masters.postings)]
        self._fund_tables(settings, masters)
        keys = self._assessed(settings, keys, masters)
        of_scheme = settings, weights, masters.institutions, money.pools, keys
        check_scheme(*of_scheme, self.cap_before or (), findings)
        if settings.period is None:
            return None
        rules = CaseRules(
            period=settings.period,
            institutions=masters.institutions,
            departments=tuple(masters.departments.values()),
            postings=masters.postings,
            weights=weights,
            pools=money.pools,
            used=used,
            accounts=money.accounts,
            surplus=self._surplus(settings, settings.period, money, keys, series),
            teams=masters.teams,
            key_rules=keys,
        )
        return self._declared(settings, rules, pools, masters.people)

    def _shared(self, settings: Settings, masters: Masters, money: GivenMoney) -> tuple[Pool, ...]:
        """Every pool of the case, given and made, once what is said of their sharing is checked."""
        codes = dict(
            zip(LevelKind, (masters.known, masters.departments, masters.people), strict=True)
        )
        named, roster = money.every_pool(settings.scheme, ("",)), masters.postings
        check_sharing(settings.sharing, named, masters.institutions, codes, roster, self.findings)
        return money.every_pool(settings.scheme, masters.known)

    def _surplus(
        self,
        settings: Settings,
        period: Period,
        money: GivenMoney,
        keys: KeyRules,
        series: Sequence[str],
    ) -> SurplusRule:
        """The rule of the surplus in force (B7)."""
        asked = settings.surplus, money.accounts, money.pools, period, series, self.findings
        scheme, assessed = bool(settings.scheme_files), pays_surplus(settings.scheme, keys)
        return surplus_rule(*asked, scheme=scheme, assessed=assessed)

    def _declared(
        self, settings: Settings, rules: CaseRules, pools: Sequence[Pool], people: Collection[str]
    ) -> CaseRules:
        """The same rules with what case.yaml and its scheme declare, and who has contracts."""
        names, limits = [pool.pool for pool in pools], settings.yearly_limits
        tables, scheme, table = self.tables, settings.scheme, self.files.table
        known = {
            "institution_id": {row.institution_id for row in rules.institutions},
            "department_id": {row.department_id for row in rules.departments},
            "person_id": people,
        }
        handed = table("secondary"), known, settings.sharing, names
        return replace(
            rules,
            title=settings.title,
            outside_period=settings.outside_period,
            times=settings.times,
            missing=settings.missing,
            concurrent=settings.concurrent,
            stays=settings.stays,
            sharing=settings.sharing,
            yearly=read_yearly_limits(limits, names, people, rules.period, self.findings),
            contracts=contract_counts(tables.contracts, rules.period),
            secondary=read_secondary(*handed, self.findings),
            scheme=scheme,
            cap_before=self.cap_before,
            assessed=self.outcomes,
            pay_rows=read_pay_rows(table, scheme, rules, pools, tables.contracts, self.findings),
        )

    def _assessed(self, settings: Settings, keys: KeyRules, masters: Masters) -> KeyRules:
        """The rules of keys with the coefficients that the results of the assessment come to."""
        table = self.files.table("assessments")
        if settings.period is None or not (len(table) or is_assessed(settings.scheme)):
            return keys
        teams = {member.team_id for member in masters.teams}
        contracts = self.tables.contracts.contract_id
        places = places_of_departments(masters.postings) | dict(masters.departments)
        whole = masters.institutions, places, masters.postings
        known = Known(settings.period, *whole, keys.leaders, teams, contracts)
        found = assess_case(table, settings.scheme, keys, known, self.findings)
        self.tables, self.outcomes = replace(self.tables, results=found.results), found.outcomes
        return found.keys

    def _fund_tables(self, settings: Settings, masters: Masters) -> None:
        """Contracts, registers, charges, tasks; a key by contracts needs their table."""
        asked = sorted(masters.known), masters.postings, masters.teams, settings.period
        self.tables = read_fund_tables(self.files.table, *asked, self.findings)
        if settings.period is not None:
            self.findings.problems += contract_findings(self.tables.contracts, settings.period)
        levels = [one for rule in settings.sharing.values() for one in rule.levels]
        wanting = [level.place for level in levels if level.key is LevelKey.CONTRACTS]
        if wanting and not self.files.has("contracts"):
            self.findings.add("TABLE_MISSING", wanting[0], "contracts", near="")
