"""A case folder becomes checked rules: every table, every reference, all faults at once.

The records are not read here. Sources:
specification page 3 "A case"; rules A1, A6, A9; definitions 5.8, 5.20, 5.21.
"""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from equivalents.assesswho import Known
from equivalents.codes import occurring
from equivalents.contractchecks import contract_findings
from equivalents.errors import DataError, Place, Problem
from equivalents.findings import Findings, Places, Row, Table, near
from equivalents.heads import charged_fen
from equivalents.intake.accounts import read_accounts, surplus_rule
from equivalents.intake.assessed import assess_case, is_assessed, pays_surplus
from equivalents.intake.chargeprices import shipped_prices
from equivalents.intake.contracts import contract_counts
from equivalents.intake.fundtables import heads_for, read_fund_tables
from equivalents.intake.headings import TABLES
from equivalents.intake.keytables import read_key_rules
from equivalents.intake.madepools import bridge_pools, needs_given_pools, surplus_pools
from equivalents.intake.paytables import read_pay_rows
from equivalents.intake.recordfiles import record_files
from equivalents.intake.schemeincase import check_scheme
from equivalents.intake.secondary import read_secondary
from equivalents.intake.settings import Settings, check_series, read_settings
from equivalents.intake.tables import read_table, table_file
from equivalents.intake.teams import read_teams
from equivalents.intake.wholecolumns import flags, note_known, note_twice, note_unknown, spans
from equivalents.policy.accounts import Account
from equivalents.policy.assessment import Outcome
from equivalents.policy.calendar import Period
from equivalents.policy.capbefore import CapBefore
from equivalents.policy.check import check_postings, check_weights
from equivalents.policy.contacts import UsedClass
from equivalents.policy.corrections import Corrections, YearEnd
from equivalents.policy.daytext import Times
from equivalents.policy.fundcounts import Charged, FundCounts
from equivalents.policy.heads import FundTables
from equivalents.policy.keyload import KeyReader, places_of_departments
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.load import (
    default_series,
    read_amount,
    weight_rows,
    weight_table,
)
from equivalents.policy.loadcontacts import used_classes
from equivalents.policy.model import (
    CaseRules,
    Department,
    Institution,
    Pool,
    Posting,
    TeamMember,
    WeightRow,
)
from equivalents.policy.roster import Roster
from equivalents.policy.sharing import LevelKey, LevelKind
from equivalents.policy.sharingtext import check_sharing
from equivalents.policy.yamltext import Entry
from equivalents.policy.yearlytext import read_yearly_limits
from equivalents.resources import shipped_weights

__all__ = ["Case", "load_case"]


@dataclass(frozen=True, slots=True)
class Case:
    """A case as read: its rules, its record files, every file used, and the warnings.

    ``corrections`` and ``year_end`` say what is done after the period is closed; they settle
    nothing, so they are not among the rules.
    """

    folder: Path
    rules: CaseRules
    records: tuple[Path, ...]
    inputs: tuple[tuple[str, Path], ...]
    problems: tuple[Problem, ...]
    tables: FundTables = field(default_factory=FundTables)
    corrections: Corrections = field(default_factory=Corrections)
    year_end: YearEnd = field(default_factory=YearEnd)


def load_case(folder: Path) -> Case:
    """Read and check everything of a case but the records.

    Raises:
        DataError: with every problem of every table, when any of them is an error.
    """
    if not (folder / "case.yaml").is_file():
        raise DataError([Problem("CASE_NOT_FOUND", value=folder.name)])
    reader = _Reader(folder)
    with _without_collector():
        rules = reader.rules()
    records = record_files(folder, reader.findings)
    reader.inputs += [(path.relative_to(folder).as_posix(), path) for path in records]
    reader.findings.stop_on_errors()
    assert rules is not None, "no error was noted, so the rules were read"
    rules = _counted(rules, reader)
    reader.findings.stop_on_errors()
    inputs, problems = tuple(reader.inputs), tuple(reader.findings.problems)
    return Case(folder, rules, records, inputs, problems, reader.tables, *reader.closing)


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


