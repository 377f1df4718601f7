"""What agents say to the customer or to each other: written through to the helpdesk.

Nothing is kept here for later: the helpdesk has confirmed it, or the caller is told to try again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from overflow.clock import new_id
from overflow.core.lifecycle import is_leaving
from overflow.core.model import Record, Status
from overflow.errors import Busy, Conflict, HelpdeskAway, Refused
from overflow.flows.drain.look import look
from overflow.flows.notes.references import reference
from overflow.flows.people.who import By, visible
from overflow.flows.services import Services
from overflow.helpdesks.gate import urgent
from overflow.helpdesks.port import Helpdesk
from overflow.store import keys
from overflow.store.requests import Answered, Begun, InProgress, OtherBody

SHOWN_WITHIN: Final = 1.5
"""Seconds that an answer waits for the helpdesk to show who holds the ticket; drains take less."""
LOOK_EVERY: Final = 0.1
SETTABLE: Final = frozenset({Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SOLVED})
"""The statuses that an agent can set."""
PARKED: Final = frozenset({Status.PENDING, Status.ON_HOLD})
"""Some helpdesks have one word for both."""


def reply(
    services: Services,
    shop: str,
    ticket_id: str,
    by: By,
    *,
    text: str,
    status: Status | None = None,
    key: str = "",
) -> Record:
    """Answer the customer, and set the status if one is given.

    ``key`` makes a second try after ``NotNow`` post once. Raises ``Conflict`` when somebody else
    works on the ticket, the helpdesk refuses, the ticket's assignment is a dead letter, or the key
    was used for something else (422); ``NotNow`` when the helpdesk did not confirm, or too many
    answers wait for it.
    """
    _must_be_free(visible(services, shop, ticket_id, by), by, services.clock.now())
    desk = _desk(services, shop)
    name = reference(shop, ticket_id, "reply", by.team, key or new_id())
    _must_say_the_same(services, shop, name, key, f"{status} {text}")
    with _turn(services), _told(ticket_id):
        _must_be_shown(services, shop, ticket_id, by)
        _once(services, shop, desk, ticket_id, name, key, lambda: desk.reply(ticket_id, text, name))
        if status is not None:
            desk.set_status(ticket_id, _settable(status))
        return _confirmed(services, shop, desk, ticket_id, status, is_answered=True)


def note(
    services: Services, shop: str, ticket_id: str, by: By, *, text: str, key: str = ""
) -> Record:
    """Write an internal note; the same errors as ``reply``."""
    visible(services, shop, ticket_id, by)
    desk = _desk(services, shop)
    name = reference(shop, ticket_id, "note", by.team, key or new_id())
    _must_say_the_same(services, shop, name, key, text)
    with _turn(services), _told(ticket_id):
        post = lambda: desk.add_note(ticket_id, f"{text}\n\n[{name}]", name)  # noqa: E731
        _once(services, shop, desk, ticket_id, name, key, post)
        return _confirmed(services, shop, desk, ticket_id, None)


def set_status(services: Services, shop: str, ticket_id: str, by: By, *, status: Status) -> Record:
    """Open, pending, on hold or solved; the same errors as ``reply``."""
    _must_be_free(visible(services, shop, ticket_id, by), by, services.clock.now())
    desk = _desk(services, shop)
    with _turn(services), _told(ticket_id):
        _must_be_shown(services, shop, ticket_id, by)
        desk.set_status(ticket_id, _settable(status))
        return _confirmed(services, shop, desk, ticket_id, status)


@contextmanager
def _turn(services: Services) -> Iterator[None]:
    """A slow helpdesk holds up answers, never all threads of the API; and they go before others."""
    if not services.answers.acquire(blocking=False):
        raise Busy("too many answers wait for the helpdesk", retry_after=SHOWN_WITHIN)
    try:
        with urgent():
            yield
    finally:
        services.answers.release()


def _desk(services: Services, shop: str) -> Helpdesk:
    return services.desks.of(services.book.policy(shop))


def _settable(status: Status) -> Status:
    if status not in SETTABLE:
        raise Conflict(f"an agent cannot set a ticket {status.value}", status=422)
    return status


def _must_be_free(record: Record, by: By, now: float) -> None:
    """Somebody else's live claim keeps others from answering."""
    if record.claimed_by and record.claimed_by != by.agent and record.claim_until > now:
        raise Conflict(
            f"{record.claimed_by} works on ticket {record.id}",
            claimed_by=record.claimed_by,
            until=record.claim_until,
            team=record.team,
        )


def _must_be_shown(services: Services, shop: str, ticket_id: str, by: By) -> None:
    """The helpdesk shows who holds the ticket.

    An answer that stands there before would be taken for one of those who held it until now.
    Raises ``Conflict`` with ``dead_letter`` where writing that was given up, else ``Busy``.
    """
    until = services.clock.now() + SHOWN_WITHIN
    while is_leaving(visible(services, shop, ticket_id, by)):
        if services.marks.is_dead(shop, "write", ticket_id):
            raise Conflict(
                f"the helpdesk does not show who holds ticket {ticket_id}, and writing that was "
                "given up: the shop has to look at its dead letters and retry this one",
                dead_letter=True,
            )
        if services.clock.now() >= until:
            raise Busy("the helpdesk does not show yet who holds this ticket", retry_after=1.0)
        services.clock.sleep(LOOK_EVERY)


def _must_say_the_same(services: Services, shop: str, name: str, key: str, said: str) -> None:
    """Under one key one thing is said, for a day: another would be taken for posted already."""
    if not key:
        return
    match services.requests.begin(shop, name, key, said.encode()):
        case OtherBody():
            raise Conflict("this Idempotency-Key was used with another body", status=422)
        case Begun() as begun:
            services.requests.finish(shop, begun, b"begun")
        case Answered() | InProgress():
            pass  # whether it is posted already the helpdesk tells


def _once(
    services: Services,
    shop: str,
    desk: Helpdesk,
    ticket_id: str,
    name: str,
    key: str,
    post: Callable[[], None],
) -> None:
    """Post it, unless it was posted under this key before.

    While a lost try may still take effect nobody tries again.
    """
    where = keys.shop_lease(shop, f"post:{name}")
    lease = services.leases.acquire(where, services.book.policy(shop).retries.in_doubt)
    if lease is None:
        raise Busy("the same request is under way, or its outcome is not known yet", 5.0)
    try:
        if not (key and desk.has_note(ticket_id, name)):
            post()
    except HelpdeskAway as away:
        if away.is_undone:
            lease.release()
        raise  # else the lease stays until the lost request can no longer take effect
    except BaseException:
        lease.release()
        raise
    lease.release()


def _confirmed(
    services: Services,
    shop: str,
    desk: Helpdesk,
    ticket_id: str,
    status: Status | None,
    *,
    is_answered: bool = False,
) -> Record:
    """The record after a read that shows what was written."""
    record, seen = look(services, shop, desk, ticket_id)
    if record is None:
        raise Refused("the helpdesk does not have this ticket any more")
    is_set = status is None or seen.status is status or {status, seen.status} <= PARKED
    if not is_set or (is_answered and not seen.answered):
        raise HelpdeskAway("the helpdesk took the change and does not show it", retry_after=1.0)
    return record


@contextmanager
def _told(ticket_id: str) -> Iterator[None]:
    """A helpdesk that says no for good is a conflict for the caller."""
    try:
        yield
    except Refused as no:
        raise Conflict(f"the helpdesk refuses this for ticket {ticket_id}: {no.message}") from no
