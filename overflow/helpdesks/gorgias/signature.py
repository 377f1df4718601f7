"""Signatures of Gorgias's HTTP integrations, in whatever form the shop says they come.

That there is a secret to sign with is documented, its header and its form are not:
https://developers.gorgias.com/reference/integrations
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping

from marshmallow import Schema, fields, validate

from overflow.helpdesks.signatures import refusal, same


class GorgiasSignature(Schema):
    """How a signature is made: HMAC-SHA256 of the body, with the secret ``signature``."""

    header = fields.String(required=True, validate=validate.Length(min=1))
    encoding = fields.String(load_default="hex", validate=validate.OneOf(["hex", "base64"]))
    prefix = fields.String(load_default="")


def signature_needed(options: Mapping[str, object]) -> tuple[str, ...]:
    """The secret without which a signature that is to be verified would always be refused."""
    return ("signature",) if options["signature"] else ()


def verify(
    how: Mapping[str, str], secrets: Iterable[str], headers: Mapping[str, str], body: bytes
) -> None:
    """``how`` is a loaded ``GorgiasSignature``. Raises ``Unauthorised`` and nothing else."""
    due = [_sign(how, secret, body) for secret in secrets if secret]
    if not same(headers.get(how["header"].lower(), ""), due):
        raise refusal()


def _sign(how: Mapping[str, str], secret: str, body: bytes) -> str:
    digest = hmac.digest(secret.encode(), body, hashlib.sha256)
    is_hex = how["encoding"] == "hex"
    return how["prefix"] + (digest.hex() if is_hex else base64.b64encode(digest).decode("ascii"))
