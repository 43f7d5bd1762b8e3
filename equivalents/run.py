"""The commands as functions: check a case, settle a case into a folder, show the demo county.

This is the shell around the pure core: it reads, calls :func:`equivalents.settle.settle` and
writes. The command line and programs that embed the engine use the same three functions.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from equivalents.count import Way
from equivalents.errors import DataError, Problem, RefusedError
from equivalents.findings import Findings
from equivalents.intake.case import Case, load_case
from equivalents.intake.casefolder import CaseFolder, open_folder
from equivalents.intake.door import look_at_records
from equivalents.intake.identity import KeptHashes
from equivalents.intake.settings import read_settings
from equivalents.intake.source import Source
from equivalents.memory import let_go
from equivalents.policy.checks import rules_of
from equivalents.processors import workers
from equivalents.settle import Settlement, pay, weigh
from equivalents.silence import silences
from equivalents.tally import Plan

if TYPE_CHECKING:
    from equivalents.report.out import Beside
    from equivalents.store.tallycache import TallyCache

__all__ = [
    "Checked",
    "Shown",
    "Told",
    "check_case",
    "open_case",
    "row_counter",
    "settle_case",
    "settle_opened",
    "silent",
    "unseen",
    "workers",
]

Shown = Callable[[Sequence[Mapping[str, Any]]], None]
"""Told of what was understood of files that are not plain, before it is used."""
Told = Callable[[str, int, int], None]
"""Progress: told of a stage, how much of it is done and how much there is (0: unknown)."""

_LISTED: Final = 1000
"""Problems of files and records that a refusal lists; ``check`` and problems.csv have them all."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the settlement without payouts, and its problems.

    ``counts`` has all problems by code, also where only the first of them are in ``problems``.
    ``objects`` writes all of them as the items of a JSON list, some thousands at a time; ``every``
    gives them as objects.
    ``understood`` is what was understood of each file or sheet that is not plain. ``case`` and
    ``source`` are what was checked, for reports that read the records again.
    """

    settlement: Settlement
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]
    objects: Callable[[], Iterator[str]]
    every: Callable[[], Iterator[Problem]]
    understood: tuple[Mapping[str, Any], ...] = ()
    case: Case | None = None
    source: Source | None = None

    @property
    def total(self) -> int:
        """How many problems there are."""
        return sum(self.counts.values())


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def unseen(understood: Sequence[Mapping[str, Any]]) -> None:
    """What was understood, shown to nobody."""


def check_case(
    folder: Path | CaseFolder,
    told: Told = silent,
    *,
    first: int | None = None,
    shown: Shown = unseen,
    previous: Path | None = None,
) -> Checked:
    """Read and count a whole case without writing anything; all problems at once.

    A pool that nobody could be paid from is among the problems, judged by the good records.
    ``first`` limits how many problems of files and records of each severity are listed; all are
    counted.
    ``shown`` is told what was understood of the files before they are counted. ``previous`` is
    the result folder of an earlier period: what this one lacks against it is told.

    Raises:
        DataError: a table or file cannot be used at all; every problem is in it. ``previous`` is
            no result that can be read.
    """
    from equivalents.report.lists import all_problems, first_problems, json_problems

    case, source = open_case(folder, told, every_check=True)
    shown(case.understood)
    unpaid = _weighed(case, source, "direct" if previous is None else "tally", told)
    try:
        money = pay(unpaid).problems
    except RefusedError as error:
        money = error.problems
    if previous is not None:
        money = (*_lacking(case, unpaid, previous), *money)
    listed = (*first_problems(unpaid, case, source, first), *money)
    counts = _counts(unpaid, case, source) + Counter(problem.code for problem in money)
    objects = partial(json_problems, unpaid, case, source, money)

    def every() -> Iterator[Problem]:
        yield from all_problems(unpaid, case, source)
        yield from money

    return Checked(unpaid, listed, counts, objects, every, case.understood, case, source)


def _lacking(case: Case, counted: Settlement, previous: Path) -> Iterator[Problem]:
    """What a counted period lacks against the result of an earlier one."""
    from equivalents.report.kept import read_kept

    kept, rules = read_kept(previous), rules_of(case.checks, every=True)
    return silences(rules, (counted.plan, counted.counted.tally), (kept.plan, kept.tally))


def settle_case(
    folder: Path | CaseFolder,
    out: Path,
    *,
    stop_on_reject: bool = True,
    direct: bool = False,
    told: Told = silent,
    shown: Shown = unseen,
    beside: "Callable[[Settlement, Case], Beside] | None" = None,
    cache: "Path | TallyCache | None" = None,
) -> Settlement:
    """Settle a case folder into the folder ``out`` (page 3), replaced as a whole.

    With ``stop_on_reject`` and rejected records only the lists of what is wrong are written and
    ``payouts`` is ``None``. ``direct`` weighs records as they stream by and writes no item lines
    and no tally; the payouts are the same. ``shown`` is told what was understood of the files
    before they are used. ``beside`` makes of a settlement that is paid what is
    written beside it; it may refuse. In the folder ``cache`` counts are kept for the next run, and
    those of an earlier one used: no byte of the result depends on it. Who wants to tell what is odd
    about that folder gives a :class:`~equivalents.store.tallycache.TallyCache` and reads its
    ``problems`` afterwards.

    Raises:
        DataError: the case cannot be read, or ``out`` is not ours to replace.
        RefusedError: a pool that nobody can be paid from, or a total beyond the limits; with the
            first 1,000 problems of files and records.
    """
    from equivalents.report.folder import check_replaceable
    from equivalents.report.out import write_out

    check_replaceable(out)
    kept = _kept(cache)
    case, source = open_case(folder, told, kept=kept)
    shown(case.understood)
    settlement = _weighed(case, source, "direct" if direct else "tally", told, kept)
    if kept is not None:
        kept.trim()
    more = None
    if not (stop_on_reject and settlement.counted.rejected):
        settlement = _paid(settlement, case, source)
        more = beside(settlement, case) if beside is not None else None
    told("write", 0, 0)
    write_out(settlement, case, source, out, more)
    return settlement


def _kept(cache: "Path | TallyCache | None") -> "TallyCache | None":
    """What was counted before, if it is to be used."""
    if not isinstance(cache, Path):
        return cache
    from equivalents.store.tallycache import TallyCache

    return TallyCache(cache)


def settle_opened(
    case: Case, source: Source, *, stop_on_reject: bool = True, told: Told = silent
) -> Settlement:
    """Settle a case that was opened, without writing anything.

    Raises:
        DataError: with ``stop_on_reject`` a record was rejected.
        RefusedError: as :func:`settle_case`.
    """
    from equivalents.report.lists import all_problems

    settlement = _weighed(case, source, "tally", told)
    if stop_on_reject and settlement.counted.rejected:
        count = str(settlement.counted.rejected)
        listed = [*islice(all_problems(settlement, case, source), _LISTED)]
        listed.append(Problem("REJECTED_ROWS", facts={"count": count}))
        raise DataError(listed, _count(settlement, case, source) + 1)
    return _paid(settlement, case, source)


def _paid(settlement: Settlement, case: Case, source: Source) -> Settlement:
    """A weighed case paid; a refusal lists the first problems of its records, too."""
    from equivalents.report.lists import all_problems

    try:
        return pay(settlement)
    except RefusedError as error:
        # Rejected rows are often why nobody can be paid: the first of them are listed first.
        listed = [*islice(all_problems(settlement, case, source), _LISTED), *error.problems]
        total = _count(settlement, case, source) + len(error.problems)
        raise RefusedError(listed, total) from None


def open_case(
    folder: Path | CaseFolder,
    told: Told = silent,
    *,
    every_check: bool = False,
    kept: KeptHashes | None = None,
) -> tuple[Case, Source]:
    """Read the rules of a case and look at its record files.

    A case that is open already is not opened again. The checks at the door that it names are
    made, with ``every_check`` also the others, as warnings. ``kept`` knows the record ids of files
    that were read before.

    Raises:
        DataError: every problem of the tables and of whole record files.
    """
    told("read", 0, 0)
    opened = open_folder(folder)
    try:
        case = load_case(opened)
    except DataError as error:
        raise DataError([*error.problems, *_record_problems(opened)]) from None
    source = Source(case.folder, case.records, case.rules.times, kept)
    look_at_records(case, source, every=every_check)
    return case, source


def _count(settlement: Settlement, case: Case, source: Source) -> int:
    """How many problems the files and records have."""
    return sum(_counts(settlement, case, source).values())


def _counts(settlement: Settlement, case: Case, source: Source) -> Counter[str]:
    """The same by code."""
    from equivalents.report.faults import row_problems_by_code

    files = Counter(problem.code for problem in (*case.problems, *source.problems))
    return files + row_problems_by_code(settlement)


def _record_problems(case: CaseFolder) -> tuple[Problem, ...]:
    """Faults of whole record files, so that they are listed together with those of the tables."""
    settings = read_settings(case.entry(Findings()), case.folder, Findings())
    case.reading, findings = settings.reading, Findings()
    try:
        Source(case.folder, case.records(findings), settings.times)
    except DataError as error:
        findings.take(error)
    return tuple(findings.problems)


def _weighed(
    case: Case, source: Source, path: Way, told: Told, kept: "TallyCache | None" = None
) -> Settlement:
    """All records counted and weighed, with the means that this machine has."""
    plan = Plan(case.rules)
    parts, progress = source.blocks(plan), row_counter(told, source.expected)
    return weigh(
        case.rules,
        plan,
        parts,
        path,
        workers=workers(),
        progress=progress,
        freed=let_go,
        keeper=kept.keeper(source, plan, parts) if kept is not None else None,
    )


def row_counter(told: Told, expected: int = 0) -> Callable[[int], None]:
    """Adds up the rows of all threads for the progress, of so many that are expected."""
    done = 0

    def counted(rows: int) -> None:
        nonlocal done
        done += rows
        told("count", done, expected)

    told("count", 0, expected)
    return counted
