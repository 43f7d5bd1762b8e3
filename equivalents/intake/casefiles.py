"""The files of a case: tables by name, and the weight tables that it has or names.

Whatever is opened is noted, so that the manifest names every file that a result was made from.
Sources: specification page 3 "A case"; definition 5.21.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equivalents.errors import Place
from equivalents.findings import Findings, Places, Row, Table, near
from equivalents.intake.casefolder import CaseFolder
from equivalents.intake.chargeprices import shipped_prices
from equivalents.intake.headings import TABLES
from equivalents.intake.tables import read_table
from equivalents.policy.daytext import Times
from equivalents.policy.load import weight_rows, weight_table
from equivalents.policy.model import WeightRow
from equivalents.policy.yamltext import Entry
from equivalents.resources import shipped_weights

__all__ = ["CaseFiles"]


@dataclass(slots=True)
class CaseFiles:
    """Opens the tables of a case; ``opened`` (name, path) and ``findings`` grow.

    ``times`` says what becomes of a time part in a date.
    """

    case: CaseFolder
    findings: Findings = field(default_factory=Findings)
    times: Times = Times.REFUSE
    opened: list[tuple[str, Path]] = field(default_factory=list)
    _tables: set[str] = field(default_factory=set)

    def table(self, name: str, *, required: bool = True) -> Table:
        """A table by name, empty where the case has not got it.

        That it is missing is noted where every case needs it, unless it is not ``required``.
        """
        sheet = TABLES[name]
        required = required and sheet.required
        found = self.case.table(name, self.findings, required=required)
        if found is None:
            return Table(Places(name, ()), {})
        self._tables.add(name)
        self.opened += self.case.files_of(found)
        return read_table(found, sheet, self.findings, times=self.times)

    def has(self, name: str) -> bool:
        """Whether a table of this name was opened."""
        return name in self._tables

    def weights(self, named: Sequence[Entry]) -> tuple[WeightRow, ...]:
        """The rows of the table ``weights`` and of the weight tables that case.yaml names."""
        rows = [*self.table("weights")]
        for entry in named:
            rows.extend(self._named_table(entry))
        if not named and not self.has("weights"):
            hint = self.case.near("weights")
            self.findings.add("TABLE_MISSING", Place(), "weights", near=hint)
        return tuple(weight_rows(rows, self.findings))

    def _named_table(self, entry: Entry) -> Sequence[Row]:
        """The rows of a table inside the case, by path, or of a shipped one, by name."""
        shipped = shipped_weights()
        folder = self.case.folder
        inside = (folder / entry.text).resolve()
        candidates = [self.case.files[entry.text]] if entry.text in self.case.files else []
        candidates += [inside] if inside.is_relative_to(folder.resolve()) else []
        candidates += [shipped / f"{Path(entry.text).name}{end}" for end in (".yaml", ".csv")]
        path = next((path for path in candidates if path.is_file()), None)
        if path is None:
            known = sorted(
                path.stem for path in shipped.iterdir() if path.suffix in (".yaml", ".csv")
            )
            code = "CHARGE_PRICES_FISCAL" if entry.text in shipped_prices() else "TABLE_UNKNOWN"
            self.findings.add(code, entry.place, entry.text, near=near(entry.text, known))
            return []
        self.opened.append((path.name, path))
        if path.suffix in (".yaml", ".yml"):
            return weight_table(path, path.name, TABLES["weights"].names, self.findings)
        opened = self.case.open_file(path, path.name, "weights", self.findings)
        tables = [
            read_table(one, TABLES["weights"], self.findings, times=self.times) for one in opened
        ]
        return [row for table in tables for row in table]
