"""What a workbook calls the pools and the columns that only programs know by another name."""

from equivalents.intake.headings import TABLES
from equivalents.policy.accounts import SURPLUS_POOL
from equivalents.policy.components import ADJUSTMENT

__all__ = ["column_title", "component_title", "pool_title"]


def pool_title(name: str) -> str:
    """What a pool is called in a Chinese workbook: its own name, but for that of the surplus."""
    return "结余奖励（surplus）" if name == SURPLUS_POOL else name


def component_title(name: str) -> str:
    """What a component, or the pool that was charged, is called in a Chinese workbook."""
    return "补发扣回" if name == ADJUSTMENT else pool_title(name)


def column_title(column: str) -> str:
    """The Chinese heading of a column of the records; another one as it is."""
    headings = {one.name: one.heading for one in TABLES["records"].columns}
    return headings.get(column, column)
