"""``make rules``: every rule of the domain page, its room, the scenarios that prove it.

``tests/rules.csv`` is the committed list of all rules, each ``done`` or ``open``. The command
fails when a rule marked done has no scenario, or when a scenario names a rule that is not listed.
"""

import csv
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["RULES", "Rule", "faults", "folders", "main", "read_rules", "rules_named"]

HERE: Final = Path(__file__).parent
SCENARIOS: Final = HERE / "scenarios"
STATES: Final = ("done", "open")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the list: what the rule says in short, where it lives, whether it is kept."""

    rule: str
    title: str
    room: str
    state: str


def read_rules(path: Path = HERE / "rules.csv") -> dict[str, Rule]:
    """The committed list by rule id, in the order of the domain page."""
    with path.open(encoding="utf-8", newline="") as file:
        rules = [Rule(**row) for row in csv.DictReader(file)]
    assert all(rule.state in STATES for rule in rules), f"a state is not one of {STATES}"
    assert len({rule.rule for rule in rules}) == len(rules), "a rule is listed twice"
    return {rule.rule: rule for rule in rules}


RULES: Final = read_rules()


def folders(root: Path = SCENARIOS) -> list[Path]:
    """The scenario folders in the order of their numbers."""
    found = [path for path in root.iterdir() if (path / "case").is_dir()]
    return sorted(found, key=lambda path: (len(path.name.partition("-")[0]), path.name))


def rules_named(folder: Path) -> tuple[str, ...]:
    """The rules (A1) and definitions (5.7) on the ``rules:`` line of a scenario's why.md."""
    text = (folder / "why.md").read_text(encoding="utf-8")
    line = re.search(r"^rules: (.+)$", text, re.MULTILINE)
    return tuple(line[1].split(", ")) if line else ()


def by_rule(scenarios: Iterable[Path]) -> dict[str, list[str]]:
    """The scenarios that name each rule; definitions of page 5 are left out."""
    found: dict[str, list[str]] = {}
    for folder in scenarios:
        for name in rules_named(folder):
            if "." not in name:
                found.setdefault(name, []).append(folder.name)
    return found


def faults(rules: Mapping[str, Rule], proofs: Mapping[str, Sequence[str]]) -> list[str]:
    """What is wrong between the list and the scenarios, as sentences; nothing when all is well."""
    unproven = [r.rule for r in rules.values() if r.state == "done" and not proofs.get(r.rule)]
    unknown = [name for name in proofs if name not in rules]
    return [
        *(f"{name} is marked done, but no scenario names it" for name in unproven),
        *(f"{name} is no rule, but is named by {', '.join(proofs[name])}" for name in unknown),
    ]


def _wide(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(_wide(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = (
        "  ".join(cell + " " * (width - _wide(cell)) for cell, width in zip(r, widths, strict=True))
        for r in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def report(rules: Mapping[str, Rule], proofs: Mapping[str, Sequence[str]]) -> str:
    """The table: rule, state, what it says, room, numbers of the scenarios."""
    rows = [("rule", "state", "规则 what it says", "room", "场景 scenarios")]
    for rule in rules.values():
        numbers = ", ".join(name.partition("-")[0] for name in proofs.get(rule.rule, ()))
        rows.append((rule.rule, rule.state, rule.title, rule.room, numbers or "-"))
    done = sum(rule.state == "done" for rule in rules.values())
    scenarios = {name for names in proofs.values() for name in names}
    total = f"{done} of {len(rules)} rules done, {len(scenarios)} scenarios in tests/scenarios/"
    return f"{_table(rows)}\n\n{total}"


def main() -> int:
    """Print the table; 1 when the list and the scenarios disagree."""
    proofs = by_rule(folders())
    print(report(RULES, proofs))
    wrong = faults(RULES, proofs)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
