"""A real django-helpdesk on loopback, for the demo and for tests.

It runs as its own processes in an environment of its own, installed from ``requirements.txt`` with
hashes the first time (about 15 s, and the only time that a network is needed); after that
``start`` takes about 3 s. Its data is in a directory that the caller gives.

``requirements.txt`` is made from ``requirements.in`` by ``uv pip compile`` with the options that
``.ci/lock`` uses.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from overflow.clock import SystemClock, monotonic
from overflow.demo.django_desk.environment import install
from overflow.demo.ports import free_port
from overflow.errors import NotNow

PROJECT: Final = Path(__file__).parent / "project"
PATIENCE: Final = 60.0
"""Seconds to wait for the first answer."""
_GRACE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Desk:
    """The running helpdesk.

    Logins are svc-overflow (both queues), agent-in and agent-in2 (queue inhouse), agent-pt and
    agent-pt2 (queue partner), and root; each has the password ``pw-LOGIN-1``. Tickets have the
    custom fields channel (ours, all ten), language, topic, order_number, overflow_reason and tags.
    """

    home: Path
    base_url: str
    tokens: dict[str, str]
    """By login."""
    user_ids: dict[str, int]
    """By login."""
    queue_ids: dict[str, int]
    """By name: inhouse, partner, partner-two."""
    server: subprocess.Popen[bytes]

    @property
    def api_url(self) -> str:
        """Without a slash at its end."""
        return f"{self.base_url}/api"

    def headers(self, login: str = "svc-overflow") -> dict[str, str]:
        """What that user has to send along with a call of the API."""
        return {"Authorization": f"Token {self.tokens[login]}"}

    def post_webhooks_to(self, url: str | None) -> None:
        """Both webhooks, from the next event on; None: nowhere."""
        new = self.home / "webhooks.new"
        new.write_text(json.dumps([url] if url else []))
        new.replace(self.home / "webhooks.json")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It takes connections meanwhile, and answers nobody."""
        os.killpg(self.server.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.server.pid, signal.SIGCONT)

    def stop(self) -> None:
        """End what ``start`` began, and nothing else. The data stays in ``home``."""
        self.server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.server.wait(_GRACE)
            return
        with suppress(ProcessLookupError):
            self.server.send_signal(signal.SIGKILL)
        self.server.wait()


def start(
    home: Path, port: int = 0, *, environment: Path | None = None, is_lean: bool = True
) -> Desk:
    """Bring it up with its data in ``home``, seeded once; port 0: a free one.

    ``environment`` is where it is installed, ``home/environment`` when not given; several may
    share one. ``is_lean`` puts ``project/desk/lean_api.py`` in front of its own API, without which
    every read and write takes longer the more tickets there are. Raises ``NotNow`` with the last
    lines of the log when it cannot be brought up.
    """
    home.mkdir(parents=True, exist_ok=True)
    python = install(environment or home / "environment")
    tokens, user_ids, queue_ids = _prepare(home, python)
    (home / "lean").unlink(missing_ok=True)
    if is_lean:
        (home / "lean").touch()
    port = port or free_port()
    command = [str(python), "-m", "gunicorn", "--pythonpath", str(PROJECT)]
    command += ["--env", "DJANGO_SETTINGS_MODULE=desk.settings", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "2", "--threads", "4", "--no-control-socket", "desk.wsgi:application"]
    log = home / "gunicorn.log"
    with log.open("wb") as out:
        server = subprocess.Popen(  # noqa: S603  every part is ours
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    desk = Desk(home, url, tokens, user_ids, queue_ids, server)
    try:
        _wait(desk, log)
    except BaseException:
        desk.stop()
        raise
    return desk


def _prepare(home: Path, python: Path) -> tuple[dict[str, str], dict[str, int], dict[str, int]]:
    seeded = home / "seeded.json"
    if not seeded.exists():
        for leftover in home.glob("db.sqlite3*"):  # of a seeding that was not ended
            leftover.unlink()
        (home / "secret_key").write_text(secrets.token_urlsafe(32))
        done = subprocess.run(  # noqa: S603
            [str(python), str(PROJECT / "prepare.py")], cwd=home, capture_output=True, check=False
        )
        if done.returncode:
            raise NotNow(f"django-helpdesk was not prepared: {done.stderr.decode()[-2000:]}")
        new = home / "seeded.new"
        new.write_bytes(done.stdout.splitlines()[-1])
        new.replace(seeded)
    found = json.loads(seeded.read_bytes())
    return found["tokens"], found["user_ids"], found["queue_ids"]


def _wait(desk: Desk, log: Path) -> None:
    clock, deadline = SystemClock(), monotonic() + PATIENCE
    while monotonic() < deadline and desk.server.poll() is None:
        with suppress(httpx.TransportError):
            url = f"{desk.api_url}/tickets/?page_size=1"
            if httpx.get(url, headers=desk.headers(), trust_env=False).is_success:
                return
        clock.sleep(0.1)
    raise NotNow(f"django-helpdesk does not answer: {log.read_text()[-2000:]}")
