"""Sends a little server's webhooks for real: over HTTP, each once, whatever is answered."""

from __future__ import annotations

import threading
from typing import Self

import httpx

from tests.helpdesks.vendors.little import No

BEAT = 0.02


class Postman:
    """Takes an account's ``mail()``, (address, headers, body) each, until it is closed."""

    def __init__(self, account) -> None:
        self._account = account
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.answers: list[int] = []
        """Status codes."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        with httpx.Client(timeout=30.0) as client:
            while not self._ended.wait(BEAT):
                for url, headers, body in self._account.mail():
                    given = {"content-type": "application/json", **headers}
                    self.answers.append(client.post(url, headers=given, content=body).status_code)


def demand(given, *, needed, known=()):
    """What an administration takes: an object with all that is needed and nothing unknown."""
    if not isinstance(given, dict) or set(needed) - set(given):
        raise No(422, {"error": f"needs {sorted(needed)}"})
    if unknown := set(given) - set(needed) - set(known):
        raise No(422, {"error": f"does not know {sorted(unknown)}"})
    return given
