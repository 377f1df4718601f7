"""How a described helpdesk lets us in: headers, parameters, Basic, or a session's token.

A session is opened when it is first needed, kept for all threads of the process, and opened anew
before it ends or when the helpdesk says that it is over. Secrets stand here and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.clock import monotonic
from overflow.errors import BadInput, HelpdeskAway, Refused
from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.fields import understood
from overflow.helpdesks.http import HelpdeskHttp, Reply, judge
from overflow.helpdesks.rest.query import Expression, Query
from overflow.helpdesks.rest.request import (
    Rendered,
    Table,
    is_header_name,
    path_of,
    places_in,
    rendered,
    request_section,
    with_query,
)
from overflow.helpdesks.rest.template import Template, Text
from overflow.helpdesks.rest.verify import basic

_SECRET: Final = ("secret.*",)
MARGIN: Final = 60.0
"""Seconds that a session is given up before it ends, or a tenth of its time where that is less."""
PAUSE: Final = 30.0
"""Seconds after a login that was refused before the next one: accounts are locked for less."""


class BasicLogin(Schema):
    """HTTP's Basic authentication."""

    user = Text(_SECRET, required=True)
    password = Text(_SECRET, required=True)


class SessionLogin(Schema):
    """A call that gives a token."""

    # A path is told in errors, so that no secret may stand in it.
    request = fields.Nested(request_section("login", _SECRET, {"path": path_of(())}), required=True)
    token = Expression(required=True)
    lasts = fields.Float(load_default=3600.0, validate=validate.Range(1.0, 30 * 86400.0))
    expires_in = Expression()
    renew_on = fields.List(
        fields.Integer(strict=True, validate=validate.Range(400, 499)), load_default=lambda: [401]
    )
    stale_when = Expression()
    headers = Table(
        fields.String(validate=is_header_name),
        Text(("token",)),
        load_default=lambda: {"Authorization": Template("Bearer {token}")},
    )
    query = Table(fields.String(), Text(("token",)), load_default=dict)


class AuthSection(Schema):
    """``auth`` of a described helpdesk."""

    headers = Table(fields.String(validate=is_header_name), Text(_SECRET), load_default=dict)
    query = Table(fields.String(), Text(_SECRET), load_default=dict)
    basic = fields.Nested(BasicLogin)
    session = fields.Nested(SessionLogin)

    @validates_schema
    def _one_at_most(self, data: dict[str, Any], **_kwargs: object) -> None:
        if "basic" in data and "session" in data:
            raise ValidationError("stands beside `basic`: keep one of them", "session")


def secrets_of(section: Mapping[str, Any]) -> Iterable[str]:
    """The names of the secrets that an ``auth`` section needs."""
    inner = section.get("session", {}).get("request", {})
    texts = [*section["headers"].values(), *section["query"].values()]
    texts += section.get("basic", {}).values()
    places = {place for text in texts for place in text.names} | places_in(inner)
    return {place.removeprefix("secret.") for place in places if place.startswith("secret.")}


class _Session(NamedTuple):
    token: str
    until: float
    """By the monotonic clock."""


class Login:
    """Lets requests in. Thread-safe."""

    def __init__(
        self,
        section: Mapping[str, Any],
        secrets: Secrets,
        http: HelpdeskHttp,
        away: Query | None = None,
    ) -> None:
        """``away`` is true of an answer with 200 that means "later"."""
        self._section = section
        self._away = away
        self._secrets = secrets
        self._http = http
        self._lock = threading.Lock()
        self._session: _Session | None = None
        self._failed: tuple[float, Refused] | None = None

    def dressed(self, request: Rendered) -> tuple[Rendered, str]:
        """The request with what lets it in, and the session's token that it bears, if any."""
        values = _Values(self._secrets)
        section, token = self._section, ""
        headers = {name: _told(text, values) for name, text in section["headers"].items()}
        query = [(name, _told(text, values)) for name, text in section["query"].items()]
        if "basic" in section:
            pair = [_told(section["basic"][part], values) for part in ("user", "password")]
            headers["authorization"] = basic(*pair)
        if "session" in section:
            token, session = self._token(), section["session"]
            borne = {"token": token}
            headers |= {name: text.written(borne) for name, text in session["headers"].items()}
            query += [(name, text.written(borne)) for name, text in session["query"].items()]
        for name, header in headers.items():
            if not header.isascii() or not header.isprintable():
                raise Refused(f"auth: a secret holds what the header {name} cannot.")
        path = with_query(request.path, query)
        return replace(request, path=path, headers={**request.headers, **headers}), token

    def is_over(self, reply: Reply, document: object) -> bool:
        """Whether an answer says that the session has ended."""
        session = self._section.get("session")
        if session is None:
            return False
        stale = session.get("stale_when")
        return reply.status in session["renew_on"] or bool(stale and stale.holds(document))

    def forget(self, token: str) -> None:
        """This token is no longer good; one that has been got meanwhile is kept."""
        with self._lock:
            if self._session is not None and self._session.token == token:
                self._session = None

    def _token(self) -> str:
        with self._lock:
            now = monotonic()
            if self._session is not None and now < self._session.until:
                return self._session.token
            if self._failed is not None and now < self._failed[0]:
                raise self._failed[1]
            try:
                self._session, self._failed = self._open(now), None
            except Refused as fault:
                self._failed = (now + PAUSE, fault)
                raise
            return self._session.token

    def _open(self, now: float) -> _Session:
        session = self._section["session"]
        request = rendered(session["request"], _Values(self._secrets))
        sent: dict[str, Any] = {"headers": request.headers}
        if request.json is not None:
            sent["json"] = request.json
        if request.content is not None:
            sent["content"] = request.content
        reply = self._http.send(request.method, request.path, **sent)
        judge(reply, "The login")
        body = reply.json()
        if self._away is not None and _holds(self._away, reply, body):
            raise HelpdeskAway("The login: the helpdesk cannot let us in now.")
        try:
            token, lasts = session["token"].of(body), session["lasts"]
            if "expires_in" in session:
                lasts = float(str(session["expires_in"].of(body)))
        except (BadInput, ValueError):
            token, lasts = None, 0.0
        if not isinstance(token, str) or not token.isprintable() or not token.isascii():
            raise Refused("The login: its answer holds no token where auth.session.token looks.")
        return _Session(token, now + lasts - min(MARGIN, lasts / 10))


def _holds(query: Query, reply: Reply, body: object) -> bool:
    document = {"status": reply.status, "headers": dict(reply.headers), "body": body}
    with understood("The login"):
        return query.holds(document)


class _Values(Mapping[str, object]):
    """``secret.NAME`` -> the value that is valid now."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __getitem__(self, place: str) -> object:
        return next(iter(self._secrets(place.removeprefix("secret."))), "")

    def __iter__(self) -> Any:  # noqa: ANN401  never asked for
        return iter(())

    def __len__(self) -> int:
        return 0


def _told(text: Template, values: Mapping[str, object]) -> str:
    return text.written(values) or ""
