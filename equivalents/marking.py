"""A case checked, and the marked copy of what was checked: the shell around both."""

from pathlib import Path

from equivalents.errors import DataError
from equivalents.intake.casefolder import open_folder
from equivalents.report.newfile import new_file
from equivalents.run import Checked, Shown, Told, check_case, silent, unseen

__all__ = ["check_marked"]


def check_marked(
    folder: Path,
    copy: Path,
    told: Told = silent,
    *,
    first: int | None = None,
    shown: Shown = unseen,
    previous: Path | None = None,
) -> Checked:
    """Check a case as :func:`equivalents.run.check_case` does, and write the marked copy.

    Raises:
        DataError: as ``check_case``, once the copy is written; ``FILE_EXISTS``; there is no copy
            of a case that cannot be opened, nor where ``previous`` cannot be read.
    """
    from equivalents.report.kept import read_kept
    from equivalents.report.marking.copy import write_copy

    # First of all: a wrong folder is no fault of the case, so no copy could mark it.
    kept = read_kept(previous) if previous is not None else None
    with new_file(copy, ".xlsx") as path:
        case = open_folder(folder)
        failed: DataError | None = None
        checked: Checked | None = None
        try:
            checked = check_case(case, told, first=first, shown=shown, previous=kept)
        except DataError as error:
            failed = error
        told("write", 0, 0)
        problems = failed.problems if failed is not None else checked.every() if checked else ()
        write_copy(path, case, problems)
    if checked is None:
        assert failed is not None, "a check fails or tells"
        raise failed
    return checked
