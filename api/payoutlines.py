"""The pay lines of kept results as JSON, made once: pages are cut out of them.

A result never changes, so its lines are rendered when they are first asked for and kept for the
last few results. Rows stand by institution and person; those of an institution are found by
bisection, those of a person in an index.
"""

import json
import tempfile
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from equivalents.payroll import PayLine, PayLines, pay_lines, read_result
from equivalents.store.engine import Store
from equivalents.store.results import result_folder
from equivalents.units import print_fen

__all__ = [
    "PAYOUT_LINES",
    "PayoutLines",
    "Rendered",
    "line_object",
    "lines_of",
]

_MOST: Final = 4
"""Results of a process; the lines of 60,000 people take some 40 MB."""


def line_object(line: PayLine) -> dict[str, Any]:
    """A pay line as an object: texts throughout, the amount in yuan."""
    said: dict[str, Any] = line._asdict()
    said["amount"] = print_fen(said.pop("amount_fen"))
    return said


@dataclass(frozen=True, slots=True)
class Rendered:
    """The lines of a result: ``keys`` are (institution, person), ``kinds`` theirs, in one order.

    ``persons`` has the positions of each person's lines.
    """

    keys: list[tuple[str, str]]
    kinds: list[str]
    texts: list[bytes]
    persons: dict[str, list[int]]

    def rows(self, institutions: list[str] | None, person_id: str, kind: str) -> Sequence[int]:
        """The positions of the lines of institutions, of a person, of a kind; blank: of all."""
        if person_id:
            found: Sequence[int] = self.persons.get(person_id, [])
            if institutions is not None:
                found = [at for at in found if self.keys[at][0] in institutions]
        elif institutions is None:
            found = range(len(self.keys))
        else:
            spans = (self._span(one) for one in sorted(institutions))
            found = [at for span in spans for at in span]
        return [at for at in found if self.kinds[at] == kind] if kind else found

    def _span(self, institution: str) -> range:
        last = (institution, "\U0010ffff")
        return range(bisect_left(self.keys, (institution,)), bisect_right(self.keys, last))


class PayoutLines:
    """The rendered lines of the results that were asked for last."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[str, Rendered] = OrderedDict()
        self._lock = Lock()

    def of(self, store: Store, result_id: int, sha256: str, run_id: str) -> Rendered:
        """The lines of a result; one is rendered at a time.

        Raises:
            DataError: ``RESULT_DAMAGED``.
        """
        with self._lock:
            found = self._found.pop(sha256, None) or _rendered(lines_of(store, result_id, run_id))
            self._found[sha256] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
            return found


def lines_of(store: Store, result_id: int, run_id: str) -> PayLines:
    """The pay lines of a kept result."""
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        return pay_lines(
            read_result(result_folder(store, result_id, Path(name) / "out")), run_id=run_id
        )


def _rendered(lines: PayLines) -> Rendered:
    texts = [
        json.dumps(line_object(one), ensure_ascii=False, separators=(",", ":")).encode()
        for one in lines.lines
    ]
    keys = [(one.institution_id, one.person_id) for one in lines.lines]
    persons: dict[str, list[int]] = {}
    for at, (_, person) in enumerate(keys):
        persons.setdefault(person, []).append(at)
    return Rendered(keys, [one.kind for one in lines.lines], texts, persons)


PAYOUT_LINES: Final = PayoutLines()
"""Those of this process."""
