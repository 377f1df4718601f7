"""How the webhooks of a described helpdesk are verified: on raw bytes, before anything is parsed.

Verified, or ``Unauthorised``, and nothing in between. Where the file names several ways, all of
them have to hold. A signature is compared as the whole text that is due, so that no other spelling
of it passes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from overflow.helpdesks.credentials import Secrets
from overflow.helpdesks.rest.template import Template, Text
from overflow.helpdesks.signatures import TOLERANCE, refusal, same

_HASHES: Final[Mapping[str, Callable[..., Any]]] = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,60}")
_SECRET: Final = re.compile(r"[a-z0-9_-]{1,60}")
_MOST_SIGNATURES: Final = 16
_STAMPS: Final = {
    "seconds": re.compile(r"[0-9]{1,12}"),
    "milliseconds": re.compile(r"[0-9]{1,15}"),
    "iso": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,18}(Z|[+-][0-9]{2}:[0-9]{2})"),
}

is_header = validate.Regexp(_HEADER, error="is no name of a header")
is_secret = validate.Regexp(_SECRET, error="is no name of a secret: small letters, digits, _ and -")


class TimestampSection(Schema):
    """The header that says when a request was signed."""

    header = fields.String(required=True, validate=is_header)
    unit = fields.String(load_default="seconds", validate=validate.OneOf(list(_STAMPS)))
    tolerance = fields.Float(load_default=TOLERANCE, validate=validate.Range(1.0, 86400.0))


class HmacSection(Schema):
    """The recipe of a signature."""

    secret = fields.String(load_default="webhook", validate=is_secret)
    key = fields.String(load_default="text", validate=validate.OneOf(["text", "base64", "hex"]))
    key_prefix = fields.String(load_default="")
    algorithm = fields.String(load_default="sha256", validate=validate.OneOf(list(_HASHES)))
    signed = Text(("body", "timestamp", "header.*"), load_default=lambda: Template("{body}"))
    encoding = fields.String(load_default="hex", validate=validate.OneOf(["hex", "base64"]))
    header = fields.String(required=True, validate=is_header)
    prefix = fields.String(load_default="")
    separator = fields.String(load_default="", validate=validate.Length(max=1))
    timestamp = fields.Nested(TimestampSection)

    @validates_schema
    def _covers(self, data: dict[str, Any], **_kwargs: object) -> None:
        names = data["signed"].names if "signed" in data else {"body"}
        if "body" not in names:
            raise ValidationError(
                "has to name {body}: a body that is not signed can be any", "signed"
            )
        if "timestamp" in names and "timestamp" not in data:
            raise ValidationError("is missing: {timestamp} is signed", "timestamp")
        if "timestamp" in data and not _is_covered(data["timestamp"], names):
            raise ValidationError(
                "is not signed, so that anybody could change it: name {timestamp} in `signed`, "
                "or leave it out",
                "timestamp",
            )


class HeaderSection(Schema):
    """A header whose whole value is a secret."""

    name = fields.String(required=True, validate=is_header)
    secret = fields.String(load_default="webhook", validate=is_secret)
    prefix = fields.String(load_default="")


class BasicSection(Schema):
    """User and password."""

    user = fields.String(required=True, validate=validate.Length(min=1))
    secret = fields.String(load_default="webhook", validate=is_secret)


class UrlSection(Schema):
    """The last part of the webhook's URL is a secret."""

    secret = fields.String(load_default="webhook", validate=is_secret)


class VerifySection(Schema):
    """``webhook.verify``: one or more ways, or ``none: true``."""

    hmac = fields.Nested(HmacSection)
    header = fields.Nested(HeaderSection)
    basic = fields.Nested(BasicSection)
    url = fields.Nested(UrlSection)
    none = fields.Boolean(load_default=False)

    @validates_schema
    def _some_way(self, data: dict[str, Any], **_kwargs: object) -> None:
        ways = _WAYS & data.keys()
        if bool(ways) == data.get("none", False):
            raise ValidationError(
                "says `none` beside another way: keep one of them"
                if ways
                else f"is missing: one of {', '.join(sorted(_WAYS))}, or none: true"
            )


_WAYS: Final = frozenset({"hmac", "header", "basic", "url"})


