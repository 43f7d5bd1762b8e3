"""The made-up county: its size, its seasons, its dirty rows, and the same bytes every time.

The verdicts here are worked out again from the files alone, in plain Python: a dirty row that
was clean after all, or a clean one that was not, would be noticed.
"""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from equivalents.demo import write_county
from tests.demo_county import (
    Row,
    Verdicts,
    by_hand,
    hand_lines,
    hashes,
    monthly,
    pins,
    rows_of,
    weight_rows,
)

RECORDS = 5_000
RECORD_CODES = (
    "ROW_SHAPE", "LINE_BREAK", "VALUE_MISSING", "DATE_INVALID", "QUANTITY_INVALID",
    "QUANTITY_RANGE", "QUANTITY_NEGATIVE", "END_BEFORE_START", "VISIT_NUMBER_INVALID",
    "SHARES_INVALID", "INSTITUTION_UNKNOWN", "PERSON_UNKNOWN", "PERFORMERS_DIFFER",
    "TEAM_UNKNOWN", "RECORD_ID_REPEATED", "RECORD_ID_CONFLICT", "CORRECTS_UNKNOWN",
    "OUTSIDE_PERIOD", "NO_POST", "TEAM_EMPTY", "ITEM_UNKNOWN", "NO_WEIGHT_ON_DATE",
    "NO_WEIGHT_FOR_CONDITIONS", "ITEM_STOPPED", "RESIDENT_MISSING", "HOUSEHOLD_MISSING",
    "END_DATE_UNUSED", "DAYS_RANGE", "DAYS_NOT_WHOLE",
)  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "county"
    write_county(folder, records=RECORDS)
    return folder


@pytest.fixture(scope="module")
def months(county: Path) -> list[Row]:
    return monthly(county)


# -- the county ---------------------------------------------------------------------------


def test_counts(county: Path) -> None:
    places = rows_of(county / "institutions.csv")
    assert Counter(row["kind"] for row in places) == {"lead_hospital": 1, "township_centre": 14}
    assert {row["group"] for row in places} == {"plain", "hill", "mountain"}
    assert {row["parent_id"] for row in places} == {"", places[0]["institution_id"]}
    rooms = [r for r in rows_of(county / "departments.csv") if r["kind"] == "village_room"]
    assert len({row["department_id"] for row in rooms}) == 130
    assert len({row["name"] for row in rooms}) == 130
    assert len({row["institution_id"] for row in rooms}) == 14
    people = {row["person_id"] for row in rows_of(county / "staff.csv")}
    assert 1_150 <= len(people) <= 1_250


def test_staff(county: Path) -> None:
    staff = rows_of(county / "staff.csv")
    departments = {
        row["department_id"]: row["institution_id"] for row in rows_of(county / "departments.csv")
    }
    assert all(departments[row["department_id"]] == row["institution_id"] for row in staff)
    names = {(row["name"], row["person_id"]) for row in staff}
    assert max(Counter(name for name, _ in names).values()) >= 2
    places = Counter(p for p, _ in {(row["person_id"], row["institution_id"]) for row in staff})
    assert sum(count == 2 for count in places.values()) == 30  # 20 share, 10 are seconded
    assert sum(row["active_from"] > "2025" for row in staff) > 60
    assert sum(row["active_to"] > "2025" for row in staff) > 50


def test_postings_overlap_only_as_allowed(county: Path) -> None:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows_of(county / "staff.csv"):
        assert row["active_to"] == "" or row["active_from"] < row["active_to"]
        groups.setdefault((row["person_id"], row["institution_id"]), []).append(row)
    for posts in groups.values():
        assert len({post["post_id"] for post in posts}) == len(posts)
        open_ones = [post for post in posts if not post["active_to"]]
        assert sum(post["main"] == "1" for post in open_ones) <= 1


def test_seconded_people_return(county: Path) -> None:
    posts: dict[str, list[Row]] = {}
    for row in rows_of(county / "staff.csv"):
        posts.setdefault(row["person_id"], []).append(row)
    seconded = [rows for rows in posts.values() if any(row["kind"] == "借调" for row in rows)]
    assert len(seconded) == 10
    for before, away, after in seconded:
        assert before["institution_id"] == after["institution_id"] != away["institution_id"]
        assert (before["active_to"], away["active_to"]) == (
            away["active_from"],
            after["active_from"],
        )


