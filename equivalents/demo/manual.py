"""The file of records entered by hand 手工补录: clean rows, corrections 更正, and dirty rows.

Every dirty row has exactly one fault, so that the code of its verdict is known beforehand.
"""

from collections.abc import Iterator
from typing import Final

from equivalents.demo.draw import Draw
from equivalents.demo.items import ITEMS
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import GROUPS, Residents
from equivalents.demo.seasons import DAYS, day_number, day_text
from equivalents.demo.services import SETTINGS, Services

__all__ = ["COLUMNS", "HandBook", "Row", "quantity_text"]

COLUMNS: Final = (
    "record_id", "institution_id", "person_id", "item_code", "service_date", "quantity",
    "corrects", "service_end_date", "resident_id", "resident_group", "setting", "visit_number",
    "performers", "post_id", "source",
)  # fmt: skip

Row = dict[str, str]

# Code -> changes to a clean row, one fault each.
_EDITS: Final[dict[str, tuple[Row, ...]]] = {
    "VALUE_MISSING": (
        {"institution_id": ""}, {"person_id": ""}, {"item_code": ""}, {"service_date": ""},
        {"quantity": ""},
    ),
    "DATE_INVALID": tuple(
        {"service_date": text}
        for text in ("2025-02-30", "2025/3/5", "20250611", "2025-13-01", "2025年6月1日")
    ),
    "QUANTITY_INVALID": tuple(
        {"quantity": text} for text in ("一", "1.0000", "1,5", "01", "1e3", "2 ", "+1")
    ),
    "QUANTITY_RANGE": tuple({"quantity": text} for text in ("0", "0.000", "1000000", "45809123")),
    "QUANTITY_NEGATIVE": tuple({"quantity": text} for text in ("-1", "-2", "-0.5")),
    "VISIT_NUMBER_INVALID": tuple(
        {"visit_number": text} for text in ("0", "-1", "1.5", "首次")
    ),
    "END_DATE_UNUSED": (
        {"service_end_date": "2025-12-30"}, {"service_end_date": "2026-01-01"},
    ),
    "SHARES_INVALID": tuple(
        {"performers": text} for text in ("P0400:1;P0401:0", "P0420:3;P0421", "P0400;", "P0400:0.5")
    ),
    "INSTITUTION_UNKNOWN": tuple(
        {"institution_id": text}
        for text in ("C1", "c03", "C15", "CO2", "C05 ", "示例县茶坞乡卫生院")
    ),
    "PERSON_UNKNOWN": tuple(
        {"person_id": text} for text in ("p0023", "P0O17", "P23", "P01105", "P9999", "王芳")
    ),
    "CORRECTS_UNKNOWN": tuple(
        {"corrects": text, "quantity": "-1"} for text in ("BL99999", "bl00012", "BL-00012", "12")
    ),
    "OUTSIDE_PERIOD": tuple(
        {"service_date": text} for text in ("2024-12-31", "2026-01-01", "2024-06-18", "2052-03-04")
    ),
    "ITEM_UNKNOWN": tuple(
        {"item_code": text} for text in ("MZ99", "mz01", "GW701", "MZO1", "高血压患者随访")
    ),
}  # fmt: skip

# Code -> the item that it needs, and the days (first, end) on which it is that code.
_BY_DATE: Final = {
    "NO_WEIGHT_ON_DATE": (("GW1103", 0, day_number("2025-07-01")),
                          ("YX04", 0, day_number("2025-05-01"))),
    "ITEM_STOPPED": (("GW0302", day_number("2025-12-01"), DAYS),),
}  # fmt: skip
_NOT_PURCHASED: Final = ("HL02", "MZ04", "YX01", "QY05")
_SOURCE: Final = "手工补录（纸质单据）"


def quantity_text(quantity_e3: int) -> str:
    """Thousandths as a clerk writes them: no zeros at the end."""
    sign, whole, part = "-" * (quantity_e3 < 0), abs(quantity_e3) // 1000, abs(quantity_e3) % 1000
    return f"{sign}{whole}" + (f".{part:03d}".rstrip("0") if part else "")


