"""Do helpdesk and service agree, ticket by ticket, and has nothing been left undone or doubled?"""

from __future__ import annotations

from collections.abc import Iterator

from overflow.core.model import HOME
from overflow.store.marks import Marks
from overflow.store.upkeep import Upkeep
from tests.e2e.client import Shown as Ticket
from tests.e2e.eventually import eventually
from tests.e2e.shop import PARTNER, SHOP, Routed
from tests.e2e.world import HOME_GROUP, PARTNER_GROUP, Shown

GROUPS = {HOME: HOME_GROUP, PARTNER: PARTNER_GROUP}


def settled(routed: Routed, within: float = 60.0) -> None:
    """Wait until nothing is left to do and everything agrees; then the rest has to hold at once."""
    eventually("nothing is left to do, and all agree", lambda: _is_done(routed), within, every=0.5)
    assert audit(routed) == []
    assert routed.service.bugs() == []


def differences(routed: Routed) -> list[str]:
    """A sentence for whatever the two do not agree on."""
    return [
        line
        for ticket in routed.world.tickets()
        for line in _compared(routed.world.show(ticket), routed.shop.ticket(ticket))
    ]


def audit(routed: Routed) -> list[str]:
    """What does not fit together inside the store."""
    store = routed.service.store()
    try:
        return Upkeep(store).audit(SHOP)
    finally:
        store.close()


def moves(routed: Routed, ticket: str) -> list[str]:
    """The outcomes of the service's decisions that moved it, the oldest first."""
    made = [each for each in routed.shop.decisions(ticket) if each["reason"] != "manual"]
    return [each["outcome"] for each in reversed(made) if each["team"] != each["holder"]]


def _is_done(routed: Routed) -> bool:
    store = routed.service.store()
    try:
        counts, dead = Marks(store).counts(SHOP), Marks(store).dead(SHOP)[0]
    finally:
        store.close()
    assert (counts.dirty, counts.to_read, dead) == (0, 0, [])
    assert differences(routed) == []
    return True


def _compared(shown: Shown, ticket: Ticket | None) -> Iterator[str]:
    if ticket is None:
        yield f"{shown.id}: the service does not know it"
        return
    is_away = ticket["team"] != HOME
    pairs = {
        "status": (shown.status, ticket["status"]),
        "group": (shown.group, ticket["group"]),
        "holder": (shown.group, GROUPS[ticket["team"]]),
        "assignee": (shown.assignee, ticket["assignee"]),
        "tag": ("overflow" in shown.tags, is_away),
        "reason": (shown.reason, (ticket["reason"] or "") if is_away else ""),
        "in step": (True, ticket["is_in_step"]),
        "notes": (len(shown.references), len(set(shown.references))),
    }
    for what, (there, here) in pairs.items():
        if there != here:
            yield f"{shown.id}: {what} is {there!r} in the helpdesk, {here!r} in the service"
