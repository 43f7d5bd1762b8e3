"""What processes of tests import before they part: once instead of sixteen times."""

from importlib import import_module

NAMES = (
    "pyarrow.compute",
    "pyarrow.parquet",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "alembic.script",
    "equivalents.cli",
    "equivalents.closing",
    "equivalents.report.out",
    "equivalents.report.workbook",
    "equivalents.store.importing",
    "equivalents.store.periodsettle",
    "equivalents.store.segments",
    "tests.store.test_import_crash",
    "tests.store.test_keeping_kills",
)
MODULES = [import_module(name) for name in NAMES]
