"""Webhooks: how a message is signed, where it may go, how one delivery is tried, when the next is.

Signatures follow Standard Webhooks 1.0. Nothing here knows the store or a queue.
"""

__all__: list[str] = []
