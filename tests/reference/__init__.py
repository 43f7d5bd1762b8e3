"""The independent reference: slow, obvious, in exact fractions, written from the rules.

It never imports the engine. The engine must agree with it on every record, line and fen.
"""

from tests.reference.funds import Due
from tests.reference.keys import Adjusted
from tests.reference.ledger import Entry
from tests.reference.payouts import Payout, PoolTotal, Step
from tests.reference.random_case import write_random_case
from tests.reference.random_rules import DOOR, FEATURES, FUNDS, PAY
from tests.reference.settling import Counts, Outcome, settle
from tests.reference.sharing import Fen, largest_remainder
from tests.reference.splitting import Line, LineKey
from tests.reference.statement import Money, MoneyName, on_lines
from tests.reference.surplus import Surplus
from tests.reference.text import Refused
from tests.reference.weighing import Verdict
from tests.reference.weights import TableError, WeightRow, read_weights, table_errors, weight_row

__all__ = [
    "DOOR",
    "FEATURES",
    "FUNDS",
    "PAY",
    "Adjusted",
    "Counts",
    "Due",
    "Entry",
    "Fen",
    "Line",
    "LineKey",
    "Money",
    "MoneyName",
    "Outcome",
    "Payout",
    "PoolTotal",
    "Refused",
    "Step",
    "Surplus",
    "TableError",
    "Verdict",
    "WeightRow",
    "largest_remainder",
    "on_lines",
    "read_weights",
    "settle",
    "table_errors",
    "weight_row",
    "write_random_case",
]
