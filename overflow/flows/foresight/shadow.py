"""The shadow: a second policy that decides beside the live one, and moves nothing.

A worker makes its decisions from the journal, whose every entry holds the situation; so no request
waits for it, and what is killed goes on from the entry that it had reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from overflow import policies
from overflow.clock import monotonic
from overflow.core.decision import Decision, headline
from overflow.core.model import HOME, Cause, Mode, Policy, Pressure
from overflow.core.shadowing import Astray, decided
from overflow.errors import Unknown
from overflow.flows.foresight.replaying import Versions
from overflow.flows.routing import counts
from overflow.flows.services import Services
from overflow.jobs import Task
from overflow.policies.plain import plain
from overflow.simulate.replay.entries import BY_PERSON, NOT_KEPT, Recorded, recorded
from overflow.store import keys
from overflow.store.journal import Entry
from overflow.store.shadows import Shadow, Shadows

LEASE: Final = 12.0
"""Seconds; should two work after all, one of them writes and the other is refused."""
PAGE: Final = 200
"""Entries read, and then written, at once."""
_PARTS: Final = 5
"""Of a place in the journal: team, class, queue, channel, virtual."""


class Shadowed(NamedTuple):
    """What a stretch came to."""

    is_whole: bool
    """False: another process is at it, or it ran out of time and goes on with the next job."""
    decided: int = 0
    different: int = 0


class Seen(NamedTuple):
    """The shadow as people see it."""

    shadow: Shadow
    items: list[dict[str, Any]]
    cursor: str


def put(services: Services, shop: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Have this policy decide beside the live one from now on; what was found is forgotten.

    Raises ``Unknown`` for a shop that there is not and ``Invalid`` with every fault.
    """
    services.book.policy(shop)
    kept = plain(document)
    policies.build(kept, shop)
    newest = services.journal.append(shop, "shadow", {"is_on": True})
    Shadows(services.redis).put(shop, kept, services.clock.now(), newest)
    return kept


def drop(services: Services, shop: str) -> None:
    """No policy decides beside the live one any more; what was found is forgotten."""
    services.book.policy(shop)
    if Shadows(services.redis).drop(shop):
        services.journal.append(shop, "shadow", {"is_on": False})


def get(services: Services, shop: str) -> Shadow:
    """The shop's shadow; ``Unknown`` when it has none."""
    services.book.policy(shop)
    found = Shadows(services.redis).get(shop)
    if found is None:
        raise Unknown("this shop has no shadow policy")
    return found


def seen(services: Services, shop: str, *, cursor: str = "", limit: int = 50) -> Seen:
    """How the shadow stands and where it differed, newest first; ``Unknown`` without one."""
    shadow = get(services, shop)
    rows = Shadows(services.redis).differences(shop, cursor or "+", limit)
    more = rows[-1][0] if len(rows) == limit else ""
    return Seen(shadow, [said for _, said in rows], more)


def is_wanted(services: Services, shop: str) -> bool:
    """Whether the shop has a shadow policy."""
    return Shadows(services.redis).is_there(shop)


def run(services: Services, shop: str) -> Shadowed:
    """Decide what the live policy has decided since. Raises ``Unknown`` and ``StoreAway``."""
    lease = services.leases.acquire(keys.shop_lease(shop, "shadow"), LEASE)
    if lease is None:
        return Shadowed(is_whole=False)
    try:
        return _run(services, shop, monotonic() + services.pace.budget)
    finally:
        lease.release()


def _run(services: Services, shop: str, until: float) -> Shadowed:
    store = Shadows(services.redis)
    shadow = store.get(shop)
    if shadow is None:
        return Shadowed(is_whole=True)
    stretch = _Stretch(services, shop, shadow)
    decided_before, different_before = shadow.decided, shadow.different
    while page := services.journal.read(shop, f"({shadow.cursor}", limit=PAGE):
        before = shadow.cursor
        for entry in page:
            stretch.read(entry)
        shadow.cursor = page[-1].id
        if not store.advance(shop, before, *stretch.result(), services.clock.now()):
            return Shadowed(is_whole=True)  # another one has been put there, or gone on
        if monotonic() >= until:
            services.jobs.ensure(Task.SHADOW, shop)
            break
    return Shadowed(
        is_whole=not page,
        decided=shadow.decided - decided_before,
        different=shadow.different - different_before,
    )


