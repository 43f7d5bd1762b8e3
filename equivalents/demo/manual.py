"""The file of records entered by hand 手工补录: clean rows, corrections 更正, and dirty rows.

Every dirty row has exactly one fault (see `dirt`), so that its code is known beforehand.
"""

from collections.abc import Iterator
from typing import Final

from equivalents.demo.dirt import BY_DATE, EDITS, NOT_PURCHASED
from equivalents.demo.draw import Draw
from equivalents.demo.files import performers_text
from equivalents.demo.items import ITEMS
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import GROUPS, Residents
from equivalents.demo.seasons import day_text
from equivalents.demo.services import NO_DAY, SETTINGS, Services
from equivalents.demo.teams import Teams

__all__ = ["COLUMNS", "HandBook", "Row", "quantity_text"]

COLUMNS: Final = (
    "record_id", "institution_id", "person_id", "item_code", "service_date", "quantity",
    "corrects", "service_end_date", "resident_id", "household_id", "resident_group", "setting",
    "visit_number", "team_id", "performers", "post_id", "source",
)  # fmt: skip

Row = dict[str, str]

_SOURCE: Final = "手工补录（纸质单据）"
_ALONE: Final = {"performers": "", "team_id": "", "post_id": ""}
_ALONE_ITEM: Final = {"performers": "", "setting": ""}


def quantity_text(quantity_e3: int) -> str:
    """Thousandths as a clerk writes them: no zeros at the end."""
    sign, whole, part = "-" * (quantity_e3 < 0), abs(quantity_e3) // 1000, abs(quantity_e3) % 1000
    return f"{sign}{whole}" + (f".{part:03d}".rstrip("0") if part else "")


