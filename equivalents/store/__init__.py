"""The store: a database in which nothing is lost, and everything has an author.

Start with :mod:`~.engine` (read, write), :mod:`~.schema` (what is kept), :mod:`~.sealing` (how it
tells what was altered). Sources: specification page 2; rule D5; definitions 5.18, 5.19.
"""
