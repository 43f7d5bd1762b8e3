"""An own and another institution, for each noun: in its list, in its objects, and in its fields.

What a row is is asked of the auditor, who sees all; then each institution must see of it exactly
its own. Faults it catches: a list, an object or a file of another institution; a sum of the county
shown to one; a filter that reaches further than the list; a staff member who sees a colleague.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access.masks import MASKED, masked
from tests.service.routes import operations
from tests.service.scope import ELSEWHERE, PLACES, PROBES, UNSCOPED, County, Probe, county
from tests.service.test_ground import problem

Row = dict[str, Any]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """One county for all of them; nothing of it is changed."""
    folder: Path = tmp_path_factory.mktemp("scope")
    with county(folder) as found:
        yield found


def rows(here: County, probe: Probe, who: TestClient, **more: str) -> list[Row]:
    """Every row that somebody sees, page by page."""
    found: list[Row] = []
    said = {**probe.asked(here), **more, "limit": "2"}
    while True:
        answer = who.get(probe.listed, params=said)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["data"]
        if not page["has_more"]:
            return found
        said["cursor"] = page["next_cursor"]


def plain(row: Row, probe: Probe) -> Row:
    """A row without what not everybody sees of it."""
    return {name: value for name, value in row.items() if name not in probe.hidden}


def finances(here: County) -> dict[str, TestClient]:
    """Somebody of each institution who did nothing of what is looked at."""
    return {
        one: here.service.person("institution_finance", [one], name=f"新会计{one}{number}")
        for number, one in enumerate(PLACES, here.service.ground.clock().microsecond)
    }


def test_every_noun_has_a_probe_or_needs_none(here: County) -> None:
    nouns = {one.noun for one in operations(here.service.app)}
    assert nouns == {*PROBES, *UNSCOPED, *ELSEWHERE}, "say in tests/service/scope.py how"
    assert len(nouns) == len(PROBES) + len(UNSCOPED) + len(ELSEWHERE), "in one table each"


@pytest.mark.parametrize("noun", PROBES)
def test_a_list_shows_ones_own(here: County, noun: str) -> None:
    probe = PROBES[noun]
    every = rows(here, probe, here.them.auditor)
    places = {probe.where(here, row) for row in every}
    assert {*PLACES} <= places or places == {"*"}, "both institutions have some"
    for place, who in finances(here).items():
        own = [plain(row, probe) for row in every if probe.where(here, row) in (place, "*")]
        assert [plain(row, probe) for row in rows(here, probe, who)] == own


@pytest.mark.parametrize("noun", [one for one in PROBES if PROBES[one].one])
def test_an_object_of_another_institution_is_not_there(here: County, noun: str) -> None:
    probe = PROBES[noun]
    assert probe.one is not None
    for place, who in finances(here).items():
        for row in rows(here, probe, here.them.auditor):
            mine = probe.where(here, row) in (place, "*")
            for tail in ("", *(f"/{one}" for one in probe.files)):
                answer = who.get(f"{probe.one(row)}{tail}")
                if mine:
                    assert answer.status_code == 200, answer.text
                else:
                    problem(answer, 404, "OBJECT_UNKNOWN")


@pytest.mark.parametrize("noun", [one for one in PROBES if PROBES[one].hidden])
def test_a_field_of_the_county_is_for_the_county(here: County, noun: str) -> None:
    probe = PROBES[noun]
    assert probe.one is not None
    for row in rows(here, probe, here.them.auditor):
        assert None not in [row[name] for name in probe.hidden]
    for who in finances(here).values():
        for row in rows(here, probe, who):
            one = who.get(probe.one(row)).json()
            for name in probe.hidden:
                assert (row[name], one.get(name)) == (None, None)


@pytest.mark.parametrize("noun", ["appeals", "findings", "payouts"])
def test_a_filter_reaches_no_further_than_the_list(here: County, noun: str) -> None:
    probe = PROBES[noun]
    who = finances(here)["C01"]
    answer = who.get(probe.listed, params={**probe.asked(here), "institution_id": "C02"})
    if answer.status_code == 200:
        assert answer.json()["data"] == []
    else:
        assert answer.json()["code"] in ("FORBIDDEN_INSTITUTION", "OBJECT_UNKNOWN")
    own = rows(here, probe, who, institution_id="C01")
    assert own
    assert {row["institution_id"] for row in own} == {"C01"}


@pytest.mark.parametrize("noun", [one for one in PROBES if PROBES[one].people])
def test_a_staff_member_sees_the_own(here: County, noun: str) -> None:
    probe, staff = PROBES[noun], here.them.staff
    every = rows(here, probe, here.them.auditor)
    own = [row for row in every if row["person_id"] == "P02"]
    assert own
    assert len(own) < len(every)
    assert rows(here, probe, staff) == own
    if probe.one is not None:
        for row in every:
            status = 200 if row in own else 404
            assert staff.get(probe.one(row)).status_code == status


def test_a_statement_is_of_ones_own_institution(here: County) -> None:
    for place, who in finances(here).items():
        for person, at in (("P01", "C01"), ("P02", "C01"), ("P03", "C02")):
            answer = who.get("/v1/statements", params={"run_id": here.run, "person_id": person})
            assert answer.status_code == (200 if at == place else 404), answer.text


def test_files_of_a_run_are_given_in_part(here: County) -> None:
    for place, who in finances(here).items():
        other = next(one for one in PLACES if one != place)
        listed = who.get(f"/v1/runs/{here.run}/files", params={"limit": "500"}).json()["data"]
        given = 0
        for one in listed:
            answer = who.get(f"/v1/runs/{here.run}/files/{one['name']}")
            if answer.status_code != 200:
                problem(answer, 404, "OBJECT_UNKNOWN")
                continue
            given += 1
            assert other not in answer.text, one["name"]
        assert given


def test_numbers_of_persons_are_masked_wherever_they_stand(here: County) -> None:
    """For the auditor and for a key that does not name them, in every list."""
    key = here.service.program(name="无清单密钥")
    for probe in PROBES.values():
        for who in (here.them.auditor, key):
            answer = who.get(probe.listed, params=dict(probe.asked(here)))
            if answer.status_code == 403:
                continue
            for row in answer.json()["data"]:
                for name, kind in MASKED.items():
                    value = row.get(name) or ""
                    assert value == "" or value == masked(value, kind), (probe.listed, name)
