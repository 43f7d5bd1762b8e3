"""The integrator's guide, run as it stands: a sandbox, a real server, curl and plain Python.

Faults it catches: a command, address, field or figure of the guide that is not so.
"""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "integrators.md"
BLOCK = re.compile(r"^```(bash|python|json)\n(.*?)^```$", re.M | re.S)
LONGEST_SECONDS = 600


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, different ones."""
    held = [socket.socket() for _ in range(count)]
    for one in held:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def script() -> str:
    """The blocks of the guide as one script; a Python block is written to the file it names."""
    parts = ["set -euo pipefail", "trap 'kill $(jobs -p) 2> /dev/null || true; wait' EXIT"]
    for language, text in BLOCK.findall(GUIDE.read_text("utf-8")):
        if language == "bash":
            parts.append(text)
        elif language == "python":
            named = re.match(r"# (\S+\.py)\n", text)
            assert named, "the first line of a Python block names its file"
            parts.append(f"cat >> {named[1]} <<'PYTHON'\n{text}PYTHON")
    return "\n".join(parts)


def test_the_guide_runs_as_it_stands(tmp_path: Path) -> None:
    server, receiver = free_ports(2)
    text = script().replace("8017", str(server)).replace("8018", str(receiver))
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, what in {"equivalents": f"{sys.executable} -m equivalents",
                       "python3": sys.executable}.items():  # fmt: skip
        (tools / name).write_text(f'#!/bin/sh\nexec {what} "$@"\n', "utf-8")
        (tools / name).chmod(0o755)
    folder = tmp_path / "试用"
    folder.mkdir()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("EQUIVALENTS_")}
    said = {
        **clean,
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "EQUIVALENTS_PORT": str(server),
        "no_proxy": "127.0.0.1",
    }
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=said,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    assert "已签收 acknowledged 2025-1" in done.stdout
    told = (folder / "通知.txt").read_text("utf-8").splitlines()
    assert [line.split()[2] for line in told[1:]] == ["webhook.ping", "period.locked"]
    assert "'period': '2025'" in told[2]
    (shown,) = [
        json.loads(t) for kind, t in BLOCK.findall(GUIDE.read_text("utf-8")) if kind == "json"
    ]
    found = json.loads((folder / "错误.json").read_text("utf-8"))
    assert found.pop("request_id").startswith("req_")
    assert shown.pop("request_id") == "req_…"
    assert found == shown
