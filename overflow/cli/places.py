"""Where a policy is stored, as ``overflow policy`` sees it: the store itself, or a running API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import httpx
import orjson

from overflow.api.schemas.shadow import ShadowSchema, shown
from overflow.api.schemas.walk import WalkSchema
from overflow.api.schemas.walk import walk as walk_shown
from overflow.errors import (
    BadInput,
    Conflict,
    Fault,
    Forbidden,
    Invalid,
    NotNow,
    Unauthorised,
    Unknown,
)
from overflow.flows import shops
from overflow.flows.foresight import shadow
from overflow.flows.polling import audit, groups
from overflow.policies.plain import Document
from overflow.settings import Settings
from overflow.wiring import build

_TIMEOUT: Final = 15.0
"""Seconds."""


_FAULTS: Final[Mapping[int, Callable[[str], Fault]]] = {
    401: Unauthorised,
    403: Forbidden,
    404: Unknown,
    409: Conflict,
    412: Conflict,
}


class Place(Protocol):
    """Somewhere policies are kept."""

    def get(self, shop: str, version: int | None = None) -> tuple[int, Document] | None:
        """A version, by default the present one; None when there is none."""

    def put(self, shop: str, document: Document, expected: int) -> int:
        """Store it as the next version if ``expected`` is the present one (0: there is none).

        Returns its number; raises ``Conflict`` when the present version is another one.
        """

    def shadow(self, shop: str, limit: int) -> Document | None:
        """How its shadow policy stands, as the API shows it; None when there is none."""

    def put_shadow(self, shop: str, document: Document) -> None:
        """Have this policy decide beside the live one."""

    def drop_shadow(self, shop: str) -> None:
        """Have none do that."""

    def walk(self, shop: str, *, is_asked: bool) -> Document:
        """How the walk over its helpdesk stands, as the API shows it, asked for or not."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class Store:
    """The store that the settings name; the embedded one while ``overflow run`` serves."""

    def __init__(self, settings: Settings) -> None:
        require_store(settings, "; or name one with --api")
        self._services = build(settings)

    def get(self, shop: str, version: int | None = None) -> tuple[int, Document] | None:
        return self._services.policies.get(shop, version)

    def put(self, shop: str, document: Document, expected: int) -> int:
        return shops.put_policy(self._services, shop, document, expected=expected, origin="file")

    def shadow(self, shop: str, limit: int) -> Document | None:
        try:
            seen = shadow.seen(self._services, shop, limit=limit)
        except Unknown:
            return None
        told: Document = ShadowSchema().dump(shown(seen))
        return told

    def put_shadow(self, shop: str, document: Document) -> None:
        shadow.put(self._services, shop, document)

    def drop_shadow(self, shop: str) -> None:
        shadow.drop(self._services, shop)

    def walk(self, shop: str, *, is_asked: bool) -> Document:
        stands = (audit.ask if is_asked else audit.state)(self._services, shop)
        missing = groups.missing(self._services, shop)
        told: Document = WalkSchema().dump(walk_shown(stands, missing))
        return told

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._services.close()


class Api:
    """A running service, at its base URL, with an API key of the operator or the shop."""

    def __init__(self, url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {key}"},
            timeout=_TIMEOUT,
            transport=transport,
        )

    def get(self, shop: str, version: int | None = None) -> tuple[int, Document] | None:
        which = "" if version is None else f"/versions/{version}"
        reply = self._call("GET", f"/v1/shops/{shop}/policy{which}")
        is_there = reply.status_code != httpx.codes.NOT_FOUND
        return (_version(reply), _json(reply)) if is_there else None

    def put(self, shop: str, document: Document, expected: int) -> int:
        condition = {"if-match": f'"{expected}"'} if expected else {"if-none-match": "*"}
        reply = self._call("PUT", f"/v1/shops/{shop}/policy", json=document, headers=condition)
        if reply.status_code == httpx.codes.NOT_FOUND:
            raise _fault(reply)
        return _version(reply)

    def shadow(self, shop: str, limit: int) -> Document | None:
        reply = self._call("GET", f"/v1/shops/{shop}/shadow", params={"limit": limit})
        return _json(reply) if reply.status_code != httpx.codes.NOT_FOUND else None

    def put_shadow(self, shop: str, document: Document) -> None:
        self._known("PUT", f"/v1/shops/{shop}/policy/shadow", json=document)

    def drop_shadow(self, shop: str) -> None:
        self._known("DELETE", f"/v1/shops/{shop}/policy/shadow")

    def walk(self, shop: str, *, is_asked: bool) -> Document:
        return _json(self._known("POST" if is_asked else "GET", f"/v1/shops/{shop}/walk"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def _known(self, method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401  httpx's
        """The same where a 404 is a fault too."""
        reply = self._call(method, path, **rest)
        if reply.status_code == httpx.codes.NOT_FOUND:
            raise _fault(reply)
        return reply

    def _call(self, method: str, path: str, **rest: Any) -> httpx.Response:  # noqa: ANN401  httpx's
        """The answer when it is a success or a 404; else the fault it tells of."""
        try:
            reply = self._http.request(method, path, **rest)
        except httpx.HTTPError as error:
            raise NotNow(f"the service cannot be reached: {type(error).__name__}") from None
        except httpx.InvalidURL as error:
            raise BadInput(f"--api is no URL: {error}") from None
        if reply.is_success or reply.status_code == httpx.codes.NOT_FOUND:
            return reply
        raise _fault(reply)


def require_store(settings: Settings, or_else: str = "") -> None:
    """Raise ``Invalid`` where the settings name no store and none is served from here."""
    if not (settings.redis_url or Path(settings.socket).exists()):
        message = f"is not set, and no `overflow run` serves from here{or_else}"
        raise Invalid("no store", {"OVERFLOW_REDIS_URL": [message]})


def _fault(reply: httpx.Response) -> Fault:
    """What the service said was wrong, from its problem JSON."""
    problem, status = _json(reply), reply.status_code
    said = str(problem.get("detail") or problem.get("title") or reply.reason_phrase)
    if isinstance(problem.get("faults"), dict):
        return Invalid(said, problem["faults"])
    if kind := _FAULTS.get(status):
        return kind(said)
    said = f"the service answered {status}: {said}"
    return NotNow(said) if status >= httpx.codes.INTERNAL_SERVER_ERROR else BadInput(said)


def _version(reply: httpx.Response) -> int:
    tag = reply.headers.get("etag", "").removeprefix("W/").strip('"')
    if not tag.isdecimal():
        raise BadInput("the answer has no version (ETag): is this the service's address?")
    return int(tag)


def _json(reply: httpx.Response) -> Document:
    try:
        found = orjson.loads(reply.content)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {}
