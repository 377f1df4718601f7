"""Says by its exit status whether this container's process does its work.

`healthcheck.py api` asks the API on port 8080 (or a second argument: its address), which answers
200 only while it reaches the store. `healthcheck.py worker` looks whether a worker of this host
is registered with RQ; RQ forgets one that sends no heartbeat.
"""

import socket
import sys
import urllib.request

TIMEOUT = 2.0
"""Seconds; below the timeout that the image gives the check."""


def api(address: str = "http://127.0.0.1:8080") -> bool:
    """Ask the API whether it is ready; anything but 200 raises."""
    with urllib.request.urlopen(f"{address}/readyz", timeout=TIMEOUT) as answer:  # noqa: S310
        return bool(answer.status == 200)  # noqa: PLR2004


def worker() -> bool:
    """Look for this host among RQ's living workers."""
    from redis import Redis  # noqa: PLC0415  the API's check needs none of them
    from rq import Worker  # noqa: PLC0415

    from overflow.settings import load  # noqa: PLC0415

    settings = load()
    url = settings.queue_url or settings.store_url
    with Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT) as store:
        return any(each.hostname == socket.gethostname() for each in Worker.all(store))


if __name__ == "__main__":
    check = {"api": api, "worker": worker}[sys.argv[1]]
    sys.exit(not check(*sys.argv[2:]))
