"""A reason in two halves: what is wrong, and what to do about it."""

import re
from dataclasses import replace
from functools import cache
from typing import Final

from equivalents.errors import Problem
from equivalents.reasons import REASONS

__all__ = ["SEVERITIES", "told"]

SEVERITIES: Final = {"error": "错误", "warning": "提示", "note": "说明"}
"""The severities in words."""
_SENTENCES: Final = re.compile(r"[^。]*。|[^。]+$")
_ASKS: Final = re.compile(r"请|如|要|可|或|若|应|须|先|改")
_OTHERWISE: Final = {"error": "请按原因更正。", "warning": "请核实；无误的不必改。", "note": ""}


def told(problem: Problem) -> tuple[str, str]:
    """The reason and the remedy of a problem, in Chinese."""
    facts = {"value": problem.value, **problem.facts}
    reason, remedy = _halves(problem.code)
    whole = problem.reason
    said = replace(whole, zh=reason).fill("zh", facts)
    asked = replace(whole, zh=remedy).fill("zh", facts) if remedy else ""
    return said, asked or _OTHERWISE[problem.severity]


@cache
def _halves(code: str) -> tuple[str, str]:
    """The Chinese sentences of a code, parted where they begin to say what to do."""
    parts = _SENTENCES.findall(REASONS[code].zh)
    for at, part in enumerate(parts):
        if at and (_ASKS.match(part) or "请" in part):
            return "".join(parts[:at]), "".join(parts[at:])
    return "".join(parts), ""
