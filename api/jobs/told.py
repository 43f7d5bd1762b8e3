"""What jobs tell is kept in both languages, since nobody knows who will read it.

For the same reason identity and account numbers are masked in it, whoever asked for the job.
Kept is ``{"zh": …, "en": …}`` wherever a text stands; :func:`in_language` chooses.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from api.access.masks import masked
from api.problems import problem_body, status_of
from equivalents.errors import Problem

__all__ = [
    "both",
    "in_language",
    "told_problem",
    "told_problems",
]

_LANGUAGES: Final = ("zh", "en")


def both(zh: Any, en: Any) -> dict[str, Any]:
    """One thing in both languages."""
    return dict(zip(_LANGUAGES, (zh, en), strict=True))


def told_problem(
    problems: Sequence[Problem], job: str, *, status: int = 0, total: int = 0
) -> dict[str, Any]:
    """Why a job failed, as problem+json: the job is its request."""
    first = next((one for one in problems if one.severity == "error"), problems[0])
    status = status or status_of(first.code)
    shown = _masked(problems)
    return both(*(problem_body(shown, status, one, job, total) for one in _LANGUAGES))


def told_problems(problems: Sequence[Problem], total: int = 0) -> dict[str, Any]:
    """What is to be told beside a result: ``errors`` of the first thousand, and how many."""
    if not problems:
        return {"errors": [], "total": 0}
    shown = _masked(problems)
    said = [problem_body(shown, 200, one, "", total)["errors"] for one in _LANGUAGES]
    return {"errors": both(*said), "total": max(total, len(problems))}


def _masked(problems: Sequence[Problem]) -> list[Problem]:
    return [replace(one, value=masked(one.place.column, one.value)) for one in problems]


def in_language(said: Any, language: str) -> Any:
    """What was kept, in one language."""
    if isinstance(said, dict):
        if set(said) == {*_LANGUAGES}:
            return said[language]
        return {name: in_language(one, language) for name, one in said.items()}
    if isinstance(said, list):
        return [in_language(one, language) for one in said]
    return said
