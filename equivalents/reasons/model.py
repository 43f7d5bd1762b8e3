"""What a reason is: a stable code, a severity, and a sentence in two languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Final, Literal

__all__ = ["BOTH", "LONGEST", "Reason", "Severity", "Stage", "in_language"]

BOTH: Final = "¦"
"""Parts the Chinese from the English half of a fact that needs both."""

LONGEST: Final = 200
"""Characters of a fact that are shown; a value may be a whole file by mistake."""

Severity = Literal["error", "warning", "note"]
Stage = Literal[
    "command", "file", "table", "rules", "form", "identity", "policy", "money", "service"
]


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
            if len(value) > LONGEST or BOTH in value:
                chosen[name] = in_language(value, chinese)
        return (self.zh if chinese else self.en).format_map(chosen)

    def pieces(self, language: str) -> list[tuple[str, str]]:
        """The sentence as literal texts, each with the name of the fact after it (or blank)."""
        sentence = self.zh if language == "zh" else self.en
        return [(text, name or "") for text, name, _, _ in Formatter().parse(sentence)]


def in_language(value: str, chinese: bool) -> str:
    """A fact as a sentence shows it: the half in its language, cut where it is too long."""
    first, both, second = value.partition(BOTH)
    chosen = second if both and not chinese else first
    return chosen if len(chosen) <= LONGEST else f"{chosen[:LONGEST]}…"


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"
