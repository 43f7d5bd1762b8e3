"""Who may do what: roles, passwords, tokens, limits, masks; no web, no database."""

__all__: list[str] = []
