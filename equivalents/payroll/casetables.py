"""The tables of a case that payroll reads: opened as a settlement opens them, and nothing else."""

from pathlib import Path
from typing import TYPE_CHECKING

from equivalents.findings import Findings

if TYPE_CHECKING:
    from equivalents.intake.casefiles import CaseFiles

__all__ = ["case_tables"]


def case_tables(case: Path, findings: Findings) -> "CaseFiles":
    """A case whose tables can be read one by one; what is told of it goes to ``findings``.

    Raises:
        DataError: it is no case, or its case.yaml is at fault.
    """
    from equivalents.intake.casefiles import CaseFiles
    from equivalents.intake.casefolder import open_folder
    from equivalents.intake.settings import read_settings

    folder = open_folder(case)
    folder.told(findings)
    entry = folder.entry(findings)
    settings = read_settings(entry, folder.folder, findings)
    folder.reading = settings.reading
    folder.take_sources(entry.get("sources"), findings)
    findings.stop_on_errors()
    return CaseFiles(folder, findings, settings.times)
