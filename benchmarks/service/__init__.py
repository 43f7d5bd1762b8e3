"""The service under load: its read routes beside a bare one, its files, an upload.

Modules: ``county`` (a store whose period is approved), ``bare`` (the route that is compared with),
``served`` (both in processes of their own), ``load`` (wrk), ``__main__`` (the benchmark).
"""

__all__: list[str] = []
