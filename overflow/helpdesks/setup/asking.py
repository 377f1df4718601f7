"""Calls of a helpdesk's administration, whose refusals tell a person what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Unpack

import httpx

from overflow.errors import Forbidden, Refused
from overflow.helpdesks.http import HelpdeskHttp, Reply, Sent, judge

_TOLD: Final = 200
"""Characters of a refusal's own words."""
_UNKNOWN: Final = "the helpdesk does not know the login (401): check helpdesk.secrets.token"
_CHECKED: Final = frozenset({400, 404, 409, 422})
"""Answers whose own words say what is wrong."""


@dataclass(frozen=True, slots=True)
class Admin:
    """The helpdesk's client. ``role`` is what the user of its token has to be."""

    http: HelpdeskHttp
    role: str

    def ask(self, method: str, path: str, **sent: Unpack[Sent]) -> Reply:
        """A 2xx answer; ``Forbidden``, ``Refused`` and ``HelpdeskAway`` say what is wrong."""
        reply = self.http.send(method, path, **sent)
        self._judge(reply, f"{method} {path}")
        return reply

    def look(self, path: str, **sent: Unpack[Sent]) -> Reply | None:
        """The same for a GET; None where there is no such thing."""
        reply = self.http.send("GET", path, **sent)
        if reply.status == httpx.codes.NOT_FOUND:
            return None
        self._judge(reply, f"GET {path}")
        return reply

    def listed(self, path: str, name: str = "", **sent: Unpack[Sent]) -> list[dict[str, object]]:
        """The objects of a list that is not paged, or stands under ``name`` in an object."""
        return objects(self.ask("GET", path, **sent).json(), name)

    def _judge(self, reply: Reply, asked: str) -> None:
        if reply.status == httpx.codes.UNAUTHORIZED:
            raise Refused(f"{asked}: {_UNKNOWN}")
        if reply.status == httpx.codes.FORBIDDEN:
            raise Forbidden(f"{asked}: the token's user may not (403): it has to be {self.role}")
        if reply.status in _CHECKED:
            words = " ".join(reply.body.decode(errors="replace").split())[:_TOLD]
            raise Refused(f"{asked}: the helpdesk answered {reply.status}: {words}")
        judge(reply, asked)


def objects(value: object, name: str = "") -> list[dict[str, object]]:
    """The objects of a list, or of the one under ``name``; none where there is no list."""
    found = value.get(name) if name and isinstance(value, dict) else value
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
