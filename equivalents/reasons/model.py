"""What a reason is: a stable code, a severity, and a sentence in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["BOTH", "Reason", "Severity", "Stage"]

BOTH: Final = "¦"
"""Parts the Chinese from the English half of a fact that needs both."""

_LONGEST: Final = 200
"""Characters of a fact that are shown; a value may be a whole file by mistake."""

Severity = Literal["error", "warning", "note"]
Stage = Literal["command", "file", "table", "rules", "form", "identity", "policy", "money"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which data can be wrong: a stable code and two sentences."""

    code: str
    severity: Severity
    stage: Stage
    zh: str
    en: str

    def fill(self, language: str, facts: Mapping[str, str]) -> str:
        """The sentence in ``zh`` or ``en`` with its facts; a missing fact reads ``?``.

        A fact may hold both languages, Chinese first, parted by :data:`BOTH`.
        """
        chinese = language == "zh"
        chosen = _Facts(facts)
        for name, value in facts.items():
            if len(value) > _LONGEST or BOTH in value:
                chosen[name] = _part(value, chinese)
        return (self.zh if chinese else self.en).format_map(chosen)


def _part(value: str, chinese: bool) -> str:
    first, both, second = value.partition(BOTH)
    chosen = second if both and not chinese else first
    return chosen if len(chosen) <= _LONGEST else f"{chosen[:_LONGEST]}…"


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
