"""Corrections of one closed run follow each other: each names all that came before it (5.19).

A correction left out, named twice or out of order would be paid again, so a chain with a gap is
refused. Source: D5.
"""

from collections.abc import Iterable, Sequence

from equivalents.errors import DataError, Place, Problem
from equivalents.report.closed import CORRECTION, KIND, Proven

__all__ = ["check_chain", "check_chains"]


def check_chain(closed: Proven, corrections: Sequence[Proven]) -> None:
    """Refuse corrections that are not those of a closed run, the earliest first, without a gap.

    Raises:
        DataError: ``CORRECT_NOT_ADJUSTMENTS``, ``CORRECT_OTHER_RUN``, ``CORRECT_CHAIN``.
    """
    _stop(_of_runs([closed], corrections))
    _stop(_gaps(corrections))


def check_chains(months: Sequence[Proven], corrections: Iterable[Proven]) -> list[Proven]:
    """The same for the corrections of several closed runs, in any order: sorted by their chains.

    Raises:
        DataError: as :func:`check_chain`.
    """
    given = list(corrections)
    _stop(_of_runs(months, given))
    ordered = sorted(given, key=lambda one: (_closed(one), len(_earlier(one)), one.sha256))
    problems: list[Problem] = []
    for month in months:
        problems += _gaps([one for one in ordered if _closed(one) == month.sha256])
    _stop(problems)
    return ordered


def _of_runs(runs: Sequence[Proven], corrections: Iterable[Proven]) -> list[Problem]:
    """Folders that are no corrections, or those of another run."""
    known = {run.sha256 for run in runs}
    problems = []
    for one in corrections:
        if not _is_correction(one):
            problems.append(_problem("CORRECT_NOT_ADJUSTMENTS", one))
        elif _closed(one) not in known:
            expected = ", ".join(run.name for run in runs)
            facts = {"found": _closed(one)[:12], "expected": expected}
            problems.append(_problem("CORRECT_OTHER_RUN", one, **facts))
    return problems


def _gaps(chain: Sequence[Proven]) -> list[Problem]:
    """Corrections whose predecessors are not those given before them."""
    problems, before = [], list[str]()
    for one in chain:
        if _earlier(one) != before:
            problems.append(_problem("CORRECT_CHAIN", one, before=str(len(_earlier(one)))))
        before.append(one.sha256)
    return problems


def _is_correction(result: Proven) -> bool:
    """Whether a folder is a correction, with the chain that its manifest must name."""
    try:
        _closed(result), _earlier(result), result.manifest["mode"]
    except (KeyError, TypeError):
        return False
    return bool(result.manifest[KIND] == CORRECTION)


def _closed(correction: Proven) -> str:
    return str(correction.manifest["closed"]["sha256"])


def _earlier(correction: Proven) -> list[str]:
    return [str(one["sha256"]) for one in correction.manifest["earlier"]]


def _problem(code: str, of: Proven, **facts: str) -> Problem:
    return Problem(code, Place(of.name), of.name, facts)


def _stop(problems: Sequence[Problem]) -> None:
    if problems:
        raise DataError(problems)