class HandBook:
    """Makes the rows; record ids are BL00001, BL00002 ... in the order of making."""

    def __init__(
        self, roster: list[Posting], residents: Residents, teams: Teams, draw: Draw
    ) -> None:
        self._roster, self._residents, self._teams = roster, residents, teams
        self._draw = draw
        self._issued = 0

    def clean(self, services: Services) -> list[Row]:
        """Drawn records as text, each with a record id."""
        return [self._clean(services, k) for k in range(len(services))]

    def _clean(self, services: Services, k: int) -> Row:
        resident, setting = int(services.resident[k]), int(services.setting[k])
        end, team = int(services.end[k]), int(services.team[k])
        row = dict.fromkeys(COLUMNS, "") | self._who(services, k)
        if resident >= 0:
            row["resident_id"] = self._residents.ids[resident]
            household = int(self._residents.household[resident])
            row["household_id"] = self._residents.household_ids[household]
            row["resident_group"] = GROUPS[self._residents.group[resident]]
        return row | {
            "record_id": self._next_id(),
            "institution_id": INSTITUTIONS[services.place[k]].code,
            "item_code": ITEMS[services.item[k]].code,
            "service_date": day_text(int(services.day[k])),
            "service_end_date": "" if end == NO_DAY else day_text(end),
            "quantity": quantity_text(int(services.quantity_e3[k])),
            "setting": "" if setting < 0 else SETTINGS[setting],
            "team_id": "" if team < 0 else self._teams.codes[team],
            "source": _SOURCE,
        }

    def _who(self, services: Services, k: int) -> Row:
        """Person, post and performers of a record; all blank where a team shares it."""
        if services.posting[k] < 0:
            return {}
        posting, mate = self._roster[services.posting[k]], int(services.mate[k])
        row = {
            "person_id": posting.person_id,
            "post_id": posting.post_id if posting.several else "",
        }
        if mate >= 0:
            other = self._roster[mate].person_id
            row["performers"] = performers_text(row["person_id"], other, int(services.shares[k]))
        return row

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

    def noted(self, services: Services) -> Iterator[Row]:
        """Legal rows with something to note: they are counted, or a rule keeps them out.

        A quantity where each counts 1, half of it taken back, a wrong visit number, days without
        an end, and a screening of a whole village.
        """
        rows = iter(self.clean(services))
        for _ in range(2):
            row = next(rows) | {"item_code": "GW0102", "quantity": "2"} | _ALONE_ITEM
            yield row
            yield row | {
                "record_id": self._next_id(), "corrects": row["record_id"], "quantity": "-1",
                "source": "更正：部分冲销",
            }  # fmt: skip
        for _ in range(2):
            yield next(rows) | {"item_code": "GW0501", "visit_number": "9"} | _ALONE_ITEM
        for day in ("2025-05-06", "2025-09-08"):
            at = self._there_all_year()
            yield next(rows) | at | {
                "item_code": "JB04", "service_date": day, "quantity": "5",
                "resident_group": "elderly",
            } | _ALONE_ITEM  # fmt: skip
        for _ in range(2):
            yield next(rows) | {"item_code": "JY05", "quantity": "180"} | _ALONE_ITEM

    def _there_all_year(self) -> Row:
        """Institution and person of somebody with one posting for the whole year."""
        steady = [p for p in self._roster if not p.several and p.since <= 0 and p.until is None]
        doctors = [p for p in steady if p.role == "gp"]
        row = doctors[self._draw.one(len(doctors))]
        return {"institution_id": INSTITUTIONS[row.place].code, "person_id": row.person_id}

    def dirty(self, services: Services) -> Iterator[list[str]]:
        """Lines with one fault each, every kind at least three times, made from clean records."""
        bases = iter(self.clean(services))
        for code, edits in EDITS.items():
            for edit in edits:
                base = next(bases) | {"performers": ""}
                if code == "OUTSIDE_PERIOD":
                    base["post_id"] = ""
                yield list((base | edit).values())
        rows = [*self._twice(bases), *self._nobody_there(bases), *self._by_date(services)]
        rows += [*self._teams_away(bases), *self._not_among(bases)]
        rows += [next(bases) | {"item_code": code, "setting": ""} for code in NOT_PURCHASED]
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
        """NO_POST: another institution, before joining or after leaving, another post, a guest."""
        for _ in range(4):
            row = next(bases)
            yield row | {"institution_id": self._far_from([row["person_id"]])} | _ALONE
        joined = [p for p in self._roster if not p.several and p.since > 0]
        left = [p for p in self._roster if not p.several and p.until]
        for person in joined[:2] + left[:2]:
            day = person.until or person.since - 1
            yield next(bases) | _ALONE | {
                "institution_id": INSTITUTIONS[person.place].code, "person_id": person.person_id,
                "item_code": "MZ06", "service_date": day_text(day),
            }  # fmt: skip
        for _ in range(3):
            yield next(bases) | {"performers": "", "post_id": "G9"}
        for _ in range(3):
            row = next(bases)
            guest = self._from_elsewhere(row["institution_id"])
            yield row | {"performers": f"{row['person_id']};{guest}"}

    def _far_from(self, people: list[str]) -> str:
        """An institution where none of these people has a posting at any time."""
        at = {INSTITUTIONS[p.place].code for p in self._roster if p.person_id in people}
        away = [place.code for place in INSTITUTIONS if place.code not in at]
        return away[self._draw.one(len(away))]

    def _from_elsewhere(self, institution: str) -> str:
        """Somebody without a posting at an institution at any time."""
        there = {p.person for p in self._roster if INSTITUTIONS[p.place].code == institution}
        away = [p.person_id for p in self._roster if p.person not in there]
        return away[self._draw.one(len(away))]

    def _teams_away(self, bases: Iterator[Row]) -> Iterator[Row]:
        """TEAM_EMPTY: a team at an institution where none of its members has a posting."""
        for team in (0, 20, 40):
            members = [f"P{m.person:04d}" for m in self._teams.members if m.team == team]
            yield next(bases) | {
                "institution_id": self._far_from(members), "person_id": "", "performers": "",
                "team_id": self._teams.codes[team], "post_id": "",
            }  # fmt: skip

    def _not_among(self, bases: Iterator[Row]) -> Iterator[Row]:
        """PERFORMERS_DIFFER: the person of the record is not one of those who share it."""
        for _ in range(3):
            row = next(bases)
            there = [
                p.person_id for p in self._roster
                if INSTITUTIONS[p.place].code == row["institution_id"]
                and p.person_id != row["person_id"]
            ]  # fmt: skip
            yield row | {"performers": ";".join(sorted(set(there))[:2])}

    def _by_date(self, services: Services) -> Iterator[Row]:
        """Items on days without a weight: before they began, or after a declared stop."""
        for cases in BY_DATE.values():
            for item, first, end in cases:
                inside = (services.day >= first) & (services.day < end) & (services.posting >= 0)
                for k in inside.nonzero()[0][-4:]:
                    yield self._clean(services, int(k)) | {"item_code": item, "performers": ""}
