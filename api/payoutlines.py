"""The pay lines of kept results as JSON, made once: pages are cut out of them.

A result never changes, so its lines are rendered when they are first asked for and kept for the
last few results. Rows stand by institution and person; a page of some institutions or of one
person is found by bisection.
"""

import json
import tempfile
from bisect import bisect_left, bisect_right
from collections import OrderedDict
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
    """The lines of a result: ``keys`` are (institution, person), ``kinds`` theirs, in one order."""

    keys: list[tuple[str, str]]
    kinds: list[str]
    texts: list[bytes]

    def rows(self, institutions: list[str] | None, person_id: str, kind: str) -> list[int]:
        """The positions of the lines of institutions, of a person, of a kind; blank: of all."""
        spans = [range(len(self.keys))]
        if institutions is not None:
            spans = [
                range(bisect_left(self.keys, (one,)), bisect_right(self.keys, (one, "\U0010ffff")))
                for one in sorted(institutions)
            ]
        if not person_id and not kind:
            return [at for span in spans for at in span]
        return [
            at
            for span in spans
            for at in span
            if person_id in ("", self.keys[at][1]) and kind in ("", self.kinds[at])
        ]


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
    return Rendered(keys, [one.kind for one in lines.lines], texts)


PAYOUT_LINES: Final = PayoutLines()
"""Those of this process."""
