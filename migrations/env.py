"""Runs our migrations on the connection that :mod:`equivalents.store.upgrading` gives.

They are never run by Alembic's own command: an upgrade is an action with an audit entry.
"""

from alembic import context

from equivalents.store.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
context.run_migrations()
