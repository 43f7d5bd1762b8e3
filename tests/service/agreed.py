"""Who may do what, as the county agreed on it: written by hand, and never made from the code.

Roles and limits of specification page 3, "Roles", action by action; the unit tests of the roles
and the proof over all routes are held against it.
"""

__all__ = ["CELLS", "COMMUNITY", "HUMAN", "ORDER", "PERSONAL", "ROWS", "TABLE"]


def _these(text: str) -> list[str]:
    return text.split()


ORDER = "county_finance institution_finance approver auditor staff integration administrator"
# x: may. o: may, for the own person. -: may not.
TABLE = """
                               CF IF AP AU ST IN AD
institutions.read              x  x  x  x  x  x  x
institutions.edit              x  -  -  -  -  -  -
people.read                    x  x  x  x  o  x  -
people.edit                    x  x  -  -  -  -  -
tables.read                    x  x  x  x  x  x  -
tables.edit                    x  -  -  -  -  -  -
schemes.read                   x  x  x  x  x  x  -
schemes.edit                   x  -  -  -  -  -  -
imports.read                   x  x  x  x  -  x  -
imports.create                 x  x  -  -  -  x  -
imports.void                   x  x  -  -  -  -  -
records.read                   x  x  x  x  o  x  -
periods.read                   x  x  x  x  x  x  -
periods.submit                 x  x  -  -  -  -  -
periods.approve_institution    -  -  x  -  -  -  -
periods.approve_community      -  -  x  -  -  -  -
periods.publish                x  -  -  -  -  -  -
periods.lock                   x  -  -  -  -  -  -
periods.unlock_ask             x  -  -  -  -  -  -
periods.unlock_allow           -  -  x  -  -  -  -
periods.pay                    x  -  -  -  -  -  -
periods.send_back              x  -  x  -  -  -  -
runs.read                      x  x  x  x  -  x  -
runs.create                    x  -  -  -  -  -  -
trials.create                  x  x  x  -  -  -  -
payouts.read                   x  x  x  x  o  x  -
statements.read                x  x  x  x  o  -  -
comparisons.read               x  x  x  x  -  -  -
comparisons.create             x  x  -  -  -  -  -
findings.read                  x  x  x  x  -  -  -
appeals.read                   x  x  x  x  o  -  -
appeals.create                 x  x  -  -  o  -  -
appeals.answer                 x  x  x  -  -  -  -
adjustments.read               x  x  x  x  o  x  -
adjustments.create             x  -  -  -  -  -  -
audit.read                     x  -  x  x  -  -  -
exports.read                   x  x  x  x  -  x  -
exports.create                 x  x  -  -  -  x  -
exports.acknowledge            x  -  -  -  -  x  -
readbacks.create               x  -  -  -  -  x  -
readbacks.read                 x  x  x  x  -  x  -
webhooks.read                  x  -  -  x  -  x  -
webhooks.edit                  x  -  -  -  -  -  -
keys.read                      -  -  -  x  -  -  x
keys.edit                      -  -  -  -  -  -  x
users.read                     -  -  -  x  -  -  x
users.edit                     -  -  -  -  -  -  x
jobs.read                      x  x  x  x  -  x  -
jobs.cancel                    x  x  -  -  -  x  -
settings.read                  x  -  -  x  -  -  x
personal.read_clear            x  x  -  -  -  x  -
"""
COMMUNITY = _these("""
institutions.edit tables.edit schemes.edit periods.approve_community periods.publish periods.lock
periods.unlock_ask periods.unlock_allow periods.pay runs.create adjustments.create webhooks.read
webhooks.edit keys.edit users.edit audit.read
""")
HUMAN = _these("""
periods.submit periods.approve_institution periods.approve_community periods.publish periods.lock
periods.unlock_ask periods.unlock_allow periods.pay periods.send_back keys.edit users.edit
""")
PERSONAL = _these("""
people.read records.read payouts.read statements.read appeals.read appeals.create
adjustments.read personal.read_clear
""")

ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
CELLS = {
    (role, row[0]): cell for row in ROWS for role, cell in zip(ORDER.split(), row[1:], strict=True)
}
