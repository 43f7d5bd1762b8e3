"""``python -m api``: the service, as ``equivalents serve`` starts it.

Looks at the settings and the store, prints the link of the first administrator where nobody can
manage users yet, and serves until it is told to stop.
"""

import sys
from typing import Final

from api.access.tokens import LINK_LIVES, new_token
from api.accounts import LINKS_SUBJECT
from api.app import ground_of
from api.directory import has_administrator
from api.ground import Ground
from equivalents.errors import DataError, EquivalentsError, UsageError
from equivalents.servicesettings import ServiceSettings, apply_settings
from equivalents.store.sessions import LINK, Session, add_session, end_sessions

__all__ = [
    "main",
]

_NEW_LINK: Final = "--new-administrator-link"
_GRACE_SECONDS: Final = 8


def main(words: list[str]) -> int:
    """Serve; gives the exit code of the command."""
    try:
        settings = apply_settings()
        ground = ground_of(settings)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except EquivalentsError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        _check_workers(ground, settings)
        _welcome(ground, settings, anew=_NEW_LINK in words)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        ground.store.close()
    _serve(settings)
    return 0


def _check_workers(ground: Ground, settings: ServiceSettings) -> None:
    if ground.store.place.embedded and settings.number("workers") > 1:
        raise UsageError(
            "SQLite 只能由一个进程服务；多个进程请用 PostgreSQL。"
            " SQLite is served by one process; use PostgreSQL for several."
        )


def _welcome(ground: Ground, settings: ServiceSettings, *, anew: bool) -> None:
    """Say where it listens, and the link of the first administrator; the link is in no log."""
    address = f"http://{settings.text('host')}:{settings.text('port')}"
    print(f"当量绩效核算服务 equivalents: {address}/v1", flush=True)
    with ground.store.reading() as connection:
        wanted = anew or not has_administrator(connection)
    if not wanted:
        return
    token, now = new_token("link"), ground.now()
    ends = ground.ahead(seconds=LINK_LIVES.total_seconds())
    with ground.store.editing() as connection:
        end_sessions(connection, LINKS_SUBJECT)  # of several that were printed the last one opens
        add_session(connection, Session(token.digest, LINKS_SUBJECT, LINK, now, now, ends))
    print(
        "还没有管理员。请在 24 小时内打开此链接一次，设定登录名和密码：\n"
        "Nobody manages users yet. Open this link once within 24 hours:\n"
        f"{address}/first#{token.text}",
        flush=True,
    )


def _serve(settings: ServiceSettings) -> None:
    import uvicorn

    uvicorn.run(
        "api.app:app_from_environment",
        factory=True,
        host=settings.text("host"),
        port=settings.number("port"),
        workers=settings.number("workers"),
        proxy_headers=bool(settings.networks("proxies")),
        forwarded_allow_ips=list(settings.networks("proxies")),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
