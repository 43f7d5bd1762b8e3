"""The examples in ``deploy``: they name our command, our settings and our limits as they are.

Faults it catches: a unit that forbids what the service does; a proxy that takes less than the
service, believes what a caller says of the own address, or shows counters outside.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from equivalents.servicesettings import SERVICE_SETTINGS

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNIT = (DEPLOY / "equivalents.service").read_text("utf-8")
PROXY = (DEPLOY / "nginx.conf").read_text("utf-8")
DEFAULTS = {one.key: one.default for one in SERVICE_SETTINGS}


def test_the_unit_starts_our_command_and_waits_for_its_end() -> None:
    said = dict(re.findall(r"^(\w+)=(.*)$", UNIT, re.M))
    assert said["ExecStart"].endswith("/bin/equivalents serve")
    assert said["KillSignal"] == "SIGTERM"
    assert int(said["TimeoutStopSec"]) > 10
    assert (said["NoNewPrivileges"], said["ProtectSystem"]) == ("yes", "strict")
    denied = re.findall(r"^SystemCallFilter=~(.*)$", UNIT, re.M)
    assert "@resources" not in " ".join(denied), "files are opened under setrlimit"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    command = tmp_path / "equivalents"
    command.write_text("#!/bin/sh\n", "utf-8")
    command.chmod(0o755)
    unit = tmp_path / "equivalents.service"
    text = UNIT.replace("/opt/equivalents/bin/equivalents", str(command))
    unit.write_text(text, "utf-8")
    words = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert str(unit.name) not in done.stderr, done.stderr


def test_the_proxy_is_of_one_mind_with_the_service() -> None:
    assert f"server 127.0.0.1:{DEFAULTS['port']};" in PROXY
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", PROXY)
    assert int(megabytes) << 20 > int(DEFAULTS["upload_bytes"])
    assert set(re.findall(r"X-Forwarded-For (\S+);", PROXY)) == {"$remote_addr"}
    metrics = PROXY.partition("location = /metrics {")[2].partition("}")[0]
    assert "deny all;" in metrics
    assert PROXY.count("{") == PROXY.count("}")


def test_nothing_in_it_names_a_host() -> None:
    for text in (UNIT, PROXY):
        hosts = re.findall(r"[\w-]+\.(?:com|net|org|cn|io)\b", text)
        assert hosts == []
