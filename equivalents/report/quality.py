"""The data-quality report of a checked case: a workbook and a page in a folder of their own."""

from pathlib import Path
from typing import Final

from equivalents.intake.case import Case
from equivalents.intake.datesread import DateTexts
from equivalents.intake.qualityrows import QualityGroups, look_through, quality_blocks
from equivalents.intake.source import Source
from equivalents.quality import QualitySums
from equivalents.report.book import Book
from equivalents.report.folder import new_folder
from equivalents.report.qualitypage import quality_page
from equivalents.report.qualitytables import Quality, forms_read, quality_tables
from equivalents.run import Checked, Told, row_counter, silent
from equivalents.settle import Settlement

__all__ = ["QUALITY_MARK", "quality_of", "write_quality"]

QUALITY_MARK: Final = "quality.html"
"""A folder that holds this file is a report of ours and may be replaced."""


def quality_of(settlement: Settlement, case: Case, source: Source, told: Told = silent) -> Quality:
    """Read the records of a checked case once more and sum what was found.

    Raises:
        ConservationError: the sums differ from what the check counted.
    """
    looked = look_through(source)
    groups = QualityGroups(source, settlement.plan, looked)
    sums = QualitySums(groups.sizes)
    counted = settlement.counted
    dates = DateTexts(source.times)
    told_rows = row_counter(told)
    for block in quality_blocks(source, groups, looked, counted.faults, dates, told_rows):
        sums.add(block)
    sums.check(counted.received, counted.rejected)
    rules = settlement.rules
    names = {
        "institution": {one.institution_id: one.name for one in rules.institutions},
        "item": {row.item_code: row.item_name for row in rules.weights},
    }
    forms = [*forms_read(case.understood), *dates.rows()]
    return Quality(sums, groups, names, forms, rules.period.name)


def write_quality(checked: Checked, destination: Path, told: Told = silent) -> None:
    """Write ``quality.xlsx`` and ``quality.html`` into a folder, replaced as a whole.

    Raises:
        DataError: ``OUT_NOT_OURS`` where the folder holds anything else.
        ConservationError: see :func:`quality_of`.
    """
    case, source = checked.case, checked.source
    assert case is not None, "what was checked is a case"
    assert source is not None, "a case that was checked has records"
    with new_folder(destination, QUALITY_MARK) as folder:
        quality = quality_of(checked.settlement, case, source, told)
        tables = quality_tables(quality)
        told("write", 0, 0)
        book = Book(folder / "quality.xlsx")
        for table in tables:
            columns = [column.sheet for column in table.columns]
            book.sheet(table.zh, table.note, columns, table.rows)
        book.close()
        (folder / QUALITY_MARK).write_bytes(quality_page(quality, tables).encode())
