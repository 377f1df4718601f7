"""When a channel's partners take tickets, on the clock of its prospect.

By the policy's hours and limits. What a partner declared (hours, capacity, a pause) and what is
switched off hold until the moment that was named with them. Daily limits are not looked at, for
what is left of one would be a number in system of its own; nor are switches of single queues, which
share their channel's plan. The decision minds both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from overflow.core.model import Channel, Declared, Partner, Policy, Situation
from overflow.core.optimum.offer import Offer
from overflow.core.optimum.steps import Steps
from overflow.core.prospects.time import MINUTE, Span, after, minute_of
from overflow.core.roster import live
from overflow.core.targets import partner_breach

_NOTHING: Final = Declared(-math.inf, -math.inf)


class Partners(NamedTuple):
    """Those that take the channel's tickets at some time of the prospect."""

    there: tuple[Partner, ...]
    """The cheapest first."""
    offers: tuple[Offer, ...]
    """Of each; none where all take tickets all the time."""

    def names(self, minute: float) -> tuple[str, ...]:
        """Those that take tickets then; all where none does."""
        pairs = zip(self.there, self.offers, strict=False)
        return tuple(p.name for p, offer in pairs if offer.is_open(minute)) or tuple(
            p.name for p in self.there
        )


def partners_of(
    channel: Channel, policy: Policy, situation: Situation, now: float, spans: tuple[Span, ...]
) -> Partners:
    """Who takes the channel's tickets in these stretches, and when.

    Who takes none in all that time is left out, unless nobody else is there.
    """
    longer = (*spans, *after(channel, policy, spans))
    known = [(p, _Terms(p, channel, situation, now).offer(longer)) for p in able(channel, policy)]
    known = [(p, offer) for p, offer in known if any(n for _, n in offer.places)] or known
    offers = tuple(offer for _, offer in known)
    are_always_there = all(len(offer.places) == 1 and offer.places[0][1] for offer in offers)
    return Partners(tuple(p for p, _ in known), () if are_always_there else offers)


def able(channel: Channel, policy: Policy) -> list[Partner]:
    """Partners that serve the channel, the cheapest first."""
    serving = (p for p in policy.partners if p.enabled and channel.name in p.channels)
    return sorted(serving, key=lambda partner: price(partner, channel, policy))


def price(partner: Partner, channel: Channel, policy: Policy) -> float:
    """Euros of a ticket with a partner that works: its price, and a breach if it is late itself."""
    late = partner_breach(channel.target.seconds, partner.answer_time)
    return partner.price + policy.costs.breach * late


def most(partner: Partner, channel: str) -> int:
    """Tickets of the channel that it holds at most by its contract."""
    here = partner.capacity.get(channel, 0)
    return here if partner.total_capacity is None else min(here, partner.total_capacity)


class _Terms:
    """What holds for one partner on one channel."""

    def __init__(
        self, partner: Partner, channel: Channel, situation: Situation, now: float
    ) -> None:
        self._partner, self._channel = partner, channel.name
        self._said = live(situation.declared.get(partner.name), now) or _NOTHING
        scopes = f"partner:{partner.name}", f"channel:{channel.name}"
        off = (situation.switched_off.get(scope) for scope in scopes)
        ends = [switch.until for switch in off if switch and switch.until > now]
        self._off_until = max([*ends, self._said.until if self._said.paused else -math.inf])

    def offer(self, spans: tuple[Span, ...]) -> Offer:
        """On the clock that these stretches are."""
        return Offer(
            self._partner.price,
            self._partner.answer_time / MINUTE,
            _changing(self._places(spans)),
            tuple(self._worked(spans)),
        )

    def _places(self, spans: tuple[Span, ...]) -> Iterator[tuple[float, float]]:
        for begin, until in spans:
            stretches = self._hours(begin, until)
            ends = {self._said.until, self._off_until, *(at for each in stretches for at in each)}
            for at in sorted({begin, *(at for at in ends if begin < at < until)}):
                works = any(opens <= at < closes for opens, closes in stretches)
                yield minute_of(at, spans), float(self._most(at)) if works else 0.0

    def _worked(self, spans: tuple[Span, ...]) -> Iterator[tuple[float, float]]:
        """What it works between two stretches it works while the clock stands still."""
        so_far, before = 0.0, spans[0][0]
        for begin, until in spans:
            so_far += sum(closes - opens for opens, closes in self._hours(before, begin)) / MINUTE
            yield minute_of(begin, spans), so_far
            for opens, closes in self._hours(begin, until):
                yield minute_of(opens, spans), so_far
                so_far += (closes - opens) / MINUTE
                yield minute_of(closes, spans), so_far
            yield minute_of(until, spans), so_far
            before = until

    def _hours(self, begin: float, until: float) -> list[Span]:
        """The stretches between in which it works."""
        if self._said.hours is None:
            return self._partner.hours.segments(begin, until)
        turn = min(max(begin, self._said.until), until)
        usual = self._partner.hours.segments(turn, until)
        return [*self._said.hours.segments(begin, turn), *usual]

    def _most(self, at: float) -> int:
        """Tickets that it holds at most while it works."""
        if at < self._off_until:
            return 0
        said = self._said.capacity if self._said.capacity and at < self._said.until else {}
        limit = most(self._partner, self._channel)
        return min(limit, said.get(self._channel, limit), said.get("*", limit))


def _changing(steps: Iterator[tuple[float, float]]) -> Steps:
    """Only where the value changes."""
    found = list(steps)
    return (found[0], *(b for a, b in pairwise(found) if a[1] != b[1]))
