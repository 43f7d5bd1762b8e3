"""What payroll and finance are given: pay lines, their totals by person, and control totals.

Every amount is gross pay (应发) in whole fen; tax and net pay are the payroll's own affair. A line
of the kind ``adjustment`` is a back-pay 补发 above 0 or a claw-back 扣回 below 0, and names the
closed period that it is about. Source: specification page 3 "What a payroll integrator needs".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from equivalents.units import print_fen

__all__ = [
    "Control",
    "INCOME_TYPE",
    "Kind",
    "Level",
    "PayLine",
    "PayLines",
    "PayTotal",
    "Versions",
    "part_label",
]

INCOME_TYPE: Final = "工资薪金"
"""The income type of pay where none is given."""


class Kind(StrEnum):
    """What a line is: a share of a pool, a component beside it, an adjustment, a year's end."""

    POOL_SHARE = "pool_share"
    COMPONENT = "component"
    ADJUSTMENT = "adjustment"
    YEAR_END = "year_end"


class Level(StrEnum):
    """How finely lines are given: each part of pay, or one line a person at an institution."""

    DETAIL = "detail"
    SUMMARY = "summary"


class Versions(NamedTuple):
    """By what the figures were made: program, method, and the hashes of the rules that applied."""

    engine: str
    method: str
    scheme_sha256: str
    weights_sha256: str


class PayLine(NamedTuple):
    """One part of one person's pay at one institution.

    ``equivalents``, ``key`` and ``coefficient`` are the texts of ``payouts.csv``. ``unit_price``
    单价 is yuan of the amount for one unit of the key, rounded half-up to four places; it is blank
    where there is no key above 0, and where a cap or a floor moved the amount.
    ``department`` to ``employment_type`` are those of the posting (see
    :mod:`equivalents.payroll.people`).
    """

    run_id: str
    period: str
    institution_id: str
    institution: str
    department_id: str
    department: str
    person_id: str
    name: str
    post: str
    employment_type: str
    kind: str
    pool: str
    component: str
    closed_period: str
    equivalents: str
    key: str
    coefficient: str
    unit_price: str
    amount_fen: int
    income_type: str
    tax_month: str
    engine: str
    method: str
    scheme_sha256: str
    weights_sha256: str


class PayTotal(NamedTuple):
    """One person's pay at one institution: ``pay_fen + back_pay_fen + claw_back_fen = amount_fen``.

    ``line`` is the first of the lines, for what they share. ``equivalents`` and ``coefficient``
    are blank where the lines differ: their sum would mean nothing. ``parts`` has the fen of
    each pool and component by its label; adjustments are in none.
    """

    line: PayLine
    equivalents: str
    coefficient: str
    pay_fen: int
    back_pay_fen: int
    claw_back_fen: int
    amount_fen: int
    parts: Mapping[str, int]
    lines: Sequence[PayLine]


@dataclass(frozen=True, slots=True)
class PayLines:
    """The pay lines of a run, by institution, person, pool and component in code-point order."""

    run_id: str
    period: str
    title: str
    tax_month: str
    income_type: str
    versions: Versions
    lines: tuple[PayLine, ...]

    @property
    def people(self) -> int:
        """How many different people have a line."""
        return len({line.person_id for line in self.lines})

    @property
    def amount_fen(self) -> int:
        """The sum of all lines in fen."""
        return sum(line.amount_fen for line in self.lines)

    def totals(self) -> list[PayTotal]:
        """One total for each person at each institution, in the order of the lines."""
        found: dict[tuple[str, str], list[PayLine]] = {}
        for line in self.lines:
            found.setdefault((line.institution_id, line.person_id), []).append(line)
        return [_total(lines) for lines in found.values()]

    def labels(self) -> list[str]:
        """The labels of all parts of the totals, in code-point order."""
        return sorted({part_label(line) for line in self.lines if _is_part(line)})


def part_label(line: PayLine) -> str:
    """What a part is called in a total: the pool of a share, else ``component`` or both.

    A component in a pool of another name is ``POOL:COMPONENT``; one that has the name of a
    pool stands behind a colon, so that the two are never one column.
    """
    if line.component == Kind.POOL_SHARE:
        return line.pool
    return f"{'' if line.pool == line.component else line.pool}:{line.component}"


def _is_part(line: PayLine) -> bool:
    return line.kind != Kind.ADJUSTMENT


def _total(lines: Sequence[PayLine]) -> PayTotal:
    pay = back = claw = 0
    parts: dict[str, int] = {}
    for line in lines:
        fen = line.amount_fen
        if _is_part(line):
            pay += fen
            label = part_label(line)
            parts[label] = parts.get(label, 0) + fen
        elif fen > 0:
            back += fen
        else:
            claw += fen
    shares = [line for line in lines if line.equivalents]
    alike = {line.equivalents for line in shares}, {line.coefficient for line in shares}
    equivalents, coefficient = (one.pop() if len(one) == 1 else "" for one in alike)
    total = pay + back + claw
    return PayTotal(lines[0], equivalents, coefficient, pay, back, claw, total, parts, lines)


@dataclass(frozen=True, slots=True)
class Control:
    """A control total 控制数: by it whoever takes a batch proves that it is whole.

    ``sha256`` is the hash of the bytes of the file, byte-order mark included; ``covers`` is
    ``file``. Of a workbook, whose bytes any program changes by saving it, it is the hash of the
    CSV of the same lines, and ``covers`` is ``lines``.
    """

    people: int
    lines: int
    amount_fen: int
    sha256: str
    covers: str = "file"

    def as_json(self) -> dict[str, Any]:
        """The control total as plain values; the amount in yuan with two decimals."""
        return {
            "people": self.people,
            "lines": self.lines,
            "amount": print_fen(self.amount_fen),
            "sha256": self.sha256,
            "covers": self.covers,
        }
