"""What a policy's partners are to one channel in a scenario's time.

A partner's daily limit counts by the shop's calendar day, as the store counts it, and is split
between the partner's channels by the tickets that are foretold for that day.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from overflow.core.model import Channel, Partner
from overflow.core.prospects.partners import most
from overflow.core.prospects.time import MINUTE, Span
from overflow.simulate.partners import Contract
from overflow.simulate.told import Steps

Foretold = Callable[[str, float, float], float]
"""Tickets of a channel between two moments."""


def contract(
    channel: Channel, partner: Partner, spans: Sequence[Span], zone: str, foretold: Foretold
) -> Contract:
    """The partner as the channel's tickets find it in these stretches, one after another."""
    handle = channel.handle_time or 0.0
    return Contract(
        name=partner.name,
        price=partner.price,
        slots=most(partner, channel.name),
        handle_time=(handle + partner.answer_time) / MINUTE,
        answer_time=partner.answer_time / MINUTE,
        opening=_opening(partner, spans),
        allowed=_allowed(channel, partner, spans, zone, foretold),
    )


def _opening(partner: Partner, spans: Sequence[Span]) -> Steps:
    """(minute, 1 where the partner is open from then on, else 0)."""
    steps, at = list[tuple[float, int]](), 0.0
    for begin, until in spans:
        edges = {begin: 0}
        for opens, closes in partner.hours.segments(begin, until):
            edges |= {opens: 1, closes: 0}
        for moment, is_open in sorted(edges.items()):
            if moment < until and (not steps or steps[-1][1] != is_open):
                steps.append((at + (moment - begin) / MINUTE, is_open))
        at += (until - begin) / MINUTE
    return tuple(steps)


def _allowed(
    channel: Channel, partner: Partner, spans: Sequence[Span], zone: str, foretold: Foretold
) -> Steps | None:
    """(minute, tickets that it may be given from then on), a step for each day."""
    if partner.daily_limit is None:
        return None
    steps, at, today = list[tuple[float, int]](), 0.0, -math.inf
    for begin, until in spans:
        for start, end in _days(begin, until, zone):
            if start > today:
                # What comes to a live channel while home is closed is handed over there and then.
                here = (max(start, begin), min(end, until)) if channel.live else (start, end)
                everything = sum(foretold(name, start, end) for name in partner.channels)
                share = foretold(channel.name, *here) / everything if everything > 0 else 1.0
                since = at + max(0.0, start - begin) / MINUTE
                steps.append((since, math.ceil(partner.daily_limit * share)))
                today = start
        at += (until - begin) / MINUTE
    return tuple(steps)


def _days(begin: float, until: float, zone: str) -> Iterator[Span]:
    """The calendar days (midnight to midnight) that have a part in the time between."""
    here = ZoneInfo(zone)
    day = datetime.fromtimestamp(begin, here).date()
    while (start := datetime.combine(day, time(), here).timestamp()) < until:
        day += timedelta(days=1)
        yield start, datetime.combine(day, time(), here).timestamp()
