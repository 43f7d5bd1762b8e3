"""The service: thin translation between HTTP and the engine and store, which never import it."""

__all__: list[str] = []
