"""The pay lines of kept results as JSON, made once: pages are cut out of them.

A result never changes, so its lines are rendered when they are first asked for and kept for the
last few results. Rows stand by institution and person: those of an institution are found by
bisection, those of a person by an index.
"""

import json
import tempfile
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import accumulate
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


class Rendered:
    """The lines of a result in one order: ``keys`` are their (institution, person).

    They stand as one text with commas between, as in a page: to cut lines that follow one another
    out of it is to copy once.
    """

    def __init__(self, lines: PayLines) -> None:
        texts = [
            json.dumps(line_object(one), ensure_ascii=False, separators=(",", ":")).encode()
            for one in lines.lines
        ]
        self._whole = b",".join(texts)
        # Where each begins, and where one after the last would.
        self._starts = [0, *accumulate(len(one) + 1 for one in texts)]
        self.keys = [(one.institution_id, one.person_id) for one in lines.lines]
        self._kinds = [one.kind for one in lines.lines]
        self._of_person: dict[str, list[int]] = {}
        for at, (_, person) in enumerate(self.keys):
            self._of_person.setdefault(person, []).append(at)

    def rows(self, institutions: list[str] | None, person_id: str, kind: str) -> Sequence[int]:
        """The positions of the lines of institutions, of a person, of a kind; blank: of all."""
        if person_id:
            mine = self._of_person.get(person_id, [])
            within = None if institutions is None else {*institutions}
            found = [at for at in mine if within is None or self.keys[at][0] in within]
        elif institutions is None:
            if not kind:
                return range(len(self.keys))
            found = [*range(len(self.keys))]
        else:
            found = [at for one in sorted(institutions) for at in self._span(one)]
        return [at for at in found if kind in ("", self._kinds[at])]

    def cut(self, rows: Sequence[int]) -> bytes:
        """The lines at positions, which ascend, as JSON with commas between."""
        if not rows:
            return b""
        first, last = rows[0], rows[-1]
        if last - first == len(rows) - 1:
            return self._whole[self._starts[first] : self._starts[last + 1] - 1]
        return b",".join(self._whole[self._starts[at] : self._starts[at + 1] - 1] for at in rows)

    def _span(self, institution: str) -> range:
        end = (institution, "\U0010ffff")
        return range(bisect_left(self.keys, (institution,)), bisect_right(self.keys, end))


class _Once:
    """Lines that are being rendered: whoever comes meanwhile waits, others do not."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: Rendered | None = None

    def get(self, work: Callable[[], Rendered]) -> Rendered:
        with self._lock:
            if self._made is None:
                self._made = work()
            return self._made


class PayoutLines:
    """The rendered lines of the results that were asked for last."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._found: OrderedDict[tuple[str, str], _Once] = OrderedDict()
        self._lock = Lock()

    def of(self, store: Store, result_id: int, sha256: str, run_id: str) -> Rendered:
        """The lines of a result; those of one are rendered once.

        Raises:
            DataError: ``RESULT_DAMAGED``.
        """
        # Inputs that are what they were before make the same bytes, under another run.
        key = sha256, run_id
        with self._lock:
            found = self._found.pop(key, None) or _Once()
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found.get(lambda: Rendered(lines_of(store, result_id, run_id)))


def lines_of(store: Store, result_id: int, run_id: str) -> PayLines:
    """The pay lines of a kept result."""
    with tempfile.TemporaryDirectory(prefix="equivalents-") as name:
        return pay_lines(
            read_result(result_folder(store, result_id, Path(name) / "out")), run_id=run_id
        )


PAYOUT_LINES: Final = PayoutLines()
"""Those of this process."""