def test_teams_have_a_doctor_on_every_day(county: Path) -> None:
    places = {(r["person_id"], r["institution_id"]) for r in rows_of(county / "staff.csv")}
    teams: dict[str, list[Row]] = {}
    for row in rows_of(county / "teams.csv"):
        teams.setdefault(row["team_id"], []).append(row)
    assert len(teams) > 50
    for members in teams.values():
        assert {row["role"] for row in members} >= {"全科医生", "护士", "公卫医师", "乡村医生"}
        for day in ("2025-01-01", "2025-06-30", "2025-07-01", "2025-12-31"):
            there = [
                row for row in members
                if (row["valid_from"] or "0") <= day < (row["valid_to"] or "9")
            ]  # fmt: skip
            assert sum(row["role"] == "全科医生" for row in there) == 1, (members[0], day)
            assert len({row["person_id"] for row in there}) == len(there)
        assert {(row["person_id"], f"C{row['team_id'][1:3]}") for row in members} <= places
    assert any(row["share"] for rows in teams.values() for row in rows)


def test_pools(county: Path) -> None:
    pools = rows_of(county / "pools.csv")
    assert Counter((row["pool"], row["series"]) for row in pools) == {
        ("奖励性绩效", "pay"): 15,
        ("全勤奖", "pay"): 15,
        ("医共体考核奖", "purchase"): 1,
        ("公共卫生专项奖", "pay"): 14,
        ("科室目标奖", "pay"): 1,
    }
    total = sum(Decimal(row["amount"]) for row in pools)
    assert 38_000_000 < total < 40_000_000
    assert all(re.fullmatch(r"\d+\.\d\d", row["amount"]) for row in pools)


def test_contracts_are_those_of_the_signing_records(county: Path, months: list[Row]) -> None:
    contracts = rows_of(county / "contracts.csv")
    residents = [row["resident_id"] for row in contracts]
    assert len(set(residents)) == len(residents) > 50
    first = {r["resident_id"]: r["service_date"] for r in months if r["item_code"] == "QY01"}
    again = {row["resident_id"] for row in months if row["item_code"] == "QY02"}
    by_resident = {row["resident_id"]: row for row in contracts}
    assert set(by_resident) == set(first) | again
    assert first
    for resident, day in first.items():
        assert by_resident[resident]["active_from"] == day
    teams = {row["team_id"] for row in rows_of(county / "teams.csv")}
    for row in contracts:
        assert f"C{row['team_id'][1:3]}" == row["institution_id"]
        assert row["team_id"] in teams
        assert row["active_from"] < row["active_to"]
    households: dict[str, set[str]] = {}
    for row in contracts:
        households.setdefault(row["household_id"], set()).add(row["team_id"])
    assert all(len(found) == 1 for found in households.values())
    assert all(row["birth_date"] > "2019" for row in contracts if row["groups"] == "child")


def test_registers_and_charges_are_of_the_signed(county: Path) -> None:
    contracts = rows_of(county / "contracts.csv")
    signed = Counter(r["institution_id"] for r in contracts if r["active_to"] > "2025-12-31")
    registers = rows_of(county / "registers.csv")
    assert len(registers) == 15
    disabled = Counter(
        row["institution_id"]
        for row in contracts
        if row["active_to"] > "2025-12-31" and "disabled" in row["groups"].split(";")
    )
    for row in registers:
        assert (row["group"], int(row["heads"])) == ("disabled", disabled[row["institution_id"]])
    assert all(disabled[place] < signed[place] for place in disabled)
    charged = rows_of(county / "charges.csv")
    assert Counter(row["code"] for row in charged)["GENERAL_CONSULTATION"] == 3
    known = {(row["resident_id"], row["institution_id"]) for row in contracts}
    assert {(row["resident_id"], row["institution_id"]) for row in charged} <= known


