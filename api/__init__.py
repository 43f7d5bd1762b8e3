"""The service: the whole product over HTTP, thin over :mod:`equivalents`.

``equivalents serve`` runs :func:`api.app.app_from_environment`. Each noun has a module in
:mod:`api.resources`; what requests stand on is :mod:`api.ground`, who asks :mod:`api.asks`, how
mistakes are answered :mod:`api.problems`, long work :mod:`api.jobs`.
"""

__all__: list[str] = []