_POSTING: Final = frozenset(Posting._fields)
"""The columns of the staff table that say something of a posting."""


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
    """Reads one case; ``findings`` and ``inputs`` grow as files are opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings = Findings()
        self.tables = FundTables()
        self.cap_before: tuple[CapBefore, ...] | None = None
        self.outcomes: tuple[Outcome, ...] | None = None
        self.times = Times.REFUSE
        self.closing = Corrections(), YearEnd()
        self.inputs: list[tuple[str, Path]] = [("case.yaml", folder / "case.yaml")]

    def rules(self) -> CaseRules | None:
        """Every table read and checked; ``None`` when the period is unknown."""
        findings = self.findings
        settings = read_settings(self.folder / "case.yaml", "case.yaml", findings)
        self.inputs += settings.scheme_files
        self.times, self.closing = settings.times, (settings.corrections, settings.year_end)
        institutions = self._institutions(self._table("institutions"))
        known = {row.institution_id for row in institutions}
        departments = self._departments(self._table("departments"), known)
        postings = self._postings(self._table("staff"), known, departments)
        people = postings.people()
        teams = self._teams(settings, people)
        weights = self._weights(settings)
        series = sorted({row.series for row in weights})
        used = self._used(known, series)
        account_rows = self._table("accounts")
        needed = needs_given_pools(account_rows, settings.scheme)
        pools = self._pools(self._table("pools", required=needed), known, series)
        accounts = self._accounts(account_rows, known, settings.period)
        check_series(settings, series, findings)
        codes = dict(zip(LevelKind, (known, departments, people), strict=True))
        every = (*pools, *surplus_pools(accounts))
        named = (*every, *bridge_pools(settings.scheme, ("",)))
        check_sharing(settings.sharing, named, institutions, codes, postings, findings)
        every = (*every, *bridge_pools(settings.scheme, sorted(known)))
        reader = KeyReader(findings, institutions, postings, departments)
        keys, self.cap_before = read_key_rules(self._table, settings, reader, every, series)
        findings.problems += [*check_weights(weights), *check_postings(postings)]
        self._fund_tables(settings, sorted(known), postings, teams)
        keys = self._assessed(settings, keys, reader, teams)
        check_scheme(settings, weights, institutions, pools, keys, self.cap_before or (), findings)
        if settings.period is None:
            return None
        asked = settings.surplus, accounts, pools, settings.period, series, findings
        scheme, assessed = bool(settings.scheme_files), pays_surplus(settings.scheme, keys)
        surplus = surplus_rule(*asked, scheme=scheme, assessed=assessed)
        rules = CaseRules(
            period=settings.period,
            institutions=institutions,
            departments=tuple(departments.values()),
            postings=postings,
            weights=weights,
            pools=pools,
            used=used,
            accounts=accounts,
            surplus=surplus,
            teams=teams,
            key_rules=keys,
        )
        return self._declared(settings, rules, every, people)

    def _declared(
        self, settings: Settings, rules: CaseRules, pools: Sequence[Pool], people: Collection[str]
    ) -> CaseRules:
        """The same rules with what case.yaml and its scheme declare, and who has contracts."""
        names, limits = [pool.pool for pool in pools], settings.yearly_limits
        tables, scheme = self.tables, settings.scheme
        known = {
            "institution_id": {row.institution_id for row in rules.institutions},
            "department_id": {row.department_id for row in rules.departments},
            "person_id": people,
        }
        handed = self._table("secondary"), known, settings.sharing, names
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
            pay_rows=read_pay_rows(
                self._table, scheme, rules, pools, tables.contracts, self.findings
            ),
        )

    def _assessed(
        self, settings: Settings, keys: KeyRules, of_case: KeyReader, teams: Sequence[TeamMember]
    ) -> KeyRules:
        """The rules of keys with the coefficients that the results of the assessment come to."""
        table = self._table("assessments")
        if settings.period is None or not (len(table) or is_assessed(settings.scheme)):
            return keys
        of_tables = {member.team_id for member in teams}, self.tables.contracts.contract_id
        places = places_of_departments(of_case.roster) | dict(of_case.departments)
        masters = of_case.institutions, places, of_case.roster
        known = Known(settings.period, *masters, keys.leaders, *of_tables)
        found = assess_case(table, settings.scheme, keys, known, self.findings)
        self.tables, self.outcomes = replace(self.tables, results=found.results), found.outcomes
        return found.keys

    def _unknown_series(self, place: Place, name: str, series: Sequence[str]) -> None:
        self.findings.add(
            "SERIES_UNKNOWN", place, name, near=near(name, series), allowed=", ".join(series)
        )

    # -- tables --------------------------------------------------------------------------------

    def _table(self, name: str, *, required: bool = True) -> Table:
        sheet = TABLES[name]
        required = required and sheet.required
        path = table_file(self.folder, name, self.findings, required=required)
        if path is None:
            return Table(Places(name, ()), {})
        self.inputs.append((path.name, path))
        return read_table(path, sheet, self.findings, times=self.times)

    def _institutions(self, table: Table) -> tuple[Institution, ...]:
        names = ("institution_id", "name", "group", "kind", "parent_id", "ownership")
        found = tuple(map(Institution, *map(table.column, names), table.places))
        self._unique(table, "institution_id")
        self._all_known(table, "parent_id", set(occurring(table.column("institution_id"))))
        return found

    def _departments(self, table: Table, institutions: set[str]) -> dict[str, Department]:
        self._unique(table, "department_id")
        self._all_known(table, "institution_id", institutions)
        columns = map(table.column, Department._fields[:4])
        found = tuple(map(Department, *columns, table.places))
        return {row.department_id: row for row in found if row.department_id}

    def _postings(
        self, table: Table, institutions: set[str], departments: Collection[str]
    ) -> Roster:
        self._all_known(table, "institution_id", institutions)
        self._all_known(table, "department_id", departments)
        texts: dict[str, Sequence[Any]] = {
            name: column for name, column in table.columns.items() if name in _POSTING
        }
        starts, ends = spans(table, ("active_from", "active_to"), self.findings)
        mains = flags(table, "main", self.findings)
        read: dict[str, Any] = {"active_from": starts, "active_to": ends, "main": mains}
        if "in_cap" in table.columns:
            read["in_cap"] = flags(table, "in_cap", self.findings, blank=True).tolist()
        return Roster.by_columns(texts | read | {"place": table.places})

    def _teams(self, settings: Settings, people: Collection[str]) -> tuple[TeamMember, ...]:
        table = self._table("teams")
        self._all_known(table, "person_id", people)
        return read_teams(table, settings.team_roles, self.findings)

    def _fund_tables(
        self,
        settings: Settings,
        institutions: Sequence[str],
        roster: Roster,
        teams: Sequence[TeamMember],
    ) -> None:
        """Contracts, registers, charges, tasks; a key by contracts needs their table."""
        self.tables = read_fund_tables(
            self._table, institutions, roster, teams, settings.period, self.findings
        )
        if settings.period is not None:
            self.findings.problems += contract_findings(self.tables.contracts, settings.period)
        levels = [one for rule in settings.sharing.values() for one in rule.levels]
        asked = [level.place for level in levels if level.key is LevelKey.CONTRACTS]
        read = any(name.startswith("contracts.") for name, _ in self.inputs)
        if asked and not read:
            self.findings.add("TABLE_MISSING", asked[0], "contracts", near="")

    def _all_known(self, table: Table, column: str, known: Collection[str]) -> None:
        # Where the table itself is missing, that is the fault, and it is said once.
        if known:
            note_unknown(table, column, known, self.findings)

    def _pools(
        self, table: Table, institutions: set[str], series: Sequence[str]
    ) -> tuple[Pool, ...]:
        self._unique(table, "institution_id", "pool")
        default = default_series(series)
        found = []
        for row in table:
            self._known(row, "institution_id", institutions)
            name = row["series"] or default
            if series and name not in series:
                self._unknown_series(row.at("series"), name, series)
            amount = read_amount(row, "amount", self.findings)
            found.append(Pool(row["institution_id"], row["pool"], name, amount, row.place))
        return tuple(found)

    def _accounts(
        self, table: Table, institutions: set[str], period: Period | None
    ) -> tuple[Account, ...]:
        self._all_known(table, "institution_id", institutions)
        return read_accounts(table, period, self.findings)

    def _known(self, row: Row, column: str, known: Collection[str]) -> None:
        if known:
            note_known(row, column, known, self.findings)

    def _unique(self, table: Table, *names: str) -> None:
        note_twice(table, names, self.findings)

    def _used(self, institutions: set[str], series: Sequence[str]) -> tuple[UsedClass, ...]:
        """Places of window classes that locked periods have used up (5.5)."""
        table = self._table("counted")
        self._all_known(table, "institution_id", institutions)
        for row in table:
            if row["series"] and row["series"] not in series:
                self._unknown_series(row.at("series"), row["series"], series)
        return used_classes(table, self.findings)

    # -- weight tables and records ---------------------------------------------------------------

    def _weights(self, settings: Settings) -> tuple[WeightRow, ...]:
        rows = [*self._table("weights")]
        for entry in settings.weight_tables:
            rows.extend(self._named_table(entry))
        read = any(name.startswith("weights.") for name, _ in self.inputs)
        if not settings.weight_tables and not read:
            hint = near("weights", [path.stem for path in self.folder.iterdir()])
            self.findings.add("TABLE_MISSING", Place(), "weights", near=hint)
        return tuple(weight_rows(rows, self.findings))

    def _named_table(self, entry: Entry) -> Sequence[Row]:
        """The rows of a table inside the case, by path, or of a shipped one, by name."""
        shipped = shipped_weights()
        inside = (self.folder / entry.text).resolve()
        candidates = [inside] if inside.is_relative_to(self.folder.resolve()) else []
        candidates += [shipped / f"{Path(entry.text).name}{end}" for end in (".yaml", ".csv")]
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            known = sorted(
                path.stem for path in shipped.iterdir() if path.suffix in (".yaml", ".csv")
            )
            code = "CHARGE_PRICES_FISCAL" if entry.text in shipped_prices() else "TABLE_UNKNOWN"
            self.findings.add(code, entry.place, entry.text, near=near(entry.text, known))
            return []
        self.inputs.append((path.name, path))
        if path.suffix in (".yaml", ".yml"):
            return weight_table(path, path.name, TABLES["weights"].names, self.findings)
        return read_table(path, TABLES["weights"], self.findings, times=self.times)
