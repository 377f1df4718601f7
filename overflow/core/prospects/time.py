"""The time of a prospect: minutes from a moment that stays the same for hours.

So a plan that was worked out stays good until something is learned.

    live channel       home's present opening, in blocks of two hours and the three hours after
                       each: nobody waits for longer. Where home closes, who still waits is lost
    business clock     home's opening hours from today on, closed time cut out
    wall clock         from the last midnight, six, noon or eighteen on; while home is closed
                       nobody serves
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from overflow.core.model import HOME, Channel, Policy

MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86400.0
_LIVE_BLOCK: Final = 2 * _HOUR
_LIVE_AFTER: Final = 3 * _HOUR
_BLOCK: Final = 6 * _HOUR
_TARGETS_AHEAD: Final = 3.0
_FEWEST_HOURS: Final = 8 * _HOUR
"""That are looked ahead: so many targets, and not less than a day's work."""
_FURTHEST: Final = 14 * _DAY

Span = tuple[float, float]
"""(from, until), epoch seconds."""


def minute_of(now: float, spans: Iterable[Span]) -> float:
    """The prospect's time at a moment; between two stretches that of the next one."""
    return sum(max(0.0, min(now, until) - begin) for begin, until in spans) / MINUTE


def moment_of(minute: float, spans: tuple[Span, ...]) -> float:
    """Epoch seconds of a minute; beyond the end as if the last stretch went on."""
    left = minute * MINUTE
    for begin, until in spans[:-1]:
        if left < until - begin:
            return begin + left
        left -= until - begin
    return spans[-1][0] + left


def is_closing(channel: Channel, policy: Policy, spans: tuple[Span, ...]) -> bool:
    """Whether home closes at the end, and nobody can wait any longer."""
    return channel.live and not policy.home.hours.is_open(spans[-1][1])


def spans_of(channel: Channel, policy: Policy, now: float) -> tuple[Span, ...]:
    """The time that is looked at; none while home is closed and nobody can wait."""
    hours, target = policy.home.hours, channel.target
    midnight = _midnight(policy.zone, now)
    if channel.live:
        return tuple(_present_opening(hours.segments(midnight, midnight + 2 * _DAY), now))
    if _is_business(channel):
        left = max(_TARGETS_AHEAD * target.seconds, _FEWEST_HOURS)
        return tuple(_open_time(hours.segments(midnight, midnight + _FURTHEST), left))
    longest = target.seconds if math.isfinite(target.seconds) else 0.0
    begin = now - (now - midnight) % _BLOCK
    return ((begin, begin + _BLOCK + max(2.0 * longest, _FEWEST_HOURS)),)


def after(channel: Channel, policy: Policy, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """What comes after these on the same clock, for a target: who waits then is late in it."""
    end, target = spans[-1][1], min(channel.target.seconds, _FURTHEST)
    if _is_business(channel):
        return tuple(_open_time(policy.home.hours.segments(end, end + _FURTHEST), target))
    return ((end, end + target),)


def _is_business(channel: Channel) -> bool:
    """Whether time is home's opening hours; a live channel's is one opening."""
    target = channel.target
    is_homes = target.clock == "business" and target.hours_of == HOME
    return is_homes and not channel.live and math.isfinite(target.seconds)


def _present_opening(segments: Iterable[Span], now: float) -> Iterator[Span]:
    """The block of the opening in which the moment lies, and what comes after it."""
    for opened, closes in segments:
        if opened <= now < closes:
            begin = now - (now - opened) % _LIVE_BLOCK
            yield begin, min(closes, begin + _LIVE_BLOCK + _LIVE_AFTER)


def _open_time(segments: Iterable[Span], left: float) -> Iterator[Span]:
    for begin, until in segments:
        if left <= 0:
            return
        yield begin, min(until, begin + left)
        left -= until - begin


def _midnight(zone: str, now: float) -> float:
    here = datetime.fromtimestamp(now, ZoneInfo(zone))
    return datetime.combine(here.date(), time(), here.tzinfo).timestamp()