class _Stretch:
    """Reads entries, oldest first, and collects what they come to."""

    def __init__(self, services: Services, shop: str, shadow: Shadow) -> None:
        self._shadow = shadow
        self._policy = policies.build(shadow.document, shop)
        self._book = Versions(services, shop)
        self._astray = {ticket: Astray(*said) for ticket, said in shadow.astray.items()}
        self._pressure = {queue: Pressure(*said) for queue, said in shadow.pressure.items()}
        self._different: list[dict[str, Any]] = []
        self._counted: Counter[str] = Counter()

    def read(self, entry: Entry) -> None:
        """What became of the ticket, and what the shadow decides if the live policy did."""
        one = recorded(entry)
        if isinstance(one, str):
            if one == BY_PERSON:
                self._astray.pop(entry.ticket, None)  # people win here too
            self._shadow.left_out += one == NOT_KEPT
            self._stands(entry)
            return
        policy = self._book.policy(one.version)
        if policy is None:
            self._shadow.left_out += 1
        else:
            self._decide(entry, one, policy)
        self._stands(entry)

    def result(self) -> tuple[Shadow, list[dict[str, Any]], dict[str, int]]:
        """The shadow as it stands now, and what is to be listed and counted."""
        shadow = self._shadow
        shadow.astray = {ticket: list(said) for ticket, said in self._astray.items()}
        shadow.pressure = {queue: list(said) for queue, said in self._pressure.items()}
        different, self._different = self._different, []
        counted, self._counted = dict(self._counted), Counter()
        return shadow, different, counted

    def _decide(self, entry: Entry, one: Recorded, policy: Policy) -> None:
        ticket, here = one.ticket, self._astray.get(one.ticket.id)
        if one.told["mode"] == Mode.OBSERVE:  # it stands at home, whatever was decided
            ticket = replace(ticket, team=HOME)
        made = decided(
            ticket,
            one.situation,
            (policy, self._policy),
            self._astray,
            self._pressure,
            one.at,
        )
        if made is not None and made.pressure is not None:
            self._pressure[made.queue] = made.pressure
        holder = ticket.team if here is None else here.team
        self._compare(entry, one, made, holder if made is None else made.team)

    def _compare(self, entry: Entry, one: Recorded, made: Decision | None, team: str) -> None:
        live, shadow = one.told["team"], self._shadow
        pair = "/".join((live, team, counts.word(one.ticket.channel)))
        shadow.decided += 1
        shadow.pairs[pair] = shadow.pairs.get(pair, 0) + 1
        self._counted[f"shadow/{pair}"] += 1
        if live != team:
            shadow.different += 1
            self._different.append(_told(entry, one, made, team))
        real = HOME if one.told["mode"] == Mode.OBSERVE else live
        if team == real:
            self._astray.pop(one.ticket.id, None)
        else:
            queue = one.told["queue"]
            self._astray[one.ticket.id] = Astray(team, real, "w", queue, one.ticket.channel)

    def _stands(self, entry: Entry) -> None:
        """Where the ticket stands after the entry; one that has ended is astray no more."""
        known = self._astray.get(entry.ticket)
        place = entry.fields.get("a")
        if known is None or place is None:
            return
        parts = place.decode().split("|")
        if len(parts) != _PARTS:
            del self._astray[entry.ticket]
            return
        team, letter, queue, channel, _ = parts
        if team == known.team:
            del self._astray[entry.ticket]
        else:
            self._astray[entry.ticket] = Astray(known.team, team, letter, queue, channel)


def _told(entry: Entry, one: Recorded, made: Decision | None, team: str) -> dict[str, Any]:
    told = one.told
    costs: dict[str, float | None] = {}
    if made is not None:
        tests = (made.trace.home, *made.trace.partners)
        costs = {test.team: test.cost for test in tests}
    return {
        "decision": entry.id,
        "ticket": entry.ticket,
        "at": one.at,
        "cause": Cause(told["cause"]).value,
        "channel": told["channel"],
        "queue": told["queue"],
        "live": {
            "team": told["team"],
            "outcome": told["outcome"],
            "reason": told["reason"],
            "headline": told["headline"],
            "cost": costs.get(told["team"]),
        },
        "shadow": {
            "team": team,
            "outcome": None if made is None else made.outcome.value,
            "reason": None if made is None else made.reason.value,
            "headline": None if made is None else headline(made),
            "cost": costs.get(team),
        },
    }
