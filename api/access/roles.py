"""Roles as data: which actions each has, and where a user or key may take them.

A *grant* is a role at all institutions or at some. An action that concerns the whole community
(:data:`COMMUNITY`) needs a grant at all of them. A key has at most the actions that it names. A
staff member sees what is their own and nothing else. Nobody may approve what they submitted: that
is looked at by the period's life itself. Source: specification page 3 "Service".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

__all__ = [
    "ACTIONS",
    "COMMUNITY",
    "Grant",
    "OWN",
    "Principal",
    "ROLES",
]

_READS: Final = frozenset(
    f"{noun}.read"
    for noun in (
        "institutions",
        "people",
        "tables",
        "schemes",
        "imports",
        "records",
        "periods",
        "runs",
        "payouts",
        "statements",
        "comparisons",
        "findings",
        "appeals",
        "adjustments",
        "exports",
        "readbacks",
        "jobs",
    )
)
_SETTLING: Final = frozenset({"runs.create", "trials.create", "comparisons.create", "jobs.cancel"})
_COUNTY: Final = frozenset(
    {
        "institutions.edit",
        "people.edit",
        "tables.edit",
        "schemes.edit",
        "imports.create",
        "imports.void",
        "periods.submit",
        "periods.publish",
        "periods.lock",
        "periods.unlock_ask",
        "periods.unlock_allow",
        "periods.pay",
        "periods.send_back",
        "appeals.create",
        "appeals.answer",
        "adjustments.create",
        "exports.create",
        "exports.acknowledge",
        "readbacks.create",
        "webhooks.read",
        "webhooks.edit",
        "audit.read",
        "personal.read_clear",
    }
)

ROLES: Final[Mapping[str, frozenset[str]]] = {
    # 县域财务: runs the community's pay, and approves nothing.
    "county_finance": _READS | _SETTLING | _COUNTY,
    # 机构财务: its own institution's records, people and submissions.
    "institution_finance": _READS
    | {
        "people.edit",
        "imports.create",
        "periods.submit",
        "trials.create",
        "appeals.create",
        "exports.create",
        "jobs.cancel",
    },
    # 审批人: says yes or no, at institutions or for the community.
    "approver": _READS
    | {
        "periods.approve_institution",
        "periods.approve_community",
        "periods.unlock_allow",
        "periods.send_back",
        "appeals.answer",
    },
    # 审计: reads all, changes nothing.
    "auditor": _READS | {"audit.read", "webhooks.read"},
    # 职工本人: their own statement, and an appeal.
    "staff": frozenset({"periods.read", "payouts.read", "statements.read", "appeals.create"}),
    # 接口密钥: payroll takes results and reports back; imports where a system sends records.
    "integration": frozenset(
        {
            "institutions.read",
            "people.read",
            "periods.read",
            "runs.read",
            "payouts.read",
            "adjustments.read",
            "imports.read",
            "imports.create",
            "jobs.read",
            "jobs.cancel",
            "exports.read",
            "exports.create",
            "exports.acknowledge",
            "readbacks.read",
            "readbacks.create",
            "webhooks.read",
            "webhooks.edit",
            "personal.read_clear",
        }
    ),
    # 系统管理员: users and keys; sees no pay.
    "administrator": frozenset(
        {
            "users.read",
            "users.edit",
            "keys.read",
            "keys.edit",
            "webhooks.read",
            "webhooks.edit",
            "settings.read",
            "audit.read",
        }
    ),
}
"""The actions of each role."""

ACTIONS: Final = frozenset[str]().union(*ROLES.values())
"""Every action that there is."""

COMMUNITY: Final = frozenset(
    {
        "institutions.edit",
        "tables.edit",
        "schemes.edit",
        "periods.approve_community",
        "periods.publish",
        "periods.lock",
        "periods.unlock_ask",
        "periods.unlock_allow",
        "periods.pay",
        "periods.send_back",
        "runs.create",
        "comparisons.create",
        "comparisons.read",
        "adjustments.create",
        "audit.read",
        "webhooks.read",
        "webhooks.edit",
        "users.read",
        "users.edit",
        "keys.read",
        "keys.edit",
        "settings.read",
        "imports.void",
    }
)
"""Actions that concern everybody: a grant at some institutions does not reach them."""

OWN: Final = frozenset({"payouts.read", "statements.read", "appeals.create"})
"""What a staff member may do about themselves."""
_STAFF: Final = "staff"


class Grant(NamedTuple):
    """A role, at some institutions; ``None``: at all of them."""

    role: str
    institutions: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: a user or a key (``kind``), under the name that audit entries carry.

    ``narrowed`` are the only actions that a key may take; ``None``: all those of its role.
    """

    id: str
    kind: str
    name: str
    grants: tuple[Grant, ...]
    person_id: str = ""
    narrowed: frozenset[str] | None = None

    def may(self, action: str) -> bool:
        """Whether an action may be taken at all, be it at one institution or about oneself."""
        return any(True for _ in self._with(action))

    def institutions(self, action: str) -> frozenset[str] | None:
        """Where an action may be taken, what is one's own aside; ``None``: everywhere."""
        found: frozenset[str] = frozenset()
        for grant in self._with(action):
            if grant.role == _STAFF:
                continue
            if grant.institutions is None:
                return None
            found |= grant.institutions
        return frozenset() if action in COMMUNITY else found

    def may_at(self, action: str, institution: str = "") -> bool:
        """Whether it may be taken at an institution; without one: for the whole community."""
        where = self.institutions(action)
        return where is None or (bool(institution) and institution in where)

    def sees_person(self, action: str, person_id: str, institution: str) -> bool:
        """Whether a person's pay at an institution may be seen: there, or as one's own."""
        own = action in OWN and bool(self.person_id) and person_id == self.person_id
        return (own and self.may(action)) or self.may_at(action, institution)

    def _with(self, action: str) -> list[Grant]:
        """The grants that have an action; those at some institutions have none of the community."""
        if self.narrowed is not None and action not in self.narrowed:
            return []
        return [
            one
            for one in self.grants
            if action in ROLES.get(one.role, ())
            and (one.institutions is None or action not in COMMUNITY)
        ]
