"""Where the shipped data is, in a checkout and in an installed wheel alike."""

from pathlib import Path

__all__ = ["migrations_folder", "shipped_weights"]


def shipped_weights() -> Path:
    """The folder of the shipped weight tables.

    In a checkout it stands beside the package (``weights/``), in a wheel inside it.
    """
    package = Path(__file__).parent
    inside = package / "_data" / "weights"
    return inside if inside.is_dir() else package.parent / "weights"


def migrations_folder() -> Path:
    """The folder of Alembic's migrations, beside the package or in the wheel."""
    package = Path(__file__).parent
    inside = package / "_data" / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"
