"""Who asks, and what they may: a :class:`Principal` with its grants, and every question about it.

The safe answer is the short one. :meth:`Principal.institutions` leaves out what a role reaches for
its own person only, so that a list that forgets to ask :meth:`Principal.persons` shows nothing
rather than everybody. An action that no table knows is a mistake of the program: KeyError.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from api.access.actions import ACTIONS
from api.access.roletable import ROLES, Role
from equivalents.errors import Problem, near

__all__ = [
    "ALL",
    "Everything",
    "Grant",
    "Principal",
    "Reach",
    "grant_problems",
    "refusal",
]


class Everything(Enum):
    """All there are, now and later; its only member is :data:`ALL`."""

    ALL = "all"

    def __contains__(self, one: object) -> bool:
        return True


ALL: Final = Everything.ALL
Reach = Everything | frozenset[str]
"""All, or exactly these codes."""

_NONE: Final[frozenset[str]] = frozenset()
_CLEAR: Final = "personal.read_clear"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, for all institutions or for some."""

    role: str
    institutions: Reach

    @property
    def of(self) -> Role:
        """The role itself."""
        return ROLES[self.role]

    def gives(self, action: str) -> bool:
        """Whether the role gives an action in this reach; KeyError for one that nobody knows.

        A community action, and a role for the whole county, need all institutions.
        """
        wide = ACTIONS[action].community or self.of.everywhere
        enough = self.institutions is ALL if wide else bool(self.institutions)
        return enough and action in self.of.actions


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody or something that asks.

    ``person_id`` is the person that a staff member is. ``scopes`` narrows a key to some actions;
    None leaves it all that its roles have, but for identity and account numbers in full, which a
    key only gets by naming them. ValueError for a role or scope that does not exist.
    """

    id: str
    kind: Literal["user", "key"]
    name: str
    grants: tuple[Grant, ...]
    person_id: str = ""
    scopes: frozenset[str] | None = None

    def __post_init__(self) -> None:
        unknown = {grant.role for grant in self.grants} - set(ROLES)
        unknown |= (self.scopes or _NONE) - set(ACTIONS)
        if unknown:
            raise ValueError(f"no such role or action: {sorted(unknown)}")

    @property
    def signature(self) -> str:
        """How the audit trail names it: a user by the name, a key by its title and id.

        No user's name has that form (:mod:`api.accounts`), so nobody takes the one for the other.
        """
        return f"{self.name} [{self.id}]" if self.kind == "key" else self.name

    def may(self, action: str) -> bool:
        """Whether it may do this anywhere at all (a staff member: for the own person)."""
        return any(self._giving(action))

    def institutions(self, action: str) -> Reach:
        """Where it may do this, for whoever is there: all, or these institutions.

        What a role reaches for its own person only is not in here: see :meth:`persons`.
        """
        found = _NONE
        for grant in self._giving(action):
            if self._is_own(grant, action):
                continue
            if isinstance(grant.institutions, Everything):
                return ALL
            found |= grant.institutions
        return found

    def persons(self, action: str) -> frozenset[str]:
        """The person for whom it may do this wherever they work: the own one, or nobody."""
        own = any(self._is_own(grant, action) for grant in self._giving(action))
        return frozenset((self.person_id,)) if own else _NONE

    def may_at(self, action: str, institution: str) -> bool:
        """Whether it may do this at an institution, for whoever is there."""
        return institution in self.institutions(action)

    def sees_person(self, action: str, person_id: str, institution: str) -> bool:
        """Whether it may do this for a person at an institution."""
        return self.may_at(action, institution) or person_id in self.persons(action)

    def _giving(self, action: str) -> Iterator[Grant]:
        """The grants that give an action."""
        if self.kind == "key" and not self._key_has(action):
            return
        for grant in self.grants:
            if grant.gives(action) and not (self._is_own(grant, action) and not self.person_id):
                yield grant

    def _is_own(self, grant: Grant, action: str) -> bool:
        return grant.of.own and ACTIONS[action].personal

    def _key_has(self, action: str) -> bool:
        if ACTIONS[action].human:
            return False
        return action != _CLEAR if self.scopes is None else action in self.scopes


def refusal(
    principal: Principal, action: str, institution: str = "", person_id: str = ""
) -> Problem | None:
    """Why it may not do this (there, for that person), or None if it may.

    Codes: ``FORBIDDEN_KEY``, ``FORBIDDEN_COMMUNITY``, ``FORBIDDEN_ACTION``,
    ``FORBIDDEN_INSTITUTION``, ``FORBIDDEN_PERSON``. A page that must not tell what exists answers
    404 to the last two instead. Without institution and person: whether it may at all.
    """
    known = ACTIONS[action]
    facts = {"action": f"{known.zh}¦{known.en}"}
    if principal.kind == "key" and known.human:
        return Problem("FORBIDDEN_KEY", value=action, facts=facts)
    if not principal.may(action):
        narrow = any(action in grant.of.actions for grant in principal.grants)
        beyond = principal.kind == "key" and not principal._key_has(action)
        of_all = known.community and narrow and not beyond
        code = "FORBIDDEN_COMMUNITY" if of_all else "FORBIDDEN_ACTION"
        return Problem(code, value=action, facts=facts)
    if not institution and not person_id:
        return None
    if principal.sees_person(action, person_id, institution):
        return None
    if principal.persons(action) and not principal.institutions(action):
        return Problem("FORBIDDEN_PERSON", value=person_id)
    return Problem("FORBIDDEN_INSTITUTION", value=institution, facts=facts)


def grant_problems(
    grants: Collection[Grant], person_id: str = "", scopes: Collection[str] | None = None
) -> list[Problem]:
    """Everything that is wrong with what somebody wants to grant, before it is kept.

    Codes: ``ROLE_UNKNOWN``, ``ROLE_NOWHERE``, ``ROLE_EVERYWHERE``, ``ROLE_PERSON``,
    ``SCOPE_UNKNOWN``, ``SCOPE_BEYOND_ROLE``.
    """
    problems: list[Problem] = []
    for grant in grants:
        problems += _of_grant(grant, person_id)
    had = {name for grant in grants if grant.role in ROLES for name in grant.of.actions}
    for scope in sorted(scopes or ()):
        if scope not in ACTIONS:
            facts = {"near": near(scope, list(ACTIONS))}
            problems.append(Problem("SCOPE_UNKNOWN", value=scope, facts=facts))
        elif scope not in had or ACTIONS[scope].human:
            problems.append(Problem("SCOPE_BEYOND_ROLE", value=scope))
    return problems


def _of_grant(grant: Grant, person_id: str) -> Iterator[Problem]:
    if grant.role not in ROLES:
        yield Problem("ROLE_UNKNOWN", value=grant.role, facts={"known": ", ".join(ROLES)})
        return
    if not isinstance(grant.institutions, Everything):
        if not grant.institutions:
            yield Problem("ROLE_NOWHERE", value=grant.role)
        elif grant.of.everywhere:
            yield Problem("ROLE_EVERYWHERE", value=grant.role)
    if grant.of.own and not person_id:
        yield Problem("ROLE_PERSON", value=grant.role)