class Verifier:
    """Checks one helpdesk's webhooks."""

    def __init__(self, section: Mapping[str, Any], secrets: Secrets) -> None:
        self._section = section
        self._secrets = secrets

    def check(self, headers: Mapping[str, str], body: bytes, token: str, now: float) -> None:
        """Raises ``Unauthorised``. ``headers`` has lower-case names."""
        section = self._section
        if "url" in section and not same(token, self._secrets(section["url"]["secret"])):
            raise refusal()
        if "header" in section:
            way = section["header"]
            due = (way["prefix"] + secret for secret in self._valid(way))
            if not same(headers.get(way["name"].lower(), ""), due):
                raise refusal()
        if "basic" in section:
            due = (basic(section["basic"]["user"], s) for s in self._valid(section["basic"]))
            if not same(headers.get("authorization", ""), due):
                raise refusal()
        if "hmac" in section:
            self._check_signature(section["hmac"], headers, body, now)

    def _valid(self, way: Mapping[str, Any]) -> Iterator[str]:
        return filter(None, self._secrets(way["secret"]))

    def _check_signature(
        self, way: Mapping[str, Any], headers: Mapping[str, str], body: bytes, now: float
    ) -> None:
        stamp = ""
        if "timestamp" in way:
            stamp = headers.get(way["timestamp"]["header"].lower(), "")
            if not _is_timely(way["timestamp"], stamp, now):
                raise refusal()
        given = headers.get(way["header"].lower(), "")
        signatures = given.split(way["separator"]) if way["separator"] else [given]
        signed = _signed(way["signed"], headers, stamp, body)
        due = [way["prefix"] + _signature(way, key, signed) for key in self._keys(way)]
        verified = False
        for signature in signatures[:_MOST_SIGNATURES]:
            verified |= same(signature, due)
        if not verified:
            raise refusal()

    def _keys(self, way: Mapping[str, Any]) -> Iterator[bytes]:
        for secret in self._valid(way):
            if key := _key(secret.removeprefix(way["key_prefix"]), way["key"]):
                yield key


def basic(user: str, password: str) -> str:
    """The header of HTTP's Basic authentication (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def secrets_of(section: Mapping[str, Any]) -> Iterable[str]:
    """The names of the secrets that a ``verify`` section needs."""
    return {section[way]["secret"] for way in _WAYS if way in section}


def _is_covered(stamp: Mapping[str, Any], names: set[str]) -> bool:
    header = f"header.{stamp['header']}".lower()
    return "timestamp" in names or header in {name.lower() for name in names}


def _is_timely(way: Mapping[str, Any], stamp: str, now: float) -> bool:
    if not _STAMPS[way["unit"]].fullmatch(stamp):
        return False
    try:
        match way["unit"]:
            case "seconds":
                signed_at = float(stamp)
            case "milliseconds":
                signed_at = float(stamp) / 1000
            case _:
                signed_at = datetime.fromisoformat(stamp).astimezone(UTC).timestamp()
    except (ArithmeticError, ValueError):
        return False
    return bool(abs(now - signed_at) <= way["tolerance"])


def _signed(template: Template, headers: Mapping[str, str], stamp: str, body: bytes) -> bytes:
    """What was signed, byte for byte. A header that is missing refuses."""
    made = b""
    for kind, piece in template.pieces():
        if not kind:
            made += piece.encode()
        elif piece == "body":
            made += body
        else:
            made += _bytes(stamp if piece == "timestamp" else headers.get(piece[7:].lower()))
    return made


def _bytes(header: str | None) -> bytes:
    """A header's own bytes: WSGI hands them over as Latin-1."""
    try:
        return (header or "").encode("latin-1") or _nothing()
    except UnicodeEncodeError:
        raise refusal() from None


def _nothing() -> bytes:
    raise refusal()


def _signature(way: Mapping[str, Any], key: bytes, signed: bytes) -> str:
    digest = hmac.new(key, signed, _HASHES[way["algorithm"]]).digest()
    return digest.hex() if way["encoding"] == "hex" else base64.b64encode(digest).decode("ascii")


def _key(secret: str, kind: str) -> bytes | None:
    """None where the secret is no such thing; then it fits nothing."""
    try:
        match kind:
            case "base64":
                return base64.b64decode(secret, validate=True)
            case "hex":
                return bytes.fromhex(secret)
            case _:
                return secret.encode()
    except (binascii.Error, ValueError):
        return None
