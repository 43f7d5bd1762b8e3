"""``equivalents serve`` as people start it, and ``equivalents settings``.

Faults it catches: a default password; a link that works twice, or stands in the log; a server that
does not end; two processes on one SQLite file; a setting that no page names.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.servicesettings import SERVICE_SETTINGS
from equivalents.store.place import StorePlace
from equivalents.store.upgrading import upgrade
from tests.build.service_doc import PAGE, with_table
from tests.stores import environment, new_place

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "lan-hua-kai-le-27"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(
    place: StorePlace, folder: Path, *words: str, **more: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, ready to answer; its output is in ``folder``."""
    port = free_port()
    said = {**environment(place), "EQUIVALENTS_DATA": str(folder / "data"), **more}
    command = [sys.executable, "-m", "equivalents", "serve", "--port", str(port), *words]
    with (folder / "out").open("w") as out, (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=said, stdout=out, stderr=log, cwd=ROOT, text=True)
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 60
    try:
        while asked(f"{address}/ready")[0] != 200:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until
            time.sleep(0.1)
        yield process, address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def asked(url: str, body: Mapping[str, str] | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except (urllib.error.URLError, ConnectionError):
        return 0, None


def test_the_link_makes_the_first_administrator_once(tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    upgrade(place)
    with running(place, tmp_path) as (process, address):
        (link,) = re.findall(r"/first#(eql_\S+)", (tmp_path / "out").read_text())
        with urllib.request.urlopen(f"{address}/first", timeout=20) as page:
            assert "设定管理员" in page.read().decode()
            assert "script-src 'self'" in page.headers["Content-Security-Policy"]
        body = {"token": link, "login": "admin", "name": "管理员", "password": PASSWORD}
        status, me = asked(f"{address}/v1/first-administrator", body)
        assert (status, me["roles"]) == (201, ["administrator"])
        status, told = asked(f"{address}/v1/first-administrator", {**body, "login": "b"})
        assert (status, told["code"]) == (401, "LINK_ENDED")
        login = {"login": "ADMIN", "password": PASSWORD}
        assert asked(f"{address}/v1/session", login)[0] == 201
        assert asked(f"{address}/v1/session", {**login, "password": "x" * 12})[0] == 401
        assert asked(f"{address}/v1/users")[0] == 401
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in (0, -signal.SIGTERM)
    log = (tmp_path / "log").read_text()
    assert link not in log
    assert "管理员" not in log
    with running(place, tmp_path):
        assert "/first#" not in (tmp_path / "out").read_text()
    with running(place, tmp_path, "--new-administrator-link"):
        assert "/first#" in (tmp_path / "out").read_text()


def test_several_processes_serve_a_postgresql_store(tmp_path: Path, postgres: str) -> None:
    place = new_place("postgres", tmp_path, postgres)
    upgrade(place)
    with running(place, tmp_path, "--workers", "2") as (_, address):
        assert [asked(f"{address}/health")[0] for _ in range(5)] == [200] * 5


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--workers", "2"), "SQLite"), (("--store", "/nowhere/x.db"), "STORE_ABSENT")],
    ids=["two on sqlite", "no store"],
)
def test_what_cannot_be_served_is_told(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    place = new_place("sqlite", tmp_path, "")
    upgrade(place)
    command = [sys.executable, "-m", "equivalents", "serve", *words]
    done = subprocess.run(
        command, env=environment(place), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# -- settings -------------------------------------------------------------------------------------


def test_every_setting_is_listed_and_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for root in ("equivalents", "api")
        for path in (ROOT / root).rglob("*.py")
    )
    named = set(re.findall(r"EQUIVALENTS_[A-Z][A-Z_]*[A-Z]", code))
    listed = {one.variable for one in SERVICE_SETTINGS}
    # The file of settings itself; the tests' way to kill; what names of settings begin with.
    assert named - listed == {"EQUIVALENTS_SETTINGS", "EQUIVALENTS_FAILPOINT", "EQUIVALENTS_OPEN"}


def settings(**said: str) -> Any:
    clean = {name: None for name in os.environ if name.startswith("EQUIVALENTS_")}
    return CliRunner().invoke(app, ["settings", "--json"], env={**clean, **said})


def test_settings_tell_who_said_them(tmp_path: Path) -> None:
    file = tmp_path / "service.yaml"
    file.write_text("port: 9000\nread_rows: 1\n", "utf-8")
    wrong = settings(EQUIVALENTS_SETTINGS=str(file), EQUIVALENTS_JOBS="99")
    assert wrong.exit_code == 2
    assert "read_rows" in wrong.output
    assert "EQUIVALENTS_JOBS=99" in wrong.output
    file.write_text("port: 9000\nhost: 127.0.0.9\n", "utf-8")
    secret = "postgresql://clerk:geheim@127.0.0.1/pay"
    good = settings(
        EQUIVALENTS_SETTINGS=str(file), EQUIVALENTS_HOST="127.0.0.2", EQUIVALENTS_STORE=secret
    )
    assert good.exit_code == 0
    assert "geheim" not in good.output
    found = {
        one["key"]: (one["value"], one["source"]) for one in json.loads(good.stdout)["settings"]
    }
    assert found["port"] == ("9000", "file")
    assert found["host"] == ("127.0.0.2", "environment")
    assert found["workers"] == ("1", "default")
