"""Signatures and tokens on raw bytes: verified, or ``Unauthorised``, and nothing in between.

Every malformed input, whatever is wrong with it, gets the same refusal. Comparisons take the same
time wherever two texts begin to differ. Several secrets may be valid at once, while rotating.

Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Iterable, Mapping
from typing import Final

from overflow.errors import NotNow, Unauthorised

TOLERANCE: Final = 300.0
"""Seconds that a timestamp may lie in the past or in the future."""
_PREFIX: Final = "whsec_"
_TIMESTAMP: Final = re.compile(r"[0-9]{1,12}")
_ID: Final = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,256}")  # visible ASCII without the dot
_V1: Final = re.compile(r"v1,[A-Za-z0-9+/]{43}=")
_MAX_SIGNATURES: Final = 16
_SHORTEST: Final = 24
"""Bytes of a key, as the specification demands."""


def standard_webhooks(
    secrets: Iterable[str],
    headers: Mapping[str, str],
    body: bytes,
    now: float,
    *,
    tolerance: float = TOLERANCE,
) -> str:
    """The ``webhook-id`` of a request signed with one of the secrets.

    ``headers`` has lower-case names. Raises ``Unauthorised`` for everything else.
    """
    identity = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(identity) or not _is_timely(stamp, now, tolerance):
        raise refusal()
    given = headers.get("webhook-signature", "").split(" ")
    signatures = [s.encode() for s in given[:_MAX_SIGNATURES] if _V1.fullmatch(s)]
    verified = False
    for key in filter(None, map(_key, secrets)):
        due = _sign_v1(key, identity, stamp, body).encode()
        for signature in signatures:
            verified |= hmac.compare_digest(due, signature)
    if not verified:
        raise refusal()
    return identity


def sign_standard(secrets: Iterable[str], identity: str, now: float, body: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks, with one signature for each secret.

    ``identity`` is visible ASCII without a dot. Raises ``NotNow`` without a usable secret.
    """
    stamp = str(int(now))
    keys = filter(None, map(_key, secrets))
    signatures = [_sign_v1(key, identity, stamp, body) for key in keys]
    if not signatures:
        raise NotNow("a secret to sign with has to be whsec_ and the base64 of 24 bytes or more")
    return {
        "webhook-id": identity,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(signatures),
    }


def hmac_sha256_hex(
    secrets: Iterable[str],
    signature: str,
    stamp: str,
    body: bytes,
    now: float,
    *,
    tolerance: float = TOLERANCE,
) -> None:
    """Verify ``[sha256=]hex(HMAC-SHA256(secret, stamp + "." + body))`` or raise ``Unauthorised``.

    ``stamp`` is epoch seconds as decimal text, within ``tolerance`` seconds of ``now``.
    """
    if not _is_timely(stamp, now, tolerance):
        raise refusal()
    given = signature.removeprefix("sha256=")
    signed = stamp.encode() + b"." + body
    if not same(given, [sha256_hex(secret, signed) for secret in secrets]):
        raise refusal()


def sha256_hex(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in lower-case hexadecimal, keyed with the secret's UTF-8 bytes."""
    return hmac.digest(secret.encode(), message, "sha256").hex()


def same(given: str, valid: Iterable[str]) -> bool:
    """Whether ``given`` is one of the valid texts. An empty text never is."""
    token = given.encode("utf-8", "surrogatepass")
    found = False
    for secret in valid:
        found |= bool(secret) and hmac.compare_digest(token, secret.encode())
    return found


def refusal() -> Unauthorised:
    """The one refusal, the same for every fault."""
    return Unauthorised("The signature, token or timestamp is missing or wrong.")


def _is_timely(stamp: str, now: float, tolerance: float) -> bool:
    return bool(_TIMESTAMP.fullmatch(stamp)) and abs(now - int(stamp)) <= tolerance


def _sign_v1(key: bytes, identity: str, stamp: str, body: bytes) -> str:
    signed = f"{identity}.{stamp}.".encode() + body
    digest = hmac.digest(key, signed, "sha256")
    return "v1," + base64.b64encode(digest).decode("ascii")


def _key(secret: str) -> bytes | None:
    """The key behind a ``whsec_…`` secret; None where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= _SHORTEST else None
