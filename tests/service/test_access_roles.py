"""Roles: the whole table of role and action, and what a reach does to it.

The table (tests/service/agreed.py) is written by hand and is what the county agreed on; a role
that changes in the code differs from it. Catches: an action that a role gained or lost, an
institution's approver who takes a step of the community, a key with more than its role, a staff
member in a list of others.
"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.actions import ACTIONS
from api.access.roles import ALL, Grant, Principal, grant_problems, refusal
from api.access.roletable import ROLES
from tests.build import access_doc
from tests.service.agreed import CELLS, COMMUNITY, HUMAN, ORDER, PERSONAL, ROWS

J1 = frozenset({"J1"})


def user(role: str, where: frozenset[str] | None = None, person_id: str = "P1") -> Principal:
    return Principal(
        "u_1", "user", "示例", (Grant(role, ALL if where is None else where),), person_id
    )


def key(role: str, scopes: frozenset[str] | None = None) -> Principal:
    return Principal("k_1", "key", "示例", (Grant(role, ALL),), scopes=scopes)


def code(
    principal: Principal, action: str, institution: str = "", person_id: str = ""
) -> str | None:
    problem = refusal(principal, action, institution, person_id)
    return problem.code if problem else None


def test_the_table_names_every_role_and_action_in_their_order() -> None:
    assert ORDER.split() == list(ROLES)
    assert [row[0] for row in ROWS] == list(ACTIONS)


def test_the_kinds_of_actions_are_as_agreed() -> None:
    assert sorted(COMMUNITY) == sorted(a.name for a in ACTIONS.values() if a.community)
    assert sorted(HUMAN) == sorted(a.name for a in ACTIONS.values() if a.human)
    assert sorted(PERSONAL) == sorted(a.name for a in ACTIONS.values() if a.personal)


@pytest.mark.parametrize(("role", "action"), CELLS, ids="-".join)
def test_every_cell_of_the_table(role: str, action: str) -> None:
    """For everybody, at one institution and at another, and for the own person and another."""
    cell = CELLS[role, action]
    everywhere, there = user(role), user(role, J1)
    assert everywhere.may(action) is (cell in "xo")
    assert everywhere.may_at(action, "J1") is (cell == "x")
    assert everywhere.sees_person(action, "P2", "J1") is (cell == "x")
    assert everywhere.sees_person(action, "P1", "J1") is (cell in "xo")

    scoped = cell in "xo" and action not in COMMUNITY and role != "administrator"
    assert there.may(action) is scoped
    assert there.may_at(action, "J1") is (scoped and cell == "x")
    assert there.may_at(action, "J2") is False
    assert there.institutions(action) == (J1 if scoped and cell == "x" else frozenset())
    assert there.sees_person(action, "P2", "J2") is False
    assert there.sees_person(action, "P1", "J2") is (cell == "o")


@pytest.mark.parametrize(("role", "action"), CELLS, ids="-".join)
def test_a_key_never_has_more_than_its_role(role: str, action: str) -> None:
    may = CELLS[role, action] == "x" and action not in HUMAN
    assert key(role, frozenset({action})).may(action) is may
    assert key(role).may(action) is (may and action != "personal.read_clear")
    assert key(role, frozenset()).may(action) is False
    assert key(role, frozenset(ACTIONS) - {action}).may(action) is False


@pytest.mark.parametrize("action", COMMUNITY)
def test_an_institution_scoped_person_takes_no_step_of_the_community(action: str) -> None:
    """Even with every role at every institution that there is today."""
    every = tuple(Grant(role, frozenset({"J1", "J2"})) for role in ROLES)
    principal = Principal("u_1", "user", "示例", every, "P1")
    assert not principal.may(action)
    assert principal.institutions(action) == frozenset()
    assert code(principal, action) == "FORBIDDEN_COMMUNITY"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_for_no_institution_may_nothing(role: str) -> None:
    assert not any(user(role, frozenset()).may(action) for action in ACTIONS)


def test_a_staff_role_without_its_person_sees_nobody() -> None:
    nobody = user("staff", person_id="")
    assert [action for action in PERSONAL if nobody.may(action)] == []
    assert not nobody.sees_person("payouts.read", "", "J1")
    assert nobody.may("schemes.read")


def test_grants_add_up_each_with_its_own_reach() -> None:
    grants = (Grant("institution_finance", J1), Grant("approver", frozenset({"J2"})))
    both = Principal("u_1", "user", "示例", (*grants, Grant("staff", J1)), "P1")
    assert both.institutions("payouts.read") == frozenset({"J1", "J2"})
    assert both.institutions("people.edit") == J1
    assert both.institutions("periods.approve_institution") == frozenset({"J2"})
    assert both.sees_person("payouts.read", "P1", "J3")
    assert not both.sees_person("payouts.read", "P2", "J3")
    assert both.persons("payouts.read") == frozenset({"P1"})
    assert both.persons("people.edit") == frozenset()


def test_what_is_refused_says_why() -> None:
    finance, own = user("institution_finance", J1, person_id=""), user("staff", J1)
    assert code(finance, "payouts.read", "J1") is None
    assert code(finance, "payouts.read", "J2") == "FORBIDDEN_INSTITUTION"
    assert code(finance, "periods.approve_institution", "J1") == "FORBIDDEN_ACTION"
    assert code(finance, "periods.lock") == "FORBIDDEN_ACTION"
    assert code(own, "payouts.read") is None
    assert code(own, "payouts.read", "J2", "P1") is None
    assert code(own, "payouts.read", "J1", "P2") == "FORBIDDEN_PERSON"
    assert code(own, "payouts.read", "J1") == "FORBIDDEN_PERSON"
    assert code(key("county_finance"), "periods.lock") == "FORBIDDEN_KEY"
    assert code(key("county_finance", frozenset()), "tables.edit") == "FORBIDDEN_ACTION"


@pytest.mark.parametrize("action", ["payouts.see", "", "payouts", "Payouts.read"])
def test_an_action_that_nobody_knows_is_a_mistake_of_the_program(action: str) -> None:
    with pytest.raises(KeyError):
        user("county_finance").may(action)
    with pytest.raises(ValueError, match="no such"):
        key("county_finance", frozenset({action}))
    with pytest.raises(ValueError, match="no such"):
        user("finance")


def test_what_is_wrong_with_a_grant_is_said_all_at_once() -> None:
    grants = [
        Grant("boss", ALL),
        Grant("approver", frozenset()),
        Grant("administrator", J1),
        Grant("staff", J1),
        Grant("integration", J1),
    ]
    scopes = ["payouts.read", "payout.read", "periods.lock", "periods.approve_institution"]
    found = [(one.code, one.value) for one in grant_problems(grants, scopes=scopes)]
    assert found == [
        ("ROLE_UNKNOWN", "boss"),
        ("ROLE_NOWHERE", "approver"),
        ("ROLE_EVERYWHERE", "administrator"),
        ("ROLE_PERSON", "staff"),
        ("SCOPE_UNKNOWN", "payout.read"),
        ("SCOPE_BEYOND_ROLE", "periods.approve_institution"),
        ("SCOPE_BEYOND_ROLE", "periods.lock"),
    ]
    assert "payouts.read" in grant_problems([], scopes=["payout.read"])[0].text("en")
    assert grant_problems([Grant("staff", J1)], "P1") == []


roles = st.sampled_from(sorted(ROLES))
places = st.one_of(st.just(ALL), st.frozensets(st.sampled_from(["J1", "J2", "J3"])))
grants = st.lists(st.builds(Grant, roles, places), max_size=3).map(tuple)


@given(grants, grants, st.sampled_from(["", "P1"]), st.sampled_from(["user", "key"]))
def test_a_further_grant_never_takes_anything_away(
    first: tuple[Grant, ...], more: tuple[Grant, ...], person: str, kind: str
) -> None:
    before, after = (
        Principal("x_1", "key" if kind == "key" else "user", "示例", held, person)
        for held in (first, first + more)
    )
    for action, place, who in product(ACTIONS, ("J1", "J9"), ("P1", "P2")):
        if before.sees_person(action, who, place):
            assert after.sees_person(action, who, place)
        assert before.may_at(action, place) is (place in before.institutions(action))
        if before.may_at(action, place):
            assert before.may(action)


def test_the_page_holds_the_table_of_the_code() -> None:
    page = access_doc.PAGE.read_text(encoding="utf-8")
    assert access_doc.with_table(page) == page


def test_a_page_without_a_place_for_the_table_is_noticed() -> None:
    with pytest.raises(ValueError, match="no place"):
        access_doc.with_table("# 谁能做什么")
