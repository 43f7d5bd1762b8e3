"""What a workbook calls the pools and the columns that only programs know by another name."""

from collections.abc import Mapping

from equivalents.intake.headings import TABLES
from equivalents.policy.accounts import SURPLUS_POOL
from equivalents.policy.components import ADJUSTMENT
from equivalents.policy.scheme import Scheme

__all__ = ["assessment_titles", "column_title", "component_title", "pool_title", "titled"]


def pool_title(name: str) -> str:
    """What a pool is called in a Chinese workbook: its own name, but for that of the surplus."""
    return "结余奖励（surplus）" if name == SURPLUS_POOL else name


def component_title(name: str) -> str:
    """What a component, or the pool that was charged, is called in a Chinese workbook."""
    return "补发扣回" if name == ADJUSTMENT else pool_title(name)


def assessment_titles(scheme: Scheme | None) -> Mapping[str, str]:
    """The titles of composites and indicators that have one; no two of a scheme share a name."""
    if scheme is None or scheme.assessment is None:
        return {}
    indicators, composites = scheme.assessment.indicators, scheme.assessment.composites
    found = {name: one.title for name, one in indicators.items()}
    found |= {name: one.title for name, one in composites.items()}
    return {name: title for name, title in found.items() if title}


def titled(name: str, titles: Mapping[str, str]) -> str:
    """A name behind its title, by which the tables call it; alone where it has no other."""
    title = titles.get(name, "")
    return f"{title}（{name}）" if title not in ("", name) else name


def column_title(column: str) -> str:
    """The Chinese heading of a column of the records; another one as it is."""
    headings = {one.name: one.heading for one in TABLES["records"].columns}
    return headings.get(column, column)
