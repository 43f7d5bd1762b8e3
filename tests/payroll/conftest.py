"""July is settled once for all tests of this folder; they only read it."""

from pathlib import Path

import pytest

from equivalents.payroll import PayLines, pay_lines, read_result
from tests.payroll.small import settled_july


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of July's result and of the correction of June."""
    return settled_july(tmp_path_factory.mktemp("payroll"))


@pytest.fixture(scope="session")
def lines(folders: tuple[Path, Path]) -> PayLines:
    """July's pay lines, with the correction."""
    return pay_lines(read_result(folders[0], [folders[1]]))
