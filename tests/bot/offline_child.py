"""Uses the service where there is no network; run by ``test_offline.py``.

Writes one line of JSON: how a call to the outside ended, and what the service answered.
"""

from __future__ import annotations

import fcntl
import json
import re
import socket
import struct
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).parent / "jingzhong"
OUTSIDE = ("192.0.2.1", 80)  # kept free for documentation
SET_FLAGS, UP = 0x8914, 0x1


def loopback_up() -> None:
    """Switches on the loopback of a new network namespace; without effect anywhere else."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh", b"lo", UP))


def error_of(call: Callable[[], object]) -> str | None:
    try:
        call()
    except OSError as error:
        return type(error).__name__
    return None


def get(url: str, body: dict[str, str] | None = None) -> str:
    """What the service answers, without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = json.dumps(body).encode() if body else None
    with opener.open(urllib.request.Request(url, data), timeout=60) as answer:
        text: str = answer.read().decode()
    return text


def main(new_namespace: bool) -> None:
    """Starts the service, asks it and stops it."""
    if new_namespace:
        loopback_up()
    report: dict[str, Any] = {
        "outside": error_of(lambda: socket.create_connection(OUTSIDE, timeout=5)),
        "names": error_of(lambda: socket.getaddrinfo("example.org", 80)),
    }
    service = subprocess.Popen([str(COMMAND), "run"], stderr=subprocess.PIPE, text=True)
    assert service.stderr is not None
    said, ready = "", None
    while ready is None:
        line = service.stderr.readline()
        assert line, f"the service stopped: {said}"
        said += line
        ready = re.search(r"ready on (http://\S+)", line)
    url = ready[1]
    report["health"] = json.loads(get(f"{url}/health"))
    report["page"] = get(f"{url}/")
    message = {"sender": "a", "message": "有家公司说能帮我停息挂账，收两千定金", "message_id": "1"}
    report["reply"] = json.loads(get(f"{url}/webhooks/rest/webhook", message))
    service.terminate()
    report["said"] = said + service.stderr.read()
    report["code"] = service.wait(15)
    print(json.dumps(report))


if __name__ == "__main__":
    main("--new-namespace" in sys.argv)
