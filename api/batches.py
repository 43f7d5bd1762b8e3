"""Batches of records as JSON: judged by a strict model, written as a file of our own columns.

So a batch is imported as any file is; what is wrong with a row is told by a JSON pointer to its
record. Source: issue 8, "JSON batches"; specification page 3.
"""

import csv
import io
import re
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from api.asks import check_nul
from api.models import Asked, Decimal, Why, in_parts
from api.problems import RequestError
from equivalents.errors import DataError, Place, Problem
from equivalents.intake.headings import TABLES
from equivalents.store.secret import HIDDEN, is_pseudonym

__all__ = [
    "BATCH_FILE",
    "BatchAsked",
    "ImportId",
    "OnError",
    "RecordAsked",
    "RetainUntil",
    "SourceName",
    "batch_csv",
    "batch_of",
    "pointed",
]

BATCH_FILE: Final = "records.csv"
"""What the file of a batch is called."""
_NAMES: Final = TABLES["records"].names
_RECORDS: Final = 1_000_000
_REQUIRED: Final = tuple(one.name for one in TABLES["records"].columns if one.required)
_FIRST: Final = 2
"""The row of the first record: headings stand above."""
_OTHER: Final = re.compile(rf"{re.escape(BATCH_FILE)} ([0-9]+)\b")
"""How another row of the file is told."""
_LINE: Final = r"^[^\u0000-\u001F\u007F]*$"

_Text = Annotated[str, Field(max_length=200, pattern=_LINE)]
_Code = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
_Performers = Annotated[str, Field(max_length=10_000, pattern=_LINE)]
_ServiceDay = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
_DayOrNone = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
ImportId = Annotated[str, Field(pattern=r"^(imp_[1-9][0-9]{0,17})?$")]
OnError = Literal["reject_file", "quarantine_rows"]
RetainUntil = _DayOrNone
SourceName = Annotated[str, Field(max_length=200, pattern=_LINE)]


class RecordAsked(Asked):
    """A record, in the columns of the table `records`; every value is a text."""

    institution_id: _Code
    person_id: _Text = ""
    item_code: _Code
    service_date: _ServiceDay
    quantity: Decimal
    record_id: _Text = ""
    corrects: _Text = ""
    service_end_date: _DayOrNone = ""
    resident_id: _Text = ""
    household_id: _Text = ""
    resident_group: _Text = ""
    setting: _Text = ""
    visit_number: _Text = ""
    team_id: _Text = ""
    performers: _Performers = ""
    post_id: _Text = ""
    source: _Text = ""


class BatchAsked(Asked):
    """Records that belong together: one import. ``show``: only say what it would change."""

    records: Annotated[
        list[RecordAsked], Field(min_length=1, max_length=_RECORDS), in_parts(_RECORDS)
    ]
    source: SourceName = ""
    on_error: OnError = "reject_file"
    replaces: ImportId = ""
    retain_until: RetainUntil = ""
    show: bool = False
    why: Why = ""


def batch_of(body: bytes, most: int) -> BatchAsked:
    """The batch of a body.

    Raises:
        RequestValidationError: every field that is not as it should be.
        RequestError: ``BATCH_RECORDS``: it has more than ``most`` records; ``FIELD_INVALID``.
        DataError: ``VALUE_HIDDEN``: each pseudonym that was shown, and is no id of a resident.
    """
    check_nul(body)
    try:
        asked = BatchAsked.model_validate_json(body)
    except ValidationError as error:
        told = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(told) from None
    if len(asked.records) > most:
        raise RequestError("BATCH_RECORDS", str(len(asked.records)), pointer="/records",
                           limit=str(most))  # fmt: skip
    hidden = [
        Problem("VALUE_HIDDEN", Place(column=f"/records/{at}/{name}"), text)
        for at, one in enumerate(asked.records)
        for name in HIDDEN
        if is_pseudonym(text := getattr(one, name))
    ]
    if hidden:
        raise DataError(hidden)
    return asked


def batch_csv(records: Iterable[RecordAsked]) -> bytes:
    """Records as a file of our own columns, without those that are blank throughout."""
    rows = [one.model_dump() for one in records]
    filled = {name for row in rows for name, text in row.items() if text}
    names = [name for name in _NAMES if name in filled or name in _REQUIRED]
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def pointed(problem: Problem) -> Problem:
    """A problem of a batch, placed by a JSON pointer instead of file and row."""
    place = problem.place
    if not place.row:
        return problem
    at = _pointer(place.row) + (f"/{place.column}" if place.column else "")
    facts = {name: _OTHER.sub(_other, text) for name, text in problem.facts.items()}
    return Problem(problem.code, Place(column=at), problem.value, facts, problem.series)


def _pointer(row: int) -> str:
    return f"/records/{row - _FIRST}"


def _other(found: re.Match[str]) -> str:
    return _pointer(int(found[1]))
