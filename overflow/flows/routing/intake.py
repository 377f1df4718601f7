"""What comes in: webhooks of helpdesks, and tickets of callers that are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from overflow.core.model import Snapshot
from overflow.errors import BadInput, Conflict, Fault, Invalid, StoreAway, Unauthorised, Unknown
from overflow.flows.polling import differences
from overflow.flows.routing.carry import count
from overflow.flows.routing.errand import Along, Routed
from overflow.flows.routing.route import mark_to_read, route
from overflow.flows.services import Services
from overflow.helpdesks.port import Event, Full, Hint, Nothing
from overflow.store.requests import Answered, Begun, InProgress, OtherBody

FIRST: Final = frozenset({"decided", "accepted", "imported"})
"""Outcomes of a ticket that was not known: no poll has found it, and one call of the store did."""
AHEAD: Final = 300.0
"""Seconds that the clock of such a caller may be ahead."""
LONGEST_ID: Final = 200
"""Characters of a ticket's id."""


class Marked(NamedTuple):
    """A hint: the ticket will be read within seconds."""

    ticket_id: str


class Passed(NamedTuple):
    """Verified, and nothing for us."""

    why: str


class Submitted(NamedTuple):
    """The answer to a submitted ticket."""

    answer: bytes
    is_replay: bool
    """It was given before, to the same request."""


Received = Routed | Marked | Passed


def receive(
    services: Services,
    shop: str,
    connector: str,
    token: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Received:
    """Take a webhook in; when this returns, what it says can no longer be lost.

    ``headers`` has lower-case names; ``token`` is the last part of the URL or empty. Raises
    ``Unknown``, ``Unauthorised`` and ``BadInput`` for what shall not be sent again, ``NotNow`` for
    what shall.
    """
    event = _verified(services, shop, connector, token, headers, body)
    match event:
        case Full():
            along = Along("webhook", event.delivery, f"webhook/{connector}")
            routed = route(services, shop, event.ticket, along, is_new=event.is_new)
            if not event.is_new or routed.outcome not in FIRST:
                differences.told(services, shop, event.ticket.id)
            return routed
        case Hint():
            ticket_id = _id(event.ticket_id)
            differences.told(services, shop, ticket_id)
            mark_to_read(services, shop, ticket_id)
            count(services, shop, f"webhook/{connector}/hint")
            return Marked(ticket_id)
        case Nothing():
            count(services, shop, f"webhook/{connector}/nothing")
            return Passed(event.why)


def submit(
    services: Services,
    shop: str,
    seen: Snapshot,
    *,
    owner: str,
    key: str,
    body: bytes,
    render: Callable[[Routed], bytes],
) -> Submitted:
    """Take in a ticket from a caller that is no helpdesk, once for each Idempotency-Key.

    Where the caller names no group it stands in the own team's.

    Of a ticket that is known already the helpdesk knows better: it is marked to be read, and the
    answer says what stands.

    Raises ``Conflict`` (422) for another body under the same key, (409) while the first request
    is being worked on, ``Invalid`` where nobody names a group or it was made in the future, and
    what ``route`` raises.
    """
    seen = _placed(services, shop, seen)
    begun = services.requests.begin(shop, owner, key, body)
    match begun:
        case Answered():
            return Submitted(begun.text, is_replay=True)
        case InProgress():
            raise Conflict("the same request is being worked on")
        case OtherBody():
            raise Conflict("this Idempotency-Key was used with another body", status=422)
        case Begun():
            return Submitted(_submitted(services, shop, seen, begun, render), is_replay=False)


def _placed(services: Services, shop: str, seen: Snapshot) -> Snapshot:
    if seen.created > services.clock.now() + AHEAD:
        raise Invalid("the ticket comes from the future", {"created_at": ["is not yet"]})
    group = seen.group or services.book.policy(shop).home.group
    if not group:
        why = "is missing, and the policy names no `inhouse.group` that it could stand in"
        raise Invalid("nobody says where the ticket stands", {"group": [why]})
    return replace(seen, group=group)


def _submitted(
    services: Services,
    shop: str,
    seen: Snapshot,
    begun: Begun,
    render: Callable[[Routed], bytes],
) -> bytes:
    try:
        along = Along("api", turn=begun, render=render)
        routed = route(services, shop, seen, along)
    except StoreAway:
        raise  # nobody knows whether it was written: the turn ends by itself
    except Fault:
        services.requests.abandon(shop, begun)
        raise
    answer = render(routed)
    if routed.outcome in {"same", "older", "ignored", "read_again"}:
        services.requests.finish(shop, begun, answer)
    return answer


def _verified(
    services: Services,
    shop: str,
    connector: str,
    token: str,
    headers: Mapping[str, str],
    body: bytes,
) -> Event:
    policy = services.book.policy(shop)
    if policy.helpdesk.connector != connector:
        raise Unknown(f"shop {shop!r} has no connector {connector!r}")
    desk = services.desks.of(policy)
    try:
        return desk.receive(headers, body, token, services.clock.now())
    except Unauthorised:
        count(services, shop, f"webhook/{connector}/unauthorised")
        raise
    except BadInput:
        count(services, shop, f"webhook/{connector}/invalid")
        raise


def _id(ticket_id: str) -> str:
    if not 0 < len(ticket_id) <= LONGEST_ID or not ticket_id.isprintable():
        raise BadInput("the event names no ticket id that can be kept")
    return ticket_id
