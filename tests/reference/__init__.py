"""The independent reference: slow, obvious, in exact fractions, written from the rules.

It never imports the engine. The engine must agree with it on every record, line and fen.
"""

from tests.reference.random_case import write_random_case
from tests.reference.settling import Counts, Line, LineKey, Outcome, PoolTotal, settle
from tests.reference.sharing import Fen, Payout, largest_remainder
from tests.reference.text import Refused
from tests.reference.verdicts import Verdict
from tests.reference.weights import TableError, WeightRow, read_weights, table_errors, weight_row

__all__ = [
    "Counts",
    "Fen",
    "Line",
    "LineKey",
    "Outcome",
    "Payout",
    "PoolTotal",
    "Refused",
    "TableError",
    "Verdict",
    "WeightRow",
    "largest_remainder",
    "read_weights",
    "settle",
    "table_errors",
    "weight_row",
    "write_random_case",
]