class HandBook:
    """Makes the rows; record ids are BL00001, BL00002 ... in the order of making."""

    def __init__(self, roster: list[Posting], residents: Residents, draw: Draw) -> None:
        self._roster, self._residents, self._draw = roster, residents, draw
        self._issued = 0

    def clean(self, services: Services) -> list[Row]:
        """Drawn records as text, each with a record id."""
        return [self._clean(services, k) for k in range(len(services))]

    def _clean(self, services: Services, k: int) -> Row:
        posting = self._roster[services.posting[k]]
        resident, setting = int(services.resident[k]), int(services.setting[k])
        row = dict.fromkeys(COLUMNS, "")
        return row | {
            "record_id": self._next_id(),
            "institution_id": INSTITUTIONS[posting.place].code,
            "person_id": posting.person_id,
            "item_code": ITEMS[services.item[k]].code,
            "service_date": day_text(int(services.day[k])),
            "quantity": quantity_text(int(services.quantity_e3[k])),
            "resident_id": "" if resident < 0 else self._residents.ids[resident],
            "resident_group": GROUPS[services.group[k]],
            "setting": "" if setting < 0 else SETTINGS[setting],
            "post_id": posting.post_id if posting.several else "",
            "source": _SOURCE,
        }

    def _next_id(self) -> str:
        self._issued += 1
        return f"BL{self._issued:05d}"

    def corrections(self, originals: list[Row]) -> Iterator[Row]:
        """A negative row for each original; every third is entered again with another number."""
        for k, row in enumerate(originals):
            back = row | {"record_id": self._next_id(), "corrects": row["record_id"]}
            yield back | {"quantity": f"-{row['quantity']}", "source": "更正：冲销"}
            if k % 3 == 0:
                yield row | {"record_id": self._next_id(), "quantity": "2", "source": "更正：重录"}

    def dirty(self, services: Services) -> Iterator[list[str]]:
        """Lines with one fault each, every kind at least three times, made from clean records."""
        bases = iter(self.clean(services))
        for code, edits in _EDITS.items():
            for edit in edits:
                base = next(bases)
                if code == "OUTSIDE_PERIOD":
                    base["post_id"] = ""
                yield list((base | edit).values())
        rows = [*self._twice(bases), *self._nobody_there(bases), *self._by_date(services)]
        rows += [next(bases) | {"item_code": code, "setting": ""} for code in _NOT_PURCHASED]
        yield from (list(row.values()) for row in rows)
        for cut in (-1, -4, -9):
            yield list(next(bases).values())[:cut]
        for more in (["备注：补录"], ["", ""], ["见附件", "第 3 页"]):
            yield [*next(bases).values(), *more]

    def _twice(self, bases: Iterator[Row]) -> Iterator[Row]:
        """RECORD_ID_REPEATED: three rows of one content (two too many), and two pairs."""
        for copies in (3, 2, 2):
            row = next(bases)
            yield from [row] * copies
        for _ in range(3):  # RECORD_ID_CONFLICT: both rows of each pair
            row = next(bases)
            yield from (row | {"quantity": "1"}, row | {"quantity": "3"})

    def _nobody_there(self, bases: Iterator[Row]) -> Iterator[Row]:
        """NO_POST: another institution, before joining or after leaving, another post."""
        for _ in range(4):
            row = next(bases)
            at = {INSTITUTIONS[p.place].code for p in self._roster
                  if p.person_id == row["person_id"]}  # fmt: skip
            away = [place.code for place in INSTITUTIONS if place.code not in at]
            yield row | {"institution_id": away[self._draw.one(len(away))], "post_id": ""}
        joined = [p for p in self._roster if not p.several and p.since > 0]
        left = [p for p in self._roster if not p.several and p.until]
        for person in joined[:2] + left[:2]:
            day = person.until or person.since - 1
            yield next(bases) | {
                "institution_id": INSTITUTIONS[person.place].code, "person_id": person.person_id,
                "item_code": "MZ06", "service_date": day_text(day), "post_id": "",
            }  # fmt: skip
        for _ in range(3):
            yield next(bases) | {"post_id": "G9"}

    def _by_date(self, services: Services) -> Iterator[Row]:
        """Items on days without a weight: before they began, or after a declared stop."""
        for cases in _BY_DATE.values():
            for item, first, end in cases:
                inside = (services.day >= first) & (services.day < end)
                for k in inside.nonzero()[0][-4:]:
                    yield self._clean(services, int(k)) | {"item_code": item}
