"""Random yearly limits over some of the pools of a case."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.reference.random_weights import Fields

CAPS = ("0.00", "0.03", "300.00", "5000.01", "20000.00", "100000.00")


def add_limits(rng: Random, folder: Path, pools: Sequence[Fields], people: Sequence[str]) -> None:
    """Add limits to `case.yaml`; each pool name is in one of them or in none."""
    names = sorted({row["pool"] for row in pools})
    rng.shuffle(names)
    text = "yearly_limits:\n"
    for number, named in enumerate((names[: len(names) // 2], names[len(names) // 2 :])):
        if not named:
            continue
        text += f"  - name: limit {number}\n    pools: {named}\n    cap: '{rng.choice(CAPS)}'\n"
        text += rng.choice(("", "    excess: retain\n", "    excess: carry\n"))
        text += rng.choice(("", "    months: begun\n", "    months: whole\n"))
        if rng.random() < 0.5:
            person = rng.choice(sorted(set(people)))
            text += f"    people: {{'{person}': '{rng.choice(CAPS)}'}}\n"
    with (folder / "case.yaml").open("a", encoding="utf-8") as file:
        file.write(text)
