"""Who may come in and what they may do: passwords, tokens, roles, masks and limits, as values.

Nothing here knows a clock, a web framework or a database: times are arguments, randomness comes
from :mod:`secrets` through a parameter, and what is stored is handed out for others to store.
"""

__all__: list[str] = []
