"""Webhooks of Zendesk: of triggers (our own body) and of event subscriptions (theirs).

https://developer.zendesk.com/documentation/webhooks/verifying/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from overflow.errors import BadInput
from overflow.helpdesks.fields import TEXT, Fields
from overflow.helpdesks.port import Event, Full, Hint, Nothing
from overflow.helpdesks.signatures import TOLERANCE, refusal, same
from overflow.helpdesks.vocabulary import number_of
from overflow.helpdesks.zendesk.ticket import Lexicon

_STAMP: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})",
    re.ASCII,
)
_EVENT: Final = "zen:event-type:ticket."
_SUBJECT: Final = "zen:ticket:"


def verify(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: float) -> None:
    """``base64(HMAC-SHA256(secret, timestamp + body))``, or ``Unauthorised``."""
    stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
    signature = headers.get("x-zendesk-webhook-signature", "")
    signed = stamp.encode("utf-8", "surrogatepass") + body
    due = [_sign(secret, signed) for secret in secrets if secret]
    is_timely = abs(now - _seconds(stamp)) <= TOLERANCE
    if not same(signature, due) or not is_timely:
        raise refusal()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads verified bodies."""

    lexicon: Lexicon
    account: int | None
    """Number of the shop's account: the same secret says nothing about another one."""
    user: int | None
    email: str
    """The service's own user: what they did is known already."""
    is_whole: bool
    """An event shows everything that is looked at: no custom field is."""

    def event(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Raises ``BadInput`` and nothing else."""
        document = Fields.parse(body)
        if "ticket_id" not in document.values and "type" in document.values:
            return self._subscribed(document)
        if self.email and document.text("current_user_email", TEXT).lower() == self.email:
            return Nothing("the service's own change")
        delivery = headers.get("x-zendesk-webhook-invocation-id", "")[:100]
        return Hint(document.identity("ticket_id"), delivery)

    def _subscribed(self, document: Fields) -> Event:
        kind = document.text("type", TEXT)
        if not kind.startswith(_EVENT):
            return Nothing("no event about a ticket")
        account = number_of(document.values.get("account_id"))
        if self.account is not None and account != self.account:
            return Nothing("an event of another account")
        is_given = document.values.get("detail") is not None
        detail = document.inner("detail") if is_given else Fields({}, "detail")
        if self.user is not None and number_of(detail.values.get("actor_id")) == self.user:
            return Nothing("the service's own change")
        delivery = document.text("id", TEXT)
        if kind == f"{_EVENT}created" and self.is_whole:
            with suppress(BadInput):  # then a read says it better
                return Full(self.lexicon.ticket(detail), delivery, is_new=True)
        return Hint(_ticket_id(detail, document.text("subject", TEXT)), delivery)


def _ticket_id(detail: Fields, subject: str) -> str:
    """From the detail, else from the subject: ``zen:ticket:35436``."""
    if detail.values.get("id") is not None:
        return detail.identity()
    number = number_of(subject.removeprefix(_SUBJECT))
    if number is None:
        raise BadInput("detail.id or subject has to name a ticket.")
    return str(number)


def _sign(secret: str, signed: bytes) -> str:
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def _seconds(stamp: str) -> float:
    """Epoch seconds; infinitely far away for what is no timestamp."""
    if not _STAMP.fullmatch(stamp):
        return float("inf")
    try:
        return datetime.fromisoformat(stamp).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return float("inf")
