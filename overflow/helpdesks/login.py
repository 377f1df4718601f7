"""Ways to log in, and to know a sender who cannot sign."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Final

from overflow.helpdesks.signatures import refusal, same

USER: Final = "overflow"
"""The user name that goes with a webhook's secret where the helpdesk sends Basic credentials."""
HEADER: Final = "x-overflow-secret"


def basic(user: str, password: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def known_sender(
    headers: Mapping[str, str], token: str, secrets: Iterable[str], *, needs_header: bool
) -> None:
    """The secret stands in the URL and in a header, or ``Unauthorised`` is raised.

    The header is ``X-Overflow-Secret``, or Basic credentials of the user ``overflow``. A wrong
    one is always refused; a missing one only with ``needs_header``.
    """
    valid = [secret for secret in secrets if secret]
    credentials = [basic(USER, secret) for secret in valid]
    in_header, in_basic = headers.get(HEADER), headers.get("authorization")
    is_known = same(token, valid)
    is_known &= in_header is None or same(in_header, valid)
    is_known &= in_basic is None or same(in_basic, credentials)
    if not is_known or (needs_header and in_header is None and in_basic is None):
        raise refusal()
