"""What comes with the program: weight tables and schemes, read once; nobody edits them here."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from equivalents.findings import Findings
from equivalents.intake.headings import TABLES
from equivalents.intake.schemes import shipped_schemes
from equivalents.policy.load import weight_table
from equivalents.resources import shipped_weights
from equivalents.store.tableform import Row

__all__ = [
    "ShippedWeights",
    "shipped_tables",
    "shipped_texts",
    "title_of",
]


class ShippedWeights(NamedTuple):
    """A shipped weight table: its title says 示例 where it is no official one."""

    name: str
    title: str
    rows: Sequence[Row]


@cache
def shipped_tables() -> Mapping[str, ShippedWeights]:
    """The shipped weight tables that have a title, by name."""
    found = {}
    for path in sorted(shipped_weights().glob("*.yaml")):
        names = TABLES["weights"].names
        rows = weight_table(path, path.name, names, Findings())
        cells = [{name: text for name, text in row.values.items() if text} for row in rows]
        text = path.read_text(encoding="utf-8-sig")
        found[path.stem] = ShippedWeights(path.stem, title_of(path.name, text), cells)
    return found


@cache
def shipped_texts() -> Mapping[str, str]:
    """The shipped schemes by the names that case.yaml calls them."""
    return {
        name: path.read_text(encoding="utf-8-sig")
        for name, path in sorted(shipped_schemes().items())
    }


@cache
def title_of(name: str, text: str) -> str:
    """The title that a YAML text gives itself; blank where there is none."""
    from equivalents.errors import Place
    from equivalents.policy.yamltext import read_cell

    entry = read_cell(text, Place(name), Findings())
    return entry.get("title").text if entry is not None else ""
