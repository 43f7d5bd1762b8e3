"""当量绩效核算: standardized workload equivalents to exact performance pay.

The public surface: read a case, settle it, write the result down::

    import equivalents

    settlement = equivalents.settle_case(Path("case"), Path("out"))

or step by step: :func:`load_case` gives dated rules, :class:`Source` the records as parts,
:func:`settle` the exact result, :func:`largest_remainder` the sharing alone. Everything wrong
with the data is a :class:`DataError` that lists all its :class:`Problem` objects.
"""

from equivalents.allocate import Shares, largest_remainder
from equivalents.errors import (
    ConservationError,
    DataError,
    EquivalentsError,
    Place,
    Problem,
    RefusedError,
    UsageError,
)
from equivalents.intake.case import Case, load_case
from equivalents.intake.source import Source
from equivalents.policy.model import CaseRules
from equivalents.reasons import REASONS, Reason
from equivalents.run import Checked, check_case, settle_case
from equivalents.settle import METHOD, Payouts, Settlement, settle
from equivalents.version import __version__

__all__ = [
    "Case",
    "CaseRules",
    "Checked",
    "ConservationError",
    "DataError",
    "EquivalentsError",
    "METHOD",
    "Payouts",
    "Place",
    "Problem",
    "REASONS",
    "Reason",
    "RefusedError",
    "Settlement",
    "Shares",
    "Source",
    "UsageError",
    "__version__",
    "check_case",
    "largest_remainder",
    "load_case",
    "settle",
    "settle_case",
]
