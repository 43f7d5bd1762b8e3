"""Who is signed, counted and charged, as plain values: contracts, registers, charges, tasks.

A county has 400,000 contracts, so these tables are columns: days are day numbers, texts are
positions in a codebook. Where a contract belongs is dated, because people move: see
:mod:`equivalents.policy.homes`. Sources: B3 to B5, C5; definition 5.15; specification page 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.errors import NOWHERE, Place
from equivalents.policy.assessment import Result
from equivalents.policy.calendar import LAST_DAY
from equivalents.policy.fundcounts import HeadCount, Task
from equivalents.policy.homes import NO_HOMES, Homes
from equivalents.units import Codes, Int64

__all__ = [
    "Charges",
    "Contracts",
    "FundTables",
    "HeadCount",
    "NO_BIRTH",
    "Register",
    "Registers",
    "SigningLimits",
    "TableRows",
    "Task",
]

NO_BIRTH: Final = LAST_DAY
"""The birthday of a contract whose ``birth_date`` is blank."""
_NO_DAYS: Final = np.zeros(0, np.int64)
_NO_FLAGS: Final = np.zeros(0, np.bool_)
_NO_TEXTS: Final = Coded((), np.zeros(0, np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class TableRows:
    """Where the rows of a table stand: file, by row the number that Excel shows, and sheet."""

    file: str = ""
    number: Sequence[int] = ()
    sheet: str = ""

    def place(self, at: int) -> Place:
        """The place of a row."""
        return Place(self.file, self.sheet, int(self.number[at]))


@dataclass(frozen=True, slots=True, eq=False)
class Contracts:
    """Signed contracts 签约 by columns of one length, active over ``[active_from, active_to)``.

    ``groups`` are texts like ``a;b``. ``institution`` is the position of the named institution in
    ``homes.institutions``, -1 where none is named; ``owner`` the position in ``homes`` of the named
    person, else of the team.
    """

    rows: TableRows = TableRows()
    contract_id: Sequence[str] = ()
    resident: Coded = _NO_TEXTS
    household: Coded = _NO_TEXTS
    team: Coded = _NO_TEXTS
    person: Coded = _NO_TEXTS
    package: Coded = _NO_TEXTS
    groups: Coded = _NO_TEXTS
    active_from: Int64 = field(default_factory=_NO_DAYS.copy)
    active_to: Int64 = field(default_factory=_NO_DAYS.copy)
    birth: Int64 = field(default_factory=_NO_DAYS.copy)
    permanent: npt.NDArray[np.bool_] = field(default_factory=_NO_FLAGS.copy)
    institution: Codes = field(default_factory=_NO_TEXTS.code.copy)
    owner: Codes = field(default_factory=_NO_TEXTS.code.copy)
    homes: Homes = NO_HOMES

    def __len__(self) -> int:
        return len(self.contract_id)


class Register(NamedTuple):
    """So many heads of a group that an institution's register has on a day."""

    institution_id: str
    group: str
    heads: int
    day: int
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Registers:
    """Registers 登记人数 of the period, one row for each institution, group and day."""

    rows: tuple[Register, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Charges:
    """What residents were charged 收费 within the period, by columns of one length."""

    rows: TableRows = TableRows()
    resident: Coded = _NO_TEXTS
    institution: Coded = _NO_TEXTS
    code: Coded = _NO_TEXTS
    day: Int64 = field(default_factory=_NO_DAYS.copy)
    amount_fen: Int64 = field(default_factory=_NO_DAYS.copy)

    def __len__(self) -> int:
        return self.day.size


@dataclass(frozen=True, slots=True, eq=False)
class FundTables:
    """The tables that only funds and the checks of contracts read."""

    contracts: Contracts = field(default_factory=Contracts)
    registers: Registers = Registers()
    charges: Charges = field(default_factory=Charges)
    tasks: tuple[Task, ...] = ()
    results: tuple[Result, ...] = ()
    """Results of the assessment, those of contracts among them (C4)."""


@dataclass(frozen=True, slots=True)
class SigningLimits:
    """What a contract or team is warned about (C5): S1 二（一）签约周期, 签约户数."""

    term_years: int = 1
    households: int = 1000