def test_income_is_what_came_of_the_funds(county: Path) -> None:
    """All that came of a fund which is income stands in the account as income, once."""
    names = yaml.load((county / "county-scheme.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    titles = {one["title"]: name for name, one in names["funds"].items()}
    income = {name for name, one in names["funds"].items() if one.get("income") != "no"}
    came: Counter[tuple[str, str]] = Counter()
    booked: Counter[tuple[str, str]] = Counter()
    for row in rows_of(county / "accounts.csv"):
        who, fen = row["institution_id"], int(Decimal(row["amount"]) * 100)
        if row["kind"] in ("advance", "received") and row["line"] in income:
            came[who, row["line"]] += fen
        fund = titles.get(row["line"], titles.get(row["source"], ""))
        if row["kind"] == "income" and fund:
            booked[who, fund] += fen
    assert came == booked
    assert {fund for _, fund in came} == income - {"fixed-price", "floor"}


def test_restricted_money_is_spent_or_carried(county: Path) -> None:
    sums: dict[str, Counter[str]] = {}
    for row in rows_of(county / "accounts.csv"):
        found = sums.setdefault(row["institution_id"], Counter())
        if "disabled-contracts" in (row["line"], row["source"]):
            found[row["kind"]] += int(Decimal(row["amount"]) * 100)
    assert sum(found["received"] > 0 for found in sums.values()) > 3
    for found in sums.values():
        assert found["received"] == found["expenditure"] + found["closing_restricted"]


def test_accounts_close_and_some_lose(county: Path) -> None:
    sums: dict[str, Counter[str]] = {}
    for row in rows_of(county / "accounts.csv"):
        before = row["date"] and row["kind"] == "closing_restricted"
        kind = "before" if before else row["kind"]
        fen = int(Decimal(row["amount"]) * 100)
        sums.setdefault(row["institution_id"], Counter())[kind] += fen
    assert len(sums) == 15
    assert all(account["before"] == account["opening_restricted"] for account in sums.values())
    balances = [
        a["income"] + a["opening_restricted"] - a["expenditure"] - a["closing_restricted"]
        - a["deduction"] for a in sums.values()
    ]  # fmt: skip
    assert sum(balance < 0 for balance in balances) == 2
    assert any(balance > 0 and balance % 2 for balance in balances)


def test_coefficients_name_postings_that_exist(county: Path) -> None:
    posts = {
        f"{row['person_id']}@{row['institution_id']}/{row['post_id']}": row
        for row in rows_of(county / "staff.csv")
    }
    rows = rows_of(county / "coefficients.csv")
    assert {row["kind"] for row in rows} == {
        "title", "fte", "backbone", "attendance", "assessment", "pay_level", "purchase_quality",
    }  # fmt: skip
    assert all(row["subject_id"] in posts for row in rows if row["scope"] == "posting")
    titles = {posts[row["subject_id"]]["title_tier"] for row in rows if row["kind"] == "title"}
    assert titles == {"中级", "高级"}
    assert any(row["valid_to"] for row in rows)
    assert all("编造" in row["reference"] for row in rows)


def test_number_of_records_is_exact(county: Path, months: list[Row]) -> None:
    backlog = rows_of(county / "records" / "村卫生室补报.csv", "gb18030")
    assert len(months) + len(hand_lines(county)) - 1 + len(backlog) == RECORDS


def test_monthly_records_are_clean(county: Path, months: list[Row]) -> None:
    verdicts = Verdicts(county)
    assert Counter(verdicts.of(row) for row in months) == {"": len(months)}
    assert min(Decimal(row["quantity"]) for row in months) > 0
    assert {row["resident_group"] for row in months} >= {"", "elderly;hypertension", "child"}
    ids = [row["record_id"] for row in months if "record_id" in row]
    assert len(set(ids)) == len(ids) == sum(row["service_date"] > "2025-12" for row in months)


def test_backlog_is_clean(county: Path) -> None:
    verdicts = Verdicts(county)
    names = {
        "机构编号": "institution_id", "人员编号": "person_id", "项目编码": "item_code",
        "服务日期": "service_date", "岗位编号": "post_id", "居民编号": "resident_id",
        "数量": "quantity", "服务场所": "setting",
    }  # fmt: skip
    lines = rows_of(county / "records" / "村卫生室补报.csv", "gb18030")
    rows = [{names.get(name, name): value for name, value in line.items()} for line in lines]
    assert rows
    assert {verdicts.of(row) for row in rows} == {""}


def test_residents_live_in_one_household_with_one_team(months: list[Row]) -> None:
    household: dict[str, set[str]] = {}
    team: dict[str, set[str]] = {}
    group: dict[str, set[str]] = {}
    for row in months:
        if row["resident_id"]:
            household.setdefault(row["resident_id"], set()).add(row["household_id"])
            group.setdefault(row["resident_id"], set()).add(row["resident_group"])
        if row["team_id"]:
            team.setdefault(row["household_id"], set()).add(row["team_id"])
    assert all(len(found) == 1 for found in [*household.values(), *team.values(), *group.values()])
    members = Counter(next(iter(found)) for found in household.values())
    assert 1 < max(members.values()) <= 5
    assert team


def test_follow_ups_four_times_a_year_and_one_check_up(months: list[Row]) -> None:
    visits: dict[str, Counter[str]] = {}
    quarters: dict[str, set[int]] = {}
    for row in months:
        visits.setdefault(row["item_code"], Counter())[row["resident_id"]] += 1
        if row["item_code"] == "GW0701":
            quarter = (int(row["service_date"][5:7]) + 2) // 3
            quarters.setdefault(row["resident_id"], set()).add(quarter)
    times = Counter(visits["GW0701"].values())
    assert times[4] > sum(times.values()) / 2
    assert max(times) > 4  # so that the basis has something to keep out
    assert all(len(found) == min(visits["GW0701"][person], 4) for person, found in quarters.items())
    for item in ("GW0601", "GW0101", "QY02"):
        once = Counter(visits[item].values())
        assert once[1] > 4 * (sum(once.values()) - once[1])


def test_stays_have_their_days_and_what_belongs_to_them(months: list[Row]) -> None:
    stays = [row for row in months if row["item_code"] in ("JB04", "ZC01")]
    assert {row["item_code"] for row in stays} == {"JB04", "ZC01"}
    for row in stays:
        length = date.fromisoformat(row["service_end_date"]) - date.fromisoformat(
            row["service_date"]
        )
        assert Decimal(row["quantity"]) == length.days > 0
        assert row["service_end_date"] > "2025-01-01"
    assert any(row["service_date"] < "2025" for row in stays)
    assert any(row["service_end_date"] > "2026" for row in stays)
    assert all(not row["service_end_date"] for row in months if row not in stays)
    beds = {(r["resident_id"], r["service_date"]) for r in stays if r["item_code"] == "JB04"}
    for row in months:
        if row["item_code"] == "JB01":
            assert (row["resident_id"], row["service_date"]) in beds


def test_shared_records(months: list[Row]) -> None:
    by_team = [row for row in months if not row["person_id"]]
    assert {row["item_code"] for row in by_team} == {"QY03", "QY04", "QY06"}
    assert all(row["team_id"] for row in by_team)
    two = [row for row in months if row["performers"]]
    assert {"JB02", "CZ02"} <= {row["item_code"] for row in two} <= {"JB02", "CZ02", "GW0201"}
    assert {":3;" in row["performers"] for row in two} == {True, False}


def test_weekends_and_holidays_are_low(months: list[Row]) -> None:
    days = Counter(date.fromisoformat(row["service_date"]) for row in months)
    weekday = sum(count for day, count in days.items() if day.weekday() < 5) / 5
    weekend = sum(count for day, count in days.items() if day.weekday() >= 5) / 2
    assert weekend < weekday / 2
    festival = sum(days[date(2025, 1, day)] for day in (28, 29, 30, 31)) / 4
    assert festival < RECORDS / 365 / 2


def test_seasons_and_campaigns(months: list[Row]) -> None:
    found: dict[str, Counter[int]] = {}
    for row in months:
        month = int(row["service_date"][5:7])
        found.setdefault(row["item_code"], Counter())[month] += 1
    assert set(found["GW0302"]) <= {9, 10, 11}
    assert set(found["GW1103"]) <= {7, 8, 9}
    assert sum(found["GW0601"][m] for m in (3, 4, 5)) > sum(found["GW0601"][m] for m in (7, 8, 9))
    assert found["MZ01"][1] > found["MZ01"][7]


def test_every_dirty_kind_is_there(county: Path) -> None:
    found = Counter(code for code, _ in by_hand(county))
    assert {code for code in RECORD_CODES if found[code] < 3} == set()
    assert set(found) == {*RECORD_CODES, ""}
    assert found[""] > RECORDS // 20


def test_corrections_and_items_not_purchased(county: Path) -> None:
    clean = [row for code, row in by_hand(county) if not code]
    corrections = [row for row in clean if row["corrects"]]
    assert all(row["quantity"].startswith("-") for row in corrections)
    assert {row["corrects"][:2] for row in corrections} == {"BL", "FW"}
    assert {row["item_code"] for row in corrections} >= {"JB04", "JB02", "GW0701", "QY04"}
    bought = {row["item_code"] for row in weight_rows("purchase")}
    assert any(row["item_code"] not in bought for row in clean)


def test_same_bytes_when_written_twice(county: Path, tmp_path: Path) -> None:
    write_county(tmp_path / "again", records=RECORDS)
    assert hashes(county) == hashes(tmp_path / "again")
    write_county(tmp_path / "other", records=RECORDS, seed=7)
    other = hashes(tmp_path / "other")
    changed = {name for name, digest in hashes(county).items() if other[name] != digest}
    kept = {"case.yaml", "county-scheme.yaml", "county-pay.yaml"}
    kept |= {"institutions.csv", "departments.csv"}
    assert changed == set(other) - kept


def test_contents_are_pinned(county: Path) -> None:
    """The same on every Python, NumPy and platform; `python -m tests.demo_county` prints them."""
    assert pins(county) == ("f90aef4b190c075c", "c2f1a5965c807660")


def test_progress_and_too_few_records(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    write_county(tmp_path, records=RECORDS, progress=lambda *step: told.append(step))
    assert told[-1] == ("records", RECORDS, RECORDS)
    assert [done for stage, done, _ in told if stage == "records"] == sorted(
        done for stage, done, _ in told if stage == "records"
    )
    with pytest.raises(ValueError, match="at least"):
        write_county(tmp_path, records=100)
